"""A team's address book."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from participants.models import CallingLine, Contact, Participant
from tests import cast


@pytest.mark.parametrize("typed", ["(202) 555-0101", "202.555.0101", "1 202 555 0101", "+1 202-555-0101"])
def test_a_number_is_stored_as_e164_however_it_is_written(harbour, typed):
    person = cast.person(harbour, "Ana", typed)

    assert CallingLine.objects.values_list("number", flat=True).get() == "+12025550101"
    assert person.contacts.get().destination == ("sms", "+12025550101")
    assert list(Participant.objects.calling_from("+12025550101")) == [person]


@pytest.mark.parametrize(
    "typed", ["+1 202 555 0101 ext 5", "202-555-0101 x5", "tel:+12025550101;ext=5", "+12025550101,,5"]
)
def test_an_extension_is_refused_since_e164_would_drop_it(harbour, typed):
    person = cast.person(harbour, "Ana")

    for row in (CallingLine(participant=person, number=typed), Contact(participant=person, address=typed)):
        with pytest.raises(ValidationError) as refused:
            row.full_clean()
        assert refused.value.messages == [
            "A number with an extension cannot be called or texted by itself. Give the direct number."
        ]


@pytest.mark.parametrize("typed", ["anonymous", "client:bob", "555", "+266696687"])
def test_what_is_no_number_is_refused(harbour, typed):
    person = cast.person(harbour, "Ana")

    with pytest.raises(ValidationError) as refused:
        CallingLine(participant=person, number=typed).full_clean()

    assert list(refused.value.message_dict) == ["number"]


def test_a_person_has_a_number_once(harbour):
    person = cast.person(harbour, "Ana", cast.ANA)

    with pytest.raises(IntegrityError), transaction.atomic():
        CallingLine.objects.create(participant=person, number="(202) 555-0101")
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(participant=person, address="(202) 555-0101")


def test_people_of_a_team_may_share_a_line(harbour):
    ed = cast.person(harbour, "Ed", "+12025550120")
    fay = cast.person(harbour, "Fay", "+12025550120")
    cast.person(harbour, "Gus", "+12025550121")

    assert set(Participant.objects.calling_from("+12025550120")) == {ed, fay}


def test_two_teams_have_two_people_with_one_number(harbour):
    ours = cast.person(harbour, "Ana", cast.ANA)
    theirs = cast.person(cast.team("Quay"), "Anna", cast.ANA)

    assert list(harbour.participants.calling_from(cast.ANA)) == [ours]
    assert set(Participant.objects.calling_from(cast.ANA)) == {ours, theirs}


def test_contacts_are_in_the_order_of_their_position(harbour):
    person = cast.person(harbour, "Ana", texts=None)
    for position, number in ((2, "+12025550103"), (0, "+12025550101"), (1, "+12025550102")):
        Contact.objects.create(participant=person, address=number, position=position)

    assert [str(contact.address)[-1] for contact in person.contacts.all()] == ["1", "2", "3"]


def test_a_person_on_a_roster_stays_with_their_team(harbour, room, ana):
    quay = cast.team("Quay")

    ana.team = quay
    with pytest.raises(ValidationError) as refused:
        ana.full_clean()
    assert list(refused.value.message_dict) == ["team"]

    ana.invitations.all().delete()
    ana.full_clean()
    ana.team = harbour
    ana.full_clean()
