"""Every error that Twilio lists for a code leads to the next way, a pause, or a farewell. Never in a circle."""

import pytest

from participants.models import Contact
from sandbox.mishaps import APP, CHECK, SEND
from sandbox.models import Fault
from tests import cast, mishaps
from tests.calls.log import asked_of_twilio
from tests.phone import Phone
from verification.models import Admission

pytestmark = pytest.mark.django_db

MAILBOX, MAILBOX_OF_BO = "ana@example.com", "bo@example.com"
FAULT_OF_THE_LINE = "We are sorry. The line has a fault and cannot take your call. Please try again later. Goodbye."

# https://www.twilio.com/docs/api/errors/NNNNN
OF_THE_ADDRESS = (
    *((60200, 400), (60205, 403), (60206, 400), (60220, 400), (60221, 400), (60226, 400), (60237, 400), (60245, 400)),
    *((60247, 400), (60325, 400), (60327, 400), (60331, 400), (60333, 400), (60334, 400), (60408, 400), (60410, 403)),
    *((60605, 403), (21211, 400), (21408, 403), (21608, 400), (21610, 400), (21612, 400), (21614, 400)),
)
OF_THE_SERVICE = (
    *((60201, 400), (60204, 403), (60214, 400), (60215, 400), (60217, 400), (60218, 400), (60219, 400), (60222, 403)),
    *((60223, 400), (60224, 400), (60228, 400), (60229, 400), (60238, 403), (60242, 400), (60253, 400), (60603, 401)),
    *((60604, 401), (68008, 400)),
)
FOR_THE_MOMENT = ((20429, 429), (60212, 429), (14107, 429))
OF_THE_ACCOUNT = ((20003, 401), (20003, 403), (20001, 400), (20008, 403), (20404, 404))


@pytest.fixture
def phone(ana) -> Phone:
    """That of somebody who gets texts, and mail where no text goes."""
    Contact.objects.create(participant=ana, channel="email", address=MAILBOX, position=1)
    return Phone(cast.ANA, texts=MAILBOX)


def refuse_texts(code: int, status: int, times: int | None = 1) -> None:
    Fault.objects.inject("verify.send", code, status=status, times=times)


def is_in(phone: Phone) -> bool:
    phone.press(phone.text_code())
    return phone.in_room and Admission.objects.get().channel == "email"


@pytest.mark.parametrize(("code", "status"), [*OF_THE_ADDRESS, *OF_THE_SERVICE])
def test_a_refusal_leads_to_the_next_way_and_only_a_fault_of_the_service_makes_the_channel_rest(
    phone, room, code, status
):
    bo = cast.person(room.team, "Bo", cast.BO)
    cast.mailbox(bo, MAILBOX_OF_BO)
    cast.invite(room, bo)
    refuse_texts(code, status)
    phone.dial()
    assert phone.heard[0] == "Welcome. We could not send a text. We try another way."
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.send", MAILBOX)]
    next_caller = Phone(cast.BO, texts=cast.BO)
    next_caller.dial()
    by = MAILBOX_OF_BO if (code, status) in OF_THE_SERVICE else cast.BO
    assert asked_of_twilio()[2:] == [("verify.send", by)]
    assert is_in(phone)


@pytest.mark.parametrize(("code", "status"), [OF_THE_ADDRESS[0], OF_THE_SERVICE[0]])
def test_where_each_way_is_refused_each_was_tried_once_and_the_caller_is_told(phone, code, status):
    refuse_texts(code, status, times=None)
    phone.dial()
    assert phone.heard[-1].startswith("We are sorry. We cannot send you an e-mail.")
    assert (phone.is_over, asked_of_twilio()) == (True, [("verify.send", cast.ANA), ("verify.send", MAILBOX)])


@pytest.mark.parametrize(("code", "status"), FOR_THE_MOMENT)
def test_what_cannot_be_done_for_the_moment_is_tried_once_more(phone, code, status):
    refuse_texts(code, status)
    phone.dial()
    assert phone.heard[0] == "Welcome. One moment, please."
    assert asked_of_twilio() == [("verify.send", cast.ANA)] * 2


@pytest.mark.parametrize(("code", "status"), FOR_THE_MOMENT)
def test_and_then_the_next_way(phone, code, status):
    refuse_texts(code, status, times=2)
    phone.dial()
    assert asked_of_twilio() == [("verify.send", cast.ANA)] * 2 + [("verify.send", MAILBOX)]
    assert is_in(phone)


@pytest.mark.parametrize(("code", "status"), FOR_THE_MOMENT)
def test_and_then_good_bye(phone, code, status):
    refuse_texts(code, status, times=None)
    phone.dial()
    assert phone.heard[-1] == "We are sorry, the line is busy. Please call again in a minute. Goodbye."
    assert (phone.is_over, len(asked_of_twilio())) == (True, 3)


def test_too_many_sends_leave_the_newest_good_and_offer_another_way(phone):
    refuse_texts(60203, 429)
    phone.dial()
    assert phone.heard[0].startswith("Welcome. We cannot send another text now. Please use the newest that you have.")
    phone.press("*#")
    assert is_in(phone)


@pytest.mark.parametrize(("code", "status"), OF_THE_ACCOUNT)
def test_a_fault_of_the_account_ends_the_call_and_no_other_way_is_tried(phone, code, status):
    refuse_texts(code, status, times=None)
    phone.dial()
    assert phone.heard == [f"Welcome. {FAULT_OF_THE_LINE}"]
    assert (phone.is_over, asked_of_twilio()) == (True, [("verify.send", cast.ANA)])


# The tables of docs/call-flow.md, row by row


def named(row: object) -> str:
    return getattr(row, "__name__", str(row))


@pytest.mark.parametrize(("operation", "fault"), mishaps.rows(SEND), ids=named)
def test_a_code_that_is_not_sent_is_told_as_in_the_page_of_the_call(phone, operation, fault):
    mishaps.meets(operation, fault)
    phone.dial()
    assert phone.heard[0].startswith(f"Welcome. {mishaps.words(operation, fault)}")


@pytest.mark.parametrize(("operation", "fault"), mishaps.rows(CHECK, APP), ids=named)
def test_a_code_that_is_not_checked_is_told_as_in_the_page_of_the_call(ana, time_machine, operation, fault):
    time_machine.move_to("2026-11-24 12:00:05Z", tick=False)
    room = cast.conference(ana.team, "Night shift")
    cast.invite(room, ana)
    cast.mailbox(ana, MAILBOX)
    app = cast.app(ana) if operation == APP else None
    phone = Phone(cast.ANA)
    phone.dial()
    mishaps.meets(operation, fault)
    phone.press(app.code() if app else phone.text_code())
    assert phone.heard[0].startswith(mishaps.words(operation, fault))
    assert not Admission.objects.exists()
