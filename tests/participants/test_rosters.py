"""Who may enter a conference, and as what."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Invitation,
    ModeratorNumber,
    Participant,
    new_roster_number,
)
from tests import cast

Role = Invitation.Role


def test_an_invitation_counts_while_the_doors_are_open(room, ana):
    invitation = room.invitations.get()
    date = cast.occurrence_of(room)

    assert list(Invitation.objects.open_at(timezone.now())) == [invitation]
    assert Invitation.objects.open_at(timezone.now()).get().occurrence_id == date.pk
    assert list(Invitation.objects.open_at(date.opens_at)) == [invitation]
    assert not Invitation.objects.open_at(date.opens_at - timedelta(microseconds=1)).exists()
    assert not Invitation.objects.open_at(date.closes_at).exists()


def test_a_cancelled_date_and_a_draft_open_no_invitation(room, ana):
    cast.occurrence_of(room)
    room.occurrences.update(cancelled=True)
    assert not Invitation.objects.open_at(timezone.now()).exists()

    room.occurrences.update(cancelled=False)
    assert Invitation.objects.open_at(timezone.now()).exists()

    Conference.objects.update(status=Conference.Status.DRAFT)
    assert not Invitation.objects.open_at(timezone.now()).exists()


def test_an_invitation_across_teams_counts_for_nothing(room, ana):
    stray = cast.invite(room, cast.person(cast.team("Quay"), "Nell", "+12025550130"))

    open_now = Invitation.objects.open_at(timezone.now())

    assert stray not in open_now
    assert [invitation.participant for invitation in open_now] == [ana]


def test_an_invitation_across_teams_is_refused_also_to_a_conference_without_a_key_yet(harbour, room):
    nell = cast.person(cast.team("Quay"), "Nell", "+12025550130")

    for conference in (room, Conference(team=harbour, title="New")):
        with pytest.raises(ValidationError) as refused:
            Invitation(conference=conference, participant=nell).clean()
        assert list(refused.value.message_dict) == ["participant"]


def test_a_person_is_on_a_roster_once(room, ana):
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.invite(room, ana, role=Role.MODERATOR)


def test_a_roster_number_has_eight_digits_and_no_leading_zero():
    numbers = {new_roster_number() for _ in range(500)}

    assert len(numbers) > 490
    assert all(re.fullmatch(r"[1-9][0-9]{7}", number) for number in numbers)


def test_a_roster_number_that_is_taken_is_drawn_again(harbour, room, ana):
    taken = room.invitations.get().roster_number

    other = Invitation.objects.create(
        conference=room, participant=cast.person(harbour, "Bo", cast.BO), roster_number=taken
    )

    assert other.roster_number != taken
    assert room.invitations.get(participant=ana).roster_number == taken


def test_a_roster_number_is_unique_and_stays(harbour, room, ana, bo):
    first, second = room.invitations.all()

    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=second.pk).update(roster_number=first.roster_number)

    first.role = Role.LISTENER
    first.save()
    assert Invitation.objects.get(pk=first.pk).roster_number == first.roster_number


def test_only_moderators_are_moderator_numbers(room, ana, bo):
    moderator = ModeratorNumber.objects.get()

    assert moderator.participant == bo
    assert moderator.role == Invitation.Role.MODERATOR
    assert room.invitations.get(participant=ana).role == Invitation.Role.PARTICIPANT


# ModeratorNumber.objects.add


def test_an_unknown_number_makes_a_person_who_calls_from_it_and_is_texted_at_it(harbour, room):
    moderator = ModeratorNumber.objects.add(room, cast.BO, " Bo ")

    assert (moderator.participant.name, moderator.participant.team, moderator.role) == ("Bo", harbour, Role.MODERATOR)
    assert CallingLine.objects.get().participant == moderator.participant
    assert Contact.objects.get().destination == ("sms", cast.BO)


@pytest.mark.parametrize("name", ["Ana", "ana", " ANA "])
def test_a_known_number_with_its_name_makes_that_person_moderate(room, ana, name):
    number = room.invitations.get().roster_number

    moderator = ModeratorNumber.objects.add(room, cast.ANA, name)

    assert moderator.participant == ana
    assert room.invitations.get().roster_number == number
    assert Participant.objects.count() == CallingLine.objects.count() == Contact.objects.count() == 1


def test_adding_a_moderator_twice_changes_nothing(room):
    first = ModeratorNumber.objects.add(room, cast.BO, "Bo")

    assert ModeratorNumber.objects.add(room, cast.BO, "Bo") == first
    assert Invitation.objects.count() == Participant.objects.count() == 1


def test_a_known_number_under_another_name_is_refused(room, ana):
    with pytest.raises(ValidationError) as refused:
        ModeratorNumber.objects.add(room, cast.ANA, "Bo")

    assert refused.value.code == "other_name"
    assert refused.value.messages == ["In this team's address book this number is that of Ana. Give that name."]
    assert room.invitations.get().role == Role.PARTICIPANT
    assert Participant.objects.count() == 1


def test_on_a_shared_line_the_name_chooses(harbour, room):
    ed = cast.person(harbour, "Ed", "+12025550120", texts="+12025550121")
    fay = cast.person(harbour, "Fay", "+12025550120", texts="+12025550122")

    moderator = ModeratorNumber.objects.add(room, "+12025550120", "Fay")

    assert moderator.participant == fay
    assert not ed.invitations.exists()


def test_two_people_of_one_name_on_one_line_are_not_guessed_between(harbour, room):
    cast.person(harbour, "Sam Hill", "+12025550120", texts="+12025550121")
    cast.person(harbour, "Sam Hill", "+12025550120", texts="+12025550122")

    with pytest.raises(ValidationError) as refused:
        ModeratorNumber.objects.add(room, "+12025550120", "Sam Hill")

    assert refused.value.code == "two_people"
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["Nell", "Bo"])
def test_the_number_of_another_team_finds_and_changes_nobody_there(harbour, room, name):
    """Else whoever knows a number could learn its owner's name, or redirect their codes."""
    nell = cast.person(cast.team("Quay"), "Nell", "+12025550130", texts="+12025550131")

    moderator = ModeratorNumber.objects.add(room, "+12025550130", name)

    assert moderator.participant != nell
    assert (moderator.participant.team, moderator.participant.name) == (harbour, name)
    assert [str(line.number) for line in nell.lines.all()] == ["+12025550130"]
    assert [str(contact.address) for contact in nell.contacts.all()] == ["+12025550131"]
    assert not nell.invitations.exists()


@pytest.mark.parametrize(("number", "name"), [(cast.BO, " "), (cast.BO, "B" * 101), ("anonymous", "Bo")])
def test_no_name_a_name_too_long_and_no_number_are_refused(room, number, name):
    with pytest.raises(ValidationError):
        ModeratorNumber.objects.add(room, number, name)

    assert not Participant.objects.exists()
