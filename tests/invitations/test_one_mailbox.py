"""Two people on one roster with one mailbox between them: each has an invitation and an entry of their own."""

import pytest

from participants.invitations import Whom, invite
from participants.models import Conference, Contact, Delivery
from tests.invitations.conftest import arrived, mailed
from tests.invitations.read import first_of
from tests.invitations.test_told import change
from tests.invitations.test_uninviting import take_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def couple(budget: Conference) -> Conference:
    mailed(budget, "Ana"), mailed(budget, "Bo")
    Contact.objects.filter(address="bo@example.com").update(address="ana@example.com")
    assert invite(budget, Whom.NEW).new == 2
    assert arrived() == [("ana@example.com", "Invitation: Budget")] * 2
    return budget


def of_entry(name: str, what: str, kind: str = "invitation") -> str:
    return first_of(Delivery.objects.get(participant__name=name, kind=kind).calendar, what)


def test_each_roster_number_stands_in_an_entry_of_its_own(couple):
    assert of_entry("Ana", "UID") != of_entry("Bo", "UID")
    for name in ("Ana", "Bo"):
        number = couple.invitations.get(participant__name=name).roster_number
        assert f"Your roster number: {number}" in of_entry(name, "DESCRIPTION")


def test_the_entry_of_one_who_is_taken_off_goes_and_the_other_stays(organizer, couple):
    take_off(organizer, couple, "Bo")

    assert arrived()[-1] == ("ana@example.com", "No longer invited: Budget")
    assert of_entry("Bo", "UID", "taken off") == of_entry("Bo", "UID") != of_entry("Ana", "UID")


def test_both_are_called_off_each_by_itself(organizer, couple):
    change(organizer, couple, status="cancelled")

    assert ("ana@example.com", "Called off: Budget") in arrived()
    for name in ("Ana", "Bo"):
        assert of_entry(name, "UID", "called off") == of_entry(name, "UID")
