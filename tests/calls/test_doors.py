"""When the doors are open: from their first instant on, and not in their last."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import Conference, Invitation, Occurrence
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission

pytestmark = pytest.mark.django_db

INSTANT = timedelta(microseconds=1)
AN_HOUR = timedelta(hours=1)
NOT_FOUND = "We do not find that number. Please enter the 8 digits from your invitation again."


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def occurrence(clock, room, ana) -> Occurrence:
    """The board meeting: its doors open now."""
    now = timezone.now()
    room.occurrences.update(
        moderators_open_at=now,
        opens_at=now,
        starts_at=now + timedelta(minutes=15),
        closes_at=now + AN_HOUR,
        overtime_until=now + 2 * AN_HOUR,
    )
    return cast.occurrence_of(room)


@pytest.fixture
def vigil(clock, harbour) -> Conference:
    """Another conference, open before and after."""
    other = cast.conference(harbour, "Vigil", duration=24 * 60)
    cast.invite(other, cast.person(harbour, "Vera", "+12025550180"))
    return other


def heard_by(number: str) -> list[str]:
    phone = Phone(number)
    phone.dial()
    heard = phone.heard
    phone.hang_up()
    return heard


def heard_of(roster_number: str) -> list[str]:
    """What a borrowed phone hears after this number."""
    phone = Phone("+12025550150")
    phone.dial()
    phone.press(roster_number)
    heard = phone.heard
    phone.hang_up()
    return heard


def test_the_line_answers_ana_from_the_instant_that_the_doors_open(clock, occurrence):
    clock.shift(-INSTANT)
    assert heard_by(cast.ANA) == [REFUSAL]
    clock.shift(INSTANT)
    assert heard_by(cast.ANA) == [ASKED_FOR_CODE]


def test_the_line_answers_nobody_from_the_instant_that_the_doors_close(clock, occurrence):
    clock.shift(AN_HOUR - INSTANT)
    assert heard_by(cast.ANA) == [ASKED_FOR_CODE]
    clock.shift(INSTANT)
    assert heard_by(cast.ANA) == [REFUSAL]
    assert attempts()[-1] == "nothing open"


def test_a_roster_number_is_good_from_the_first_instant_to_the_last(clock, vigil, ana, occurrence):
    number = Invitation.objects.get(participant=ana).roster_number
    clock.shift(-INSTANT)
    assert heard_of(number) == [NOT_FOUND]
    clock.shift(INSTANT)
    assert heard_of(number) == [ASKED_FOR_CODE.removeprefix("Welcome. ")]
    clock.shift(AN_HOUR - INSTANT)
    assert heard_of(number) == [ASKED_FOR_CODE.removeprefix("Welcome. ")]
    clock.shift(INSTANT)
    assert heard_of(number) == [NOT_FOUND]


# At the menu, when the code has been typed already


@pytest.fixture
def phone(vigil, occurrence, ana) -> Phone:
    """Ana has typed the code, and may choose."""
    cast.invite(vigil, ana)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.heard == ["For Vigil, press 1. For Board meeting, press 2."]
    return phone


def move(room: Conference, *, opens: timedelta, closes: timedelta) -> None:
    """The organizer moves it: its doors open and close so long from now."""
    now = timezone.now()
    room.occurrences.update(
        moderators_open_at=now + opens,
        opens_at=now + opens,
        starts_at=now + opens,
        closes_at=now + closes,
        overtime_until=now + closes + AN_HOUR,
    )


@pytest.mark.parametrize(
    ("opens", "closes"),
    [
        (-AN_HOUR, timedelta(0)),
        (-AN_HOUR, -INSTANT),
        (INSTANT, AN_HOUR),
        (timedelta(minutes=10), AN_HOUR),
    ],
)
def test_a_room_whose_doors_are_closed_when_its_key_is_pressed_is_not_entered(room, phone, opens, closes):
    move(room, opens=opens, closes=closes)
    phone.press("2")
    assert phone.heard == ["Board meeting is not open any more. For Vigil, press 1."]
    assert attempts()[-1] == "doors closed"
    assert not Admission.objects.exists()


@pytest.mark.parametrize(("opens", "closes"), [(-AN_HOUR, INSTANT), (timedelta(0), AN_HOUR)])
def test_a_room_is_entered_in_the_first_and_in_the_last_instant(room, phone, occurrence, opens, closes):
    move(room, opens=opens, closes=closes)
    phone.press("2")
    assert phone.room == room_name(occurrence)


def test_in_overtime_nobody_new_is_let_in_and_who_is_in_stays(clock, occurrence, bo):
    moderator = Phone(cast.BO)
    moderator.dial()
    moderator.press(moderator.text_code())
    clock.shift(AN_HOUR)
    assert heard_by(cast.ANA) == [REFUSAL]
    assert moderator.in_room
    clock.shift(AN_HOUR)
    assert moderator.is_over


def test_a_room_that_opens_later_is_not_in_the_menu(clock, vigil, ana, occurrence):
    cast.invite(vigil, ana)
    clock.shift(-INSTANT)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.room == room_name(cast.occurrence_of(vigil))
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]
