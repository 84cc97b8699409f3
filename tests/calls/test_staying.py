"""Whoever is long in getting at their code is waited for, as long as the code can be typed."""

import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import cast
from tests.calls.log import asked_of_twilio, attempts, wrong
from tests.phone import Phone
from verification.models import Call

pytestmark = pytest.mark.django_db

STAYS = "We stay on the line. Enter the code when you have it. For a new one, press star, then pound."
EXPIRED = "The code has expired. For a new one, press star, then pound."
NOT_HEARD = "We have not heard from you. Please call again when you are ready. Goodbye."


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


def waits() -> int:
    gather = ET.fromstring(Call.objects.get().reply).find("Gather")  # noqa: S314 (our own words)
    return int(gather.get("timeout"))


def silently(phone: Phone) -> list[str]:
    """One more silence, as long as the line waits for keys."""
    phone.wait(waits())
    return phone.heard


def after_the_reminders(clock) -> Phone:
    phone = Phone(cast.ANA, clock=clock)
    phone.dial()
    for _reminder in range(3):
        silently(phone)
    return phone


def test_the_line_stays_for_the_life_of_the_code_then_offers_another(ana, clock):
    phone = after_the_reminders(clock)
    began = Call.objects.get().rang_at
    heard = []
    while not phone.is_over:
        heard += silently(phone)
        if heard[-1] == EXPIRED:
            assert timedelta(minutes=10) <= timezone.now() - began < timedelta(minutes=11)
    assert heard == [STAYS] * 12 + [EXPIRED, NOT_HEARD]
    assert ([operation for operation, _to in asked_of_twilio()], attempts()) == (
        ["verify.send"],
        ["code sent", "gave up"],
    )


def test_the_code_is_good_after_eight_minutes(ana, clock):
    phone = after_the_reminders(clock)
    while timezone.now() < Call.objects.get().rang_at + timedelta(minutes=8):
        assert silently(phone) == [STAYS]
    assert waits() == 45
    phone.press(wrong(phone.text_code()))
    assert phone.heard == ["That is not the code. Please enter the 6 digits of the newest text."]
    assert silently(phone) == [STAYS]
    phone.press(phone.text_code())
    assert phone.in_room


def test_star_has_a_new_code_sent_when_the_old_one_has_expired(ana, clock):
    phone = after_the_reminders(clock)
    old = phone.text_code()
    while silently(phone) != [EXPIRED]:
        pass
    phone.press("*#")
    assert phone.text_code() != old
    phone.press(phone.text_code())
    assert phone.in_room


def test_the_old_code_typed_after_all_has_a_new_one_sent(ana, clock):
    phone = after_the_reminders(clock)
    old = phone.text_code()
    while silently(phone) != [EXPIRED]:
        pass
    phone.press(old)
    phone.go_on()
    assert "That code has expired or was used before. We send you a new one." in phone.everything_heard
    phone.press(phone.text_code())
    assert phone.in_room


def test_somebody_who_is_told_that_the_code_has_expired_can_choose_another_way(ana, clock):
    cast.mailbox(ana, "ana@example.com")
    phone = after_the_reminders(clock)
    while silently(phone) != [EXPIRED]:
        pass
    phone.press("*#")
    assert phone.heard == ["For a text, press 1. For an e-mail, press 2."]


def test_new_codes_keep_nobody_on_the_line_for_more_than_half_an_hour(ana, clock):
    phone = after_the_reminders(clock)
    began = Call.objects.get().rang_at
    while not phone.is_over:
        if silently(phone) == [EXPIRED]:
            phone.press("*#")
    assert phone.heard == [NOT_HEARD]
    assert timedelta(minutes=30) < timezone.now() - began < timedelta(minutes=32)


def test_an_app_is_in_the_hand_so_nobody_is_waited_for(ana, clock):
    cast.app(ana)
    phone = Phone(cast.ANA, clock=clock)
    phone.dial()
    heard = [silently(phone)[0] for _silence in range(4)]
    assert heard[-1] == NOT_HEARD
    assert phone.is_over
