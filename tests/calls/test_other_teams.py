"""Another team enters a member's number as the line of somebody of its own. Nobody here can know whose it is."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from participants.models import Conference, Contact, Grade, Invitation, Membership, Participant, Team
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, asked_of_twilio, attempts
from tests.phone import Phone
from verification import throttle
from verification.door import room_name
from verification.models import Admission, Call, Vouch
from verification.throttle import OverLimitError
from verification.unlocking import unlock, unlock_due

pytestmark = pytest.mark.django_db

OWN = "+12025550163"  # the other organizer's
LATVIAN = "+37121234567"


@pytest.fixture
def quay() -> Team:
    return cast.team("Quay")


@pytest.fixture
def max_(quay) -> User:
    """Organizes the other team."""
    user = User.objects.create_user("max", is_staff=True)
    quay.add(user, Membership.Role.ORGANIZER)
    return user


@pytest.fixture
def trap(quay) -> Conference:
    return cast.conference(quay, "Board meeting")


@pytest.fixture
def bait(trap) -> Participant:
    """By the name and the line of the member, with no contact of theirs."""
    person = cast.person(trap.team, "Ana", cast.ANA, texts=None)
    cast.invite(trap, person)
    return person


def vouch(bait: Participant, by: User, call: Call | None = None) -> Vouch:
    invitation = bait.invitations.get()
    date = cast.occurrence_of(invitation.conference)
    return Vouch.objects.make(invitation, date, by=by, reason="Her voice", call=call)


def dialled(number: str = cast.ANA, texts: str = cast.ANA) -> Phone:
    phone = Phone(number, texts=texts)
    phone.dial()
    return phone


def test_who_is_let_in_by_hand_there_does_not_draw_the_members_call_into_that_room(room, ana, bait, max_):
    vouch(bait, max_)
    phone = dialled()
    assert phone.heard == [ASKED_WHO]
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    phone.press(phone.text_code())
    assert phone.room == room_name(cast.occurrence_of(room))
    assert attempts() == ["line of teams", "code sent", "admitted"]


def test_nor_by_vouching_for_the_very_call(room, ana, bait, max_):
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]
    with pytest.raises(ValidationError):
        vouch(bait, max_, call=Call.objects.get())
    phone.press(phone.text_code())
    assert phone.room == room_name(cast.occurrence_of(room))


def test_who_is_in_both_books_and_is_let_in_by_hand_says_so_by_their_roster_number(ana, bait, max_, trap):
    vouch(bait, max_)
    phone = dialled()
    assert phone.heard == [ASKED_WHO]
    phone.press(bait.invitations.get().roster_number)
    assert phone.room == room_name(cast.occurrence_of(trap))


def test_who_has_their_contact_elsewhere_asks_the_member_for_the_roster_number(room, ana, bait):
    bait.contacts.create(channel="sms", address=OWN)
    phone = dialled()
    assert (phone.heard, asked_of_twilio()) == ([ASKED_WHO], [])
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    phone.press(phone.text_code())
    assert [seat.participant for seat in Admission.objects.all()] == [ana]
    assert phone.room == room_name(cast.occurrence_of(room))


def test_a_ceiling_that_is_used_up_there_keeps_no_code_from_the_member(room, ana, bait, trap):
    """Though its row of their number comes first: one code goes to both, and counts for whoever may have more."""
    Team.objects.filter(pk=trap.team_id).update(codes_per_day=1)
    ana.contacts.update(position=1)
    other = cast.person(trap.team, "Mallory", OWN)
    cast.invite(trap, other)
    dialled(OWN, texts=OWN).hang_up()
    bait.contacts.create(channel="sms", address=cast.ANA)
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    assert phone.hears("For Board meeting of Harbour as Ana, press 1.")


def test_a_country_to_which_that_team_sends_nothing_is_none_of_the_members_business(room, ana, bait):
    """Its people call from one country, and the member's mobile is of another, which the member's team allows."""
    cast.person(room.team, "Lia", LATVIAN, texts=None)
    ana.contacts.update(address=LATVIAN, position=1)
    bait.contacts.create(channel="sms", address=LATVIAN)
    phone = dialled(texts=LATVIAN)
    assert phone.heard == [ASKED_FOR_CODE]
    assert asked_of_twilio() == [("verify.send", LATVIAN)]


def test_a_room_of_the_same_title_is_told_from_the_members_by_its_team(room, ana, bait):
    """Its organizer chose the title and the name; what a team is called, administrators say."""
    bait.contacts.create(channel="sms", address=cast.ANA)
    phone = dialled()
    phone.press(phone.text_code())
    assert phone.heard == [
        "For Board meeting of Harbour as Ana, press 1. For Board meeting of Quay as Ana, press 2.",
    ]
    phone.press("1")
    assert phone.room == room_name(cast.occurrence_of(room))


def test_the_ways_that_it_leaves_out_are_the_members_again_where_the_room_asks_for_a_stronger_one(room, ana, bait):
    app = cast.app(ana)
    Conference.objects.filter(pk=room.pk).update(least_grade=Grade.AUTHENTICATOR)
    bait.contacts.create(channel="sms", address=cast.ANA)
    phone = dialled()
    phone.press(phone.text_code())
    phone.press("1")
    assert phone.heard == [
        "Board meeting asks for a stronger proof of who you are.",
        "Please enter the 6 digit code that your authenticator app shows now.",
    ]
    phone.press(app.code())
    assert phone.room == room_name(cast.occurrence_of(room))


def test_unlocking_there_leaves_the_code_alone_for_which_the_member_waits(room, ana, bait, max_):
    bait.contacts.create(channel="sms", address=cast.ANA)
    bait.lines.all().delete()
    phone = dialled()
    unlock(bait, max_)
    assert unlock_due() == 1
    phone.press(phone.text_code())
    assert phone.in_room


def test_however_many_people_have_a_number_there_it_is_unlocked_three_times_an_hour(room, ana, quay, max_):
    """Or whoever enters one often enough may have any number of codes sent there, and guess at each."""
    people = [cast.person(quay, f"Ana {number}", texts=cast.ANA) for number in range(4)]
    for person in people[:3]:
        unlock(person, max_)
    with pytest.raises(OverLimitError):
        unlock(people[3], max_)
    unlock(ana, User.objects.create_superuser("mia"))  # which keeps nothing from her own team
    assert unlock_due() == 4


def test_nor_does_a_calling_line_get_its_tries_back_more_often(quay, max_):
    people = [cast.person(quay, f"Max {number}", OWN, texts=None) for number in range(4)]
    for person in people[:3]:
        unlock(person, max_)
    with pytest.raises(OverLimitError):
        unlock(people[3], max_)


def test_a_number_in_doubt_for_its_room_is_none_for_a_room_that_does_not_ask(settings, room, ana, bait, trap):
    """One answer of Lookup is noted wherever the number is on file."""
    settings.LOOKUP_SIM_SWAPS = True
    Conference.objects.filter(pk=trap.pk).update(checks_numbers=True)
    ana.contacts.update(position=1)
    bait.contacts.create(channel="sms", address=cast.ANA)
    Contact.objects.update(sim_swapped_at=timezone.now())
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    phone.press("1")
    assert phone.room == room_name(cast.occurrence_of(room))


def test_nor_does_that_open_the_room_that_asks(settings, ana, bait, trap):
    settings.LOOKUP_SIM_SWAPS = True
    Conference.objects.filter(pk=trap.pk).update(checks_numbers=True)
    bait.contacts.create(channel="sms", address=cast.ANA)
    Contact.objects.update(sim_swapped_at=timezone.now())
    phone = dialled()
    phone.press(phone.text_code())
    phone.press("2")
    assert phone.hears("Board meeting asks for a stronger proof of who you are.")


def test_a_call_of_its_own_person_that_waits_for_a_code_there_does_not_hold_the_member_up(ana, bait):
    """From a line for which the carrier vouches, where nobody vouches for the member's."""
    ana.contacts.update(position=1)
    bait.contacts.create(channel="sms", address=cast.ANA)
    bait.lines.create(number=OWN)
    theirs = Phone(OWN)
    theirs.is_attested("A")
    theirs.dial()
    assert theirs.heard == [ASKED_FOR_CODE]
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]


def test_a_contact_that_is_used_up_leaves_the_member_those_that_it_does_not_have(room, ana, bait):
    app = cast.app(ana)
    bait.contacts.create(channel="sms", address=cast.ANA)
    for _time in range(3):
        throttle.take(sends_per_contact=f"sms {cast.ANA}")
    phone = dialled()
    assert phone.heard == [ASKED_WHO]
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    phone.press(app.code())
    assert phone.room == room_name(cast.occurrence_of(room))
