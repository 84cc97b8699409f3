"""Typing the code: wrong, partial, stray and no keys; new codes; redials; expiry."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts, wrong
from tests.phone import Phone
from verification.models import Call, Challenge
from verification.models.calls import SILENT_MOST

pytestmark = pytest.mark.django_db

SENT_AGAIN = (
    "We have sent you another text. Please use the newest. Enter the code. For a new one, press star, then pound."
)
CALL_AGAIN = "This call has ended. To be connected, please call again. Goodbye."
REUSED = (
    "Welcome. A moment ago we sent you a text with a 6 digit code. Enter the code. "
    "For a new one, press star, then pound."
)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def phone(ana) -> Phone:
    phone = Phone(cast.ANA)
    phone.dial()
    return phone


def sends() -> int:
    return [operation for operation, _to in asked_of_twilio()].count("verify.send")


def checks() -> int:
    return [operation for operation, _to in asked_of_twilio()].count("verify.check")


def test_three_wrong_codes_end_the_call_each_in_other_words(phone):
    code = wrong(phone.text_code())
    phone.press(code)
    assert phone.heard == ["That is not the code. Please enter the 6 digits of the newest text."]
    phone.press(code)
    assert phone.heard == ["That is not right either. Please enter the newest code once more. This is the last try."]
    phone.press(code)
    assert phone.heard == ["That is not right. Please call again when you have the newest text. Goodbye."]
    assert phone.is_over
    assert attempts() == ["code sent", "wrong code", "wrong code", "wrong code"]
    assert checks() == 3


def test_the_right_code_after_two_wrong_ones_is_good(phone):
    phone.press(wrong(phone.text_code()))
    phone.press(wrong(phone.text_code()))
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize("keys", ["123#", "12345#", "1*3456", "*12345", "**#", "1#"])
def test_keys_that_are_no_code_are_asked_for_again_and_spend_no_check(phone, keys):
    phone.press(keys)
    assert phone.heard == ["The code has 6 digits. Please enter them all."]
    assert checks() == 0
    phone.press(phone.text_code())
    assert phone.in_room


def test_stray_keys_have_an_end(phone):
    for _ in range(4):
        phone.press("1#")
    assert phone.heard == ["We are sorry, that did not work. Please call again. Goodbye."]
    assert phone.is_over
    assert attempts() == ["code sent", "gave up"]


def test_keys_after_the_sixth_belong_to_nobody(phone):
    phone.press(phone.text_code() + "99")
    assert phone.in_room


def test_silence_spends_no_try_and_leads_to_an_offer_and_to_patience(phone):
    heard = []
    for _ in range(4):
        phone.stay_silent()
        heard += phone.heard
    assert heard == [
        "The code is in a text message from us. Please enter it when you have found it.",
        "Take your time. The text message from us holds a 6 digit code.",
        "To have the text sent again, press star, then pound. Or enter the code now.",
        "We stay on the line. Enter the code when you have it. For a new one, press star, then pound.",
    ]
    assert not phone.is_over
    assert (sends(), checks()) == (1, 0)
    assert Call.objects.get().wrong_codes == 0


def test_the_code_is_good_after_three_silences(phone):
    for _ in range(3):
        phone.stay_silent()
    phone.press(phone.text_code())
    assert phone.in_room


def test_a_key_makes_the_count_of_silences_begin_anew(phone):
    for _ in range(3):
        phone.stay_silent()
    phone.press(wrong(phone.text_code()))
    phone.stay_silent()
    assert phone.heard == ["The code is in a text message from us. Please enter it when you have found it."]


def test_the_wait_for_keys_is_twenty_seconds(phone):
    assert 'timeout="20"' in phone.webhooks[0].body


@pytest.mark.parametrize("keys", ["*#", "*"])
def test_star_sends_the_code_again(phone, keys):
    code = phone.text_code()
    phone.press(keys)
    if keys == "*":
        phone.stay_silent()
    assert phone.heard == [SENT_AGAIN]
    assert [message.code for message in phone.messages] == [code, code]
    phone.press(code)
    assert phone.in_room
    assert attempts() == ["code sent", "code sent", "admitted"]
    assert Challenge.objects.count() == 1


def test_the_fourth_text_is_not_sent_and_the_ones_before_stay_good(phone):
    phone.press("*#")
    phone.press("*#")
    phone.stay_silent()
    phone.press("*#")
    assert phone.heard == [
        (
            "We cannot send another text now. Please use the newest that you have. "
            "Enter the code. For a new one, press star, then pound."
        )
    ]
    assert sends() == 3
    phone.press(phone.text_code())
    assert phone.in_room


def test_pressing_star_has_an_end(phone):
    for _ in range(6):
        phone.press("*#")
    assert phone.heard == ["Please call again in ten minutes. Goodbye."]
    assert (phone.is_over, sends()) == (True, 2)


def test_a_redial_uses_the_code_that_is_on_its_way(phone, room):
    code = phone.text_code()
    phone.hang_up()
    again = Phone(cast.ANA)
    again.dial()
    assert again.heard == [REUSED]
    assert sends() == 1
    again.press(code)
    assert again.in_room
    assert attempts() == ["code sent", "code reused", "admitted"]


def test_a_redial_closes_the_earlier_call_whose_hang_up_was_never_told(ana):
    first, again = Phone(cast.ANA), Phone(cast.ANA)
    first.send_no_status()
    first.dial()
    code = first.text_code()
    Call.objects.update(claimed_at=timezone.now() - SILENT_MOST)  # nothing was heard of it for so long
    again.dial()
    first.press(code)
    assert (first.heard, first.is_over) == ([CALL_AGAIN], True)
    assert checks() == 0
    again.press(code)
    assert again.in_room


def test_another_line_of_the_same_person_gets_a_text_of_its_own(ana):
    """A code belongs to person, contact and call: who calls from elsewhere does not take it over."""
    cast.CallingLine.objects.create(participant=ana, number="+12025550151")
    first, other = Phone(cast.ANA), Phone("+12025550151", texts=cast.ANA)
    first.dial()
    other.dial()
    assert other.heard == [ASKED_FOR_CODE]
    assert sends() == 2
    code = other.text_code()
    other.press(code)
    assert other.in_room
    first.press(code)
    assert first.everything_heard[1].startswith("That code has expired or was used before. We send you a new one.")
    first.press(first.text_code())
    assert first.in_room


def test_a_redial_with_less_than_two_minutes_left_gets_a_new_code(clock, ana):
    first = Phone(cast.ANA)
    first.dial()
    code = first.text_code()
    first.hang_up()
    clock.shift(timedelta(minutes=8, seconds=1))
    again = Phone(cast.ANA)
    again.dial()
    assert again.heard == [
        "Welcome. One moment, please.",
        ASKED_FOR_CODE.removeprefix("Welcome. "),
    ]
    assert [operation for operation, _to in asked_of_twilio()] == ["verify.send", "verify.update", "verify.send"]
    assert [challenge.state for challenge in Challenge.objects.order_by("pk")] == ["cancelled", "pending"]
    assert again.text_code() != code
    again.press(again.text_code())
    assert again.in_room


def test_with_two_minutes_left_the_code_is_used_again(clock, ana):
    first = Phone(cast.ANA)
    first.dial()
    first.hang_up()
    clock.shift(timedelta(minutes=8))
    again = Phone(cast.ANA)
    again.dial()
    assert again.heard == [REUSED]


def test_star_with_less_than_two_minutes_left_makes_a_new_code(clock, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    old = phone.text_code()
    clock.shift(timedelta(minutes=9))
    phone.press("*#")
    assert phone.text_code() != old
    phone.press(phone.text_code())
    assert phone.in_room


def test_a_code_that_has_expired_is_not_even_checked_and_a_new_one_comes(clock, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    old = phone.text_code()
    clock.shift(timedelta(minutes=10))
    phone.press(old)
    assert phone.heard == [
        "That code has expired or was used before. We send you a new one.",
        "We have sent you a text with a 6 digit code. Enter the code. For a new one, press star, then pound.",
    ]
    assert checks() == 0
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code sent", "code gone", "code sent", "admitted"]


def test_a_code_sent_again_keeps_its_first_ten_minutes(clock, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    began = Challenge.objects.get().sent_at
    clock.shift(timedelta(minutes=5))
    phone.press("*#")
    assert Challenge.objects.get().sent_at == began


def test_after_the_code_was_used_a_redial_is_asked_for_a_new_one(ana):
    first = Phone(cast.ANA)
    first.dial()
    first.press(first.text_code())
    first.hang_up()
    again = Phone(cast.ANA)
    again.dial()
    assert again.heard == [ASKED_FOR_CODE]
    again.press(first.messages[0].code if first.messages[0].code != again.text_code() else wrong(again.text_code()))
    assert not again.in_room


def test_a_call_that_hung_up_at_the_prompt_leaves_nothing_to_be_said(phone):
    phone.hang_up()
    call = Call.objects.get()
    assert (call.ended_at is not None, call.reply) == (True, "")


def test_over_the_limit_of_a_contact_the_caller_is_refused_like_a_stranger(ana, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "1/600"}
    first = Phone(cast.ANA)
    first.dial()
    first.press(first.text_code())
    again = Phone(cast.ANA)
    again.dial()
    assert (again.heard, again.is_over) == ([REFUSAL], True)
    assert attempts()[-1] == "over limit"
