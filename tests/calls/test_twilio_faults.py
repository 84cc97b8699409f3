"""What callers hear when Twilio does not do what it was asked (the table of docs/call-flow.md)."""

import logging

import pytest

from sandbox.models import Fault
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Admission, Challenge

pytestmark = pytest.mark.django_db

UNDELIVERABLE = "We are sorry. We cannot send you a text. Please ask whoever invited you for help. Goodbye."
OUT_OF_ORDER = "We are sorry. The line has a fault and cannot take your call. Please try again later. Goodbye."
PERHAPS = (
    "Welcome. We are sending you a text with a 6 digit code. Enter the code. For a new one, press star, then pound."
)
NOT_CHECKED = "We are sorry, we could not check the code. Please enter it once more."
NEW_ONE = ASKED_FOR_CODE.removeprefix("Welcome. ")


def dialled() -> Phone:
    phone = Phone(cast.ANA)
    phone.dial()
    return phone


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (60200, 400),
        (60201, 400),
        (60204, 403),
        (60205, 403),
        (60220, 400),
        (60223, 400),
        (60226, 400),
        (60228, 400),
        (60238, 403),
        (60242, 400),
        (60245, 400),
        (60410, 403),
        (60605, 403),
        (60603, 401),
        (60604, 401),
        (21211, 400),
        (21408, 403),
        (21608, 400),
        (21610, 400),
        (21612, 400),
        (21614, 400),
    ],
)
def test_a_text_that_cannot_be_sent_ends_in_an_honest_farewell(ana, code, status):
    Fault.objects.inject("verify.send", code, status=status, times=None)
    phone = dialled()
    assert (phone.heard, phone.is_over) == ([f"Welcome. {UNDELIVERABLE}"], True)
    assert attempts() == ["code not sent"]
    assert Challenge.objects.get().state == "failed"


@pytest.mark.parametrize(("code", "status"), [(20003, 401), (20003, 403), (20001, 400), (20008, 403), (20404, 404)])
def test_wrong_credentials_or_service_let_nobody_in_and_are_logged_loudly(ana, caplog, code, status):
    Fault.objects.inject("verify.send", code, status=status, times=None)
    phone = dialled()
    assert (phone.heard, phone.is_over) == ([f"Welcome. {OUT_OF_ORDER}"], True)
    assert [record.levelno for record in caplog.records] == [logging.CRITICAL]


def test_wrong_credentials_at_the_check_let_nobody_in(ana):
    phone = dialled()
    Fault.objects.inject("verify.check", 20003, status=401, times=None)
    phone.press(phone.text_code())
    assert (phone.heard, phone.is_over) == ([OUT_OF_ORDER], True)
    assert not Admission.objects.exists()


@pytest.mark.parametrize(("code", "status"), [(20429, 429), (60212, 429)])
def test_too_much_at_once_is_tried_once_more(ana, code, status):
    Fault.objects.inject("verify.send", code, status=status)
    phone = dialled()
    assert phone.heard == ["Welcome. One moment, please.", NEW_ONE]
    phone.press(phone.text_code())
    assert phone.in_room


def test_too_much_at_once_for_long_ends_in_a_busy_line(ana):
    Fault.objects.inject("verify.send", 20429, status=429, times=None)
    phone = dialled()
    assert phone.heard == [
        "Welcome. One moment, please.",
        "We are sorry, the line is busy. Please call again in a minute. Goodbye.",
    ]
    assert phone.is_over
    assert [operation for operation, _to in asked_of_twilio()] == ["verify.send"] * 2


def test_when_twilio_sends_no_more_an_earlier_text_may_still_be_typed(ana):
    phone = dialled()
    Fault.objects.inject("verify.send", 60203, status=429)
    phone.press("*#")
    assert phone.heard == [
        (
            "We cannot send another text now. Please use the newest that you have. "
            "Enter the code. For a new one, press star, then pound."
        )
    ]
    phone.press(phone.text_code())
    assert phone.in_room


def test_when_twilio_sends_no_more_at_all_the_caller_is_told_when_to_call_again(ana):
    Fault.objects.inject("verify.send", 60203, status=429, times=None)
    phone = dialled()
    phone.press("*#")
    assert phone.heard == ["We are sorry. We can send no more codes now. Please call again in ten minutes. Goodbye."]
    assert phone.is_over


