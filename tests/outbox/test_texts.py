"""Texts that are owed: what arrives, and what is done where Twilio refuses, is busy, or does not answer."""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from conferenceline.telephony.client import meaning
from conferenceline.telephony.errors import UndeliverableError
from conferenceline.telephony.messages import ERRORS, why
from participants.models import Delivery
from participants.models.deliveries import ATTEMPTS_MOST
from sandbox import mishaps
from sandbox.models import Fault, Message
from tests import cast
from tests.calls.log import asked_of_twilio
from tests.edge.signed import post
from tests.outbox.owed import text_to
from tests.phone import Phone

pytestmark = pytest.mark.django_db


def fate(owed: Delivery) -> tuple[str, int, str]:
    owed.refresh_from_db()
    return owed.state, owed.attempts, owed.last_error


def operations() -> list[str]:
    return [operation for operation, _to in asked_of_twilio()]


def send_when_due(owed: Delivery) -> None:
    """Lets the time of the next try come."""
    owed.refresh_from_db()
    with travel(owed.next_attempt_at, tick=False):
        assert send_due() == 1


def test_what_is_owed_arrives(ana):
    owed = text_to(ana)
    assert send_due() == 1
    assert fate(owed) == ("sent", 1, "")
    text = Message.objects.get()
    assert (text.to, text.body, text.sid) == (cast.ANA, "The doors are open.", owed.reference)
    assert operations() == ["messages.create"]


def test_a_messaging_service_is_the_sender_where_one_is_set(ana, settings):
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG" + "1" * 32
    text_to(ana)
    assert send_due() == 1
    assert Message.objects.values_list("sender", "service_sid").get() == ("", "MG" + "1" * 32)


def test_without_a_sender_it_waits_for_one(ana, settings):
    settings.TWILIO_MESSAGES_FROM = ""
    owed = text_to(ana)
    assert send_due() == 1
    assert fate(owed) == (
        "waiting",
        1,
        "No sender of texts is set: TWILIO_MESSAGES_FROM or TWILIO_MESSAGING_SERVICE_SID.",
    )
    assert operations() == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (21211, "This is not a telephone number."),
        (21408, "The Twilio account may not text to this country."),
        (21610, "They have answered STOP, and get no texts from us any more."),
        (21614, "This number cannot receive texts."),
        (30034, "Our sender is not registered with the carriers (A2P 10DLC)."),
        (29999, "Twilio refused the text (29999)."),
    ],
)
def test_a_refusal_is_told_in_words_and_not_tried_again(ana, code, words):
    owed = text_to(ana)
    Fault.objects.inject("messages.create", code)
    assert send_due() == 1
    assert fate(owed) == ("failed", 1, words)


@pytest.mark.parametrize(
    ("code", "status", "words"),
    [
        (20429, 429, "Twilio had too much to do."),
        (20003, 401, "Twilio does not accept our account or our sender (20003)."),
        (21606, 400, "Twilio does not accept our account or our sender (21606)."),
    ],
)
def test_what_can_be_mended_is_tried_later(ana, code, status, words):
    owed = text_to(ana)
    Fault.objects.inject("messages.create", code, status=status)
    assert send_due() == 1
    assert fate(owed) == ("waiting", 1, words)
    send_when_due(owed)
    assert fate(owed) == ("sent", 2, "")
    assert operations() == ["messages.create", "messages.create"]


def test_a_text_whose_answer_was_lost_is_found_and_not_sent_twice(ana):
    owed = text_to(ana)
    Fault.objects.inject("messages.create", kind="timeout_after")
    assert send_due() == 1
    assert fate(owed) == ("waiting", 1, "Twilio did not say whether the text was sent.")
    send_when_due(owed)
    assert fate(owed) == ("sent", 2, "")
    assert (owed.reference, Message.objects.count()) == (Message.objects.get().sid, 1)
    assert operations() == ["messages.create", "messages.list"]


@pytest.mark.parametrize("kind", ["timeout", "refused", "http_500"])
def test_a_text_that_never_reached_twilio_is_sent_once_it_is_clear(ana, kind):
    owed = text_to(ana)
    Fault.objects.inject("messages.create", kind=kind)
    assert send_due() == 1
    assert Message.objects.count() == 0
    send_when_due(owed)
    assert fate(owed) == ("sent", 2, "")
    assert operations() == ["messages.create", "messages.list", "messages.create"]
    assert Message.objects.count() == 1


