"""Calls that do not look like members calling are noticed, logged, and shown to administrators."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from conferenceline import tasks
from participants.models import Conference, Passcode, Policy, Team
from tests import cast
from tests.calls.log import wrong
from tests.phone import Phone
from verification.models import Tally
from verification.unusual import CODES, PASSCODES, ROSTER_NUMBERS, UNKNOWN, Finding, findings, report

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2027-03-03 12:00:00Z", tick=False) as traveller:
        yield traveller


def found() -> list[Finding]:
    return findings(timezone.now())


def try_roster_numbers(calls: int, number: str = cast.STRANGER) -> None:
    """Three wrong ones in each call."""
    for _call in range(calls):
        phone = Phone(number) if number else Phone.withheld()
        phone.dial()
        for digit in range(3):
            phone.press(f"1000000{digit}")
        assert phone.is_over


def guess_codes(calls: int, number: str = cast.ANA, wrong_ones: int = 3) -> None:
    for _call in range(calls):
        phone = Phone(number, texts=cast.ANA)
        phone.dial()
        for _time in range(wrong_ones):
            phone.press(wrong(phone.text_code()))
        if not phone.is_over:
            phone.hang_up()


def open_choir(team: Team) -> tuple[Conference, str]:
    """Open to whoever knows its passcode; and that."""
    choir = cast.conference(team, "Choir", admission=Policy.PASSCODE)
    return choir, Passcode.objects.make(choir)


def guess_passcodes(choir: Conference, passcode: str, calls: int, wrong_ones: int = 3) -> None:
    """From another line each time."""
    for n in range(calls):
        phone = Phone(f"+1202555016{n}")
        phone.dial()
        phone.press(choir.number)
        for _time in range(wrong_ones):
            phone.press(wrong(passcode))
        if not phone.is_over:
            phone.hang_up()


def ring_from_unknown_lines(number: int) -> None:
    for n in range(number):
        phone = Phone(f"+1202555{n + 1000:04}"[:12])
        phone.dial()
        phone.hang_up()


def test_a_line_that_tries_roster_numbers_one_after_the_other_is_noticed(ana):
    try_roster_numbers(1)
    assert found() == []
    try_roster_numbers(1)
    assert [(each.kind, each.subject, each.times, each.calls) for each in found()] == [
        (ROSTER_NUMBERS, cast.STRANGER, 6, 2)
    ]


def test_so_are_withheld_lines_all_together(ana):
    try_roster_numbers(2, number="")
    assert [(each.kind, each.subject, each.times) for each in found()] == [(ROSTER_NUMBERS, "", 6)]


def test_codes_guessed_over_several_calls_are_noticed_by_the_contact(ana, settings):
    settings.UNUSUAL_WRONG_CODES = 4
    guess_codes(1)
    assert found() == []
    guess_codes(1, wrong_ones=1)
    assert [(each.kind, each.subject, each.times, each.calls) for each in found()] == [(CODES, cast.ANA, 4, 2)]


def test_wrong_codes_of_one_call_are_a_slip_however_many(ana, settings):
    settings.UNUSUAL_WRONG_CODES = 2
    guess_codes(1)
    assert found() == []


def test_passcodes_guessed_from_line_after_line_are_noticed_by_the_conference(harbour, settings, caplog):
    """Wrong ones of one call are a slip, however many; and nobody's number or passcode is written down."""
    settings.UNUSUAL_WRONG_PASSCODES = 3
    choir, passcode = open_choir(harbour)
    guess_passcodes(choir, passcode, calls=1, wrong_ones=2)
    other, its_passcode = open_choir(harbour)
    guess_passcodes(other, its_passcode, calls=1)
    assert found() == []
    guess_passcodes(choir, passcode, calls=1, wrong_ones=2)
    assert [(each.kind, each.subject, each.times, each.calls) for each in found()] == [(PASSCODES, str(choir.pk), 4, 2)]
    tasks.every_minute.call_local()
    assert "unusual calls: passcodes, 4 times in 2 calls" in caplog.messages


def test_many_lines_that_nobody_knows_are_noticed_together(ana, settings):
    """War-dialling: somebody looks for what answers."""
    settings.UNUSUAL_UNKNOWN_LINES = 5
    ring_from_unknown_lines(4)
    assert found() == []
    ring_from_unknown_lines(1)
    assert [(each.kind, each.subject, each.calls) for each in found()] == [(UNKNOWN, "", 5)]


def test_also_while_nothing_is_open(harbour, settings):
    settings.UNUSUAL_UNKNOWN_LINES = 3
    ring_from_unknown_lines(3)
    assert [each.kind for each in found()] == [UNKNOWN]


def test_members_who_call_and_get_in_are_nothing_unusual(ana, bo):
    for number in (cast.ANA, cast.BO) * 3:
        phone = Phone(number)
        phone.dial()
        phone.press(wrong(phone.text_code()))
        phone.press(phone.text_code())
        phone.hang_up()
    assert found() == []


def test_an_hour_later_it_is_forgotten(ana, clock):
    try_roster_numbers(2)
    clock.shift(timedelta(minutes=59))
    assert len(found()) == 1
    clock.shift(timedelta(minutes=2))
    assert found() == []


def test_it_is_written_to_the_log_once_in_a_stretch_and_without_the_number(ana, clock, caplog, settings):
    """tests/log_watch.py reads what was written: a number in it fails any test."""
    settings.UNUSUAL_SECONDS = 1200
    try_roster_numbers(2)
    tasks.every_minute.call_local()
    tasks.every_minute.call_local()
    assert [record.getMessage() for record in caplog.records if "unusual" in record.getMessage()] == [
        "unusual calls: roster numbers, 6 times in 2 calls"
    ]
    assert not Tally.objects.filter(key__contains=cast.STRANGER[1:], key__startswith="noticed").exists()
    clock.shift(timedelta(minutes=19))
    assert report() == 0
    clock.shift(timedelta(minutes=2))
    assert report() == 0  # it is over
    try_roster_numbers(2, cast.BO)
    assert report() == 1


def test_only_the_first_of_two_that_notice_at_once_logs_it(ana, caplog):
    try_roster_numbers(2)
    assert [report(), report()] == [1, 0]