def test_a_code_that_twilio_has_voided_for_wrong_tries_ends_the_call(ana):
    phone = dialled()
    Fault.objects.inject("verify.check", 60202, status=429)
    phone.press(phone.text_code())
    assert phone.heard == ["We can check no more codes now. Please call again in ten minutes. Goodbye."]
    assert (phone.is_over, Admission.objects.count()) == (True, 0)


@pytest.mark.parametrize(("code", "status"), [(20404, 404), (60200, 400)])
def test_a_code_that_is_gone_is_replaced_by_a_new_one(ana, code, status):
    phone = dialled()
    Fault.objects.inject("verify.check", code, status=status)
    phone.press(phone.text_code())
    assert phone.heard == ["That code has expired or was used before. We send you a new one.", NEW_ONE]
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize("code", [20429, 60212])
def test_a_check_that_was_not_done_is_asked_for_again(ana, code):
    phone = dialled()
    Fault.objects.inject("verify.check", code, status=429)
    phone.press(phone.text_code())
    assert phone.heard == [NOT_CHECKED]
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize("kind", ["timeout", "timeout_after", "refused", "http_500"])
def test_a_send_without_an_answer_is_not_repeated_on_a_guess(ana, kind):
    Fault.objects.inject("verify.send", kind=kind)
    phone = dialled()
    assert phone.heard == [PERHAPS]
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    assert (attempts(), Challenge.objects.get().state) == (["code perhaps sent"], "unsure")


def test_a_text_that_came_although_twilio_did_not_answer_is_good(ana):
    """Without an answer there is no SID: the check goes by the address."""
    Fault.objects.inject("verify.send", kind="timeout_after")
    phone = dialled()
    phone.press(phone.text_code())
    assert phone.in_room
    assert asked_of_twilio()[-1] == ("verify.check", cast.ANA)


def test_a_text_that_never_came_is_sent_on_star(ana):
    Fault.objects.inject("verify.send", kind="timeout")
    phone = dialled()
    assert phone.messages == []
    phone.press("*#")
    phone.press(phone.text_code())
    assert phone.in_room


@pytest.mark.parametrize("kind", ["timeout", "refused", "http_500"])
def test_a_check_without_an_answer_admits_nobody_and_is_asked_for_again(ana, kind):
    phone = dialled()
    Fault.objects.inject("verify.check", kind=kind)
    phone.press(phone.text_code())
    assert phone.heard == [NOT_CHECKED]
    assert not Admission.objects.exists()
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code sent", "check unsure", "admitted"]


def test_a_right_code_whose_check_was_lost_admits_nobody_until_a_new_one_is_typed(ana):
    """Twilio approved it and forgot it: a second check of the same code cannot tell."""
    phone = dialled()
    code = phone.text_code()
    Fault.objects.inject("verify.check", kind="timeout_after")
    phone.press(code)
    phone.press(code)
    assert phone.heard == ["We are sorry, we could not confirm that code. We send you a new one.", NEW_ONE]
    assert not Admission.objects.exists()
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code sent", "check unsure", "code gone", "code sent", "admitted"]


def test_a_check_that_never_answers_has_an_end(ana):
    phone = dialled()
    Fault.objects.inject("verify.check", kind="timeout", times=None)
    for _ in range(4):
        phone.press(phone.text_code())
    assert phone.is_over
    assert not Admission.objects.exists()


@pytest.mark.parametrize(("code", "status", "kind"), [(20404, 404, "error"), (None, 400, "timeout")])
def test_a_code_that_cannot_be_withdrawn_is_replaced_all_the_same(ana, code, status, kind):
    first = dialled()
    first.hang_up()
    Challenge.objects.update(sent_at=Challenge.objects.get().sent_at - cast.timedelta(minutes=9))
    Fault.objects.inject("verify.update", code, status=status, kind=kind)
    again = dialled()
    assert again.heard == ["Welcome. One moment, please.", NEW_ONE]


def test_what_goes_wrong_is_logged_without_number_or_code(ana, caplog):
    Fault.objects.inject("verify.send", 60205, status=403)
    dialled()
    phone = dialled()
    code = phone.text_code()
    Fault.objects.inject("verify.check", kind="timeout")
    phone.press(code)
    assert caplog.messages == [
        "Twilio answered 403, code 60205: UndeliverableError",
        "no answer from Twilio: ReadTimeout",
    ]
    assert not any(cast.ANA in message or code in message for message in caplog.messages)
