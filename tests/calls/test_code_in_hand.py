"""What goes wrong at Twilio or at another caller's hands does not spoil a code that the caller holds."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from sandbox.models import Fault, Message
from tests import cast
from tests.calls.log import REFUSAL, asked_of_twilio, wrong
from tests.phone import Phone
from verification.models import Challenge, Tally

pytestmark = pytest.mark.django_db

USE_THE_NEWEST = (
    "We cannot send another text now. Please use the newest that you have. "
    "Enter the code. For a new one, press star, then pound."
)


def dialled() -> Phone:
    phone = Phone(cast.ANA)
    phone.dial()
    return phone


@pytest.mark.parametrize(("code", "status"), [(20429, 429), (60410, 403), (60203, 429), (60205, 403)])
def test_another_text_that_cannot_be_sent_leaves_the_first_one_good(ana, code, status):
    phone = dialled()
    Fault.objects.inject("verify.send", code, status=status, times=None)
    phone.press("*#")
    assert phone.heard == [USE_THE_NEWEST]
    phone.press("*#")
    if code == 20429:  # it may be asked again, after a while
        phone.stay_silent()
    assert phone.heard == [USE_THE_NEWEST]
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize("kind", ["timeout", "http_500"])
def test_an_outage_is_not_held_against_the_caller(ana, kind):
    """Six right codes that nobody answered for are no wrong codes."""
    Fault.objects.inject("verify.check", kind=kind, times=6)
    for _ in range(2):
        phone = dialled()
        for _ in range(3):
            phone.press(phone.text_code())
        phone.hang_up()
    phone = dialled()
    phone.press(phone.text_code())
    assert phone.in_room


def test_once_a_contacts_codes_may_not_be_checked_none_is_sent(ana):
    """Somebody with a forged line has guessed wrong five times: a text would cost, and lead nowhere."""
    for guesses in (3, 2):
        forger = dialled()
        for _ in range(guesses):
            forger.press(wrong(forger.text_code()))
        if not forger.is_over:
            forger.hang_up()
    Challenge.objects.update(state=Challenge.State.GONE)
    sent = Message.objects.count()
    phone = dialled()
    assert (phone.heard, phone.is_over) == ([REFUSAL], True)
    assert Message.objects.count() == sent
    Tally.objects.filter(key__startswith="wrong_codes_per_contact").delete()
    assert dialled().is_asked_for_keys


def test_a_stranger_cannot_tell_that_a_contact_is_locked(ana, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_codes_per_contact": "1/600"}
    first = dialled()
    first.press(wrong(first.text_code()))
    first.press("*#")
    first.hang_up()
    cast.CallingLine.objects.create(participant=ana, number="+12025550151")
    elsewhere = Phone("+12025550151")
    elsewhere.dial()
    assert (elsewhere.heard, elsewhere.is_over) == ([REFUSAL], True)


def test_a_redial_after_a_text_that_perhaps_never_went_out_promises_nothing(ana):
    Fault.objects.inject("verify.send", kind="timeout")
    dialled().hang_up()
    again = dialled()
    assert again.heard == [
        "Welcome. We are sending you a text with a 6 digit code. Enter the code. For a new one, press star, then pound."
    ]
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    again.press("*#")
    again.press(again.text_code())
    assert again.in_room


def test_a_code_that_ends_soon_is_not_withdrawn_for_one_that_may_not_be_sent(ana):
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        phone = dialled()
        phone.press("*#")
        phone.press("*#")
        phone.stay_silent()
        clock.shift(timedelta(minutes=9))
        phone.press("*#")
        assert phone.heard == [USE_THE_NEWEST]
        phone.press(phone.text_code())
        assert phone.in_room