def test_a_text_that_a_worker_died_over_is_looked_for_first(ana):
    owed = text_to(ana)
    assert owed.claim(timezone.now())
    Message.objects.create(to=cast.ANA, channel="sms", body=owed.body, sid="SM" + "1" * 32, sent_at=timezone.now())
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=10))
    assert send_due() == 1
    assert (fate(owed), owed.reference) == (("sent", 2, ""), "SM" + "1" * 32)
    assert Message.objects.count() == 1


def test_the_same_words_sent_for_somebody_else_or_before_are_not_taken_for_this_text(ana, bo):
    theirs = text_to(bo)
    assert send_due() == 1
    Message.objects.create(
        to=cast.ANA, channel="sms", body=theirs.body, sid="SM" + "1" * 32, sent_at=timezone.now() - timedelta(hours=1)
    )
    owed = text_to(ana)
    Fault.objects.inject("messages.create", kind="timeout")
    assert send_due() == 1
    send_when_due(owed)
    assert operations()[-2:] == ["messages.list", "messages.create"]
    assert Message.objects.count() == 3


def test_where_twilio_never_answers_it_says_that_it_does_not_know(ana):
    owed = text_to(ana)
    for operation in ("messages.create", "messages.list"):
        Fault.objects.inject(operation, kind="timeout", times=None)
    for _try in range(ATTEMPTS_MOST):
        send_when_due(owed)
    assert fate(owed) == ("unsure", ATTEMPTS_MOST, "Twilio did not say whether the text was sent.")
    assert operations() == ["messages.create"] + ["messages.list"] * (ATTEMPTS_MOST - 1)


def told(owed: Delivery, sid: str, status: str, code: str = "") -> tuple[str, int, str]:
    """Twilio tells what became of the text with this SID; what the row says then."""
    fields = {"MessageSid": sid, "MessageStatus": status, "ErrorCode": code, "To": owed.address}
    assert post(f"/texts/{owed.uuid}/", fields).status_code == 204
    return fate(owed)


def test_a_text_that_the_carriers_do_not_bring_has_failed_and_can_be_sent_again(ana, settings, caplog):
    settings.SANDBOX_TRANSPORT = "tests.phone.HandlerTransport"
    owed = text_to(ana)
    mishaps.choose("messages.deliver-30450")
    assert send_due() == 1
    words = "Twilio held the text back: it took it for one that is sent to earn money (SMS pumping)."
    assert fate(owed) == ("failed", 1, words)
    assert Phone(cast.ANA).messages == []
    assert "a text did not arrive: Twilio says 30450" in caplog.messages
    assert any(said.startswith("Twilio's error 30450 has to be mended: ") for said in caplog.messages)
    first = owed.reference

    assert owed.send_again()
    assert owed.claim(timezone.now())
    assert told(owed, first, "undelivered", "30450") == ("sending", 1, "")  # so it was with the try before
    Delivery.objects.update(state="waiting", attempts=0)
    assert send_due() == 1
    assert len(Phone(cast.ANA).messages) == 1
    assert told(owed, first, "undelivered", "30450") == ("sent", 1, "")
    owed.refresh_from_db()
    assert told(owed, owed.reference, "delivered") == ("sent", 1, "")
    assert told(owed, owed.reference, "undelivered", "30003") == ("failed", 1, "The phone was off or out of reach.")
    assert told(owed, owed.reference, "failed", "x") == ("failed", 1, "The phone was off or out of reach.")


def test_nobody_is_told_of_the_text_of_somebody_else(ana, bo):
    owed, theirs = text_to(ana), text_to(bo, address=cast.BO)
    assert send_due() == 2
    theirs.refresh_from_db()
    assert told(owed, theirs.reference, "undelivered", "30003") == ("sent", 1, "")
    assert fate(theirs) == ("sent", 1, "")


def test_each_error_of_a_text_that_can_be_chosen_has_words_of_its_own():
    codes = {each.code for each in mishaps.MISHAPS if each.operation in (mishaps.TEXT, mishaps.DELIVERY)}
    refused = {code for code in codes if code and meaning(code, 400, ERRORS, UndeliverableError) is UndeliverableError}
    assert {30003, 30008, 30450, 63016} < refused
    assert len({why(code) for code in refused}) == len(refused)
    assert not any(str(code) in why(code) for code in refused)
