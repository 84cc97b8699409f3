"""Doors that open earlier for moderators."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import Invitation
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL
from tests.phone import Phone

pytestmark = pytest.mark.django_db

ASKED_WHO = "Welcome. Please enter the roster number from your invitation, or a conference number."
MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def early(clock, harbour, ana, bo):
    """In 30 minutes Budget begins: for Bo, who moderates, its doors open now, for Ana in 20 minutes."""
    Invitation.objects.all().delete()
    budget = cast.conference(
        harbour, "Budget", timezone.now() + 30 * MINUTE, doors=10, moderator_doors=30, starts_with="anyone"
    )
    cast.invite(budget, bo, role=Invitation.Role.MODERATOR)
    cast.invite(budget, ana)
    harbour.conferences.exclude(pk=budget.pk).delete()
    return budget


def calling(number: str) -> Phone:
    phone = Phone(number)
    phone.dial()
    return phone


def test_a_moderator_is_in_while_others_hear_what_they_hear_before_the_doors(clock, early):
    moderator = calling(cast.BO)
    moderator.press(moderator.text_code())
    assert moderator.heard == ["Thank you, Bo. You are the first."]

    assert calling(cast.ANA).heard == [ASKED_WHO] == calling(cast.STRANGER).heard

    clock.shift(20 * MINUTE)
    participant = calling(cast.ANA)
    assert participant.heard == [ASKED_FOR_CODE]
    participant.press(participant.text_code())
    assert participant.heard == ["Thank you, Ana. One person is here."]


def test_a_moment_before_nobody_gets_in(clock, early):
    clock.shift(-timedelta(microseconds=1))
    assert calling(cast.BO).heard == calling(cast.ANA).heard == [REFUSAL]


def test_the_roster_numbers_open_the_door_to_moderators_alone(clock, early):
    numbers = {each.role: each.roster_number for each in early.invitations.all()}
    borrowed = calling(cast.STRANGER)
    borrowed.press(numbers["participant"])
    assert borrowed.heard == ["We do not find that number. Please enter the 8 digits from your invitation again."]
    borrowed.press(numbers["moderator"])
    assert borrowed.heard == [ASKED_FOR_CODE.removeprefix("Welcome. ")]


def test_whoever_moderates_no_more_when_the_code_is_typed_waits_for_the_doors(clock, early):
    moderator = calling(cast.BO)
    early.invitations.filter(role="moderator").update(role="participant")
    moderator.press(moderator.text_code())
    assert moderator.heard == [
        "Thank you. No room is open to you any more. If you have questions, ask whoever invited you. Goodbye."
    ]


def test_a_role_that_is_lost_between_menu_and_key_closes_the_door(clock, early, harbour, bo):
    vigil = cast.conference(harbour, "Vigil")
    cast.invite(vigil, bo)
    moderator = calling(cast.BO)
    moderator.press(moderator.text_code())
    assert moderator.heard == ["For Vigil, press 1. For Budget, press 2."]
    early.invitations.filter(role="moderator").update(role="participant")
    moderator.press("2")
    assert moderator.heard == ["Budget is not open any more. For Vigil, press 1."]
