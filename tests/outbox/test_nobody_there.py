"""A mail server or a Twilio that is not there: one try finds out, and what waits for another carrier is not held up."""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from participants.models import Delivery
from sandbox.models import Fault, Message
from tests.outbox.owed import mail_to, text_to

pytestmark = pytest.mark.django_db


def five_mails(ana) -> None:
    for n in range(5):
        mail_to(ana, address=f"ana{n}@example.com")


def mails() -> list[tuple[str, int, str]]:
    rows = Delivery.objects.filter(channel="mail").order_by("pk")
    return list(rows.values_list("state", "attempts", "last_error"))


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("refused", "The mail server cannot be reached."),
        ("timeout", "The mail server did not answer to the end."),
    ],
)
def test_a_mail_server_that_hangs_is_asked_once_a_time_and_keeps_no_text_waiting(ana, kind, words):
    five_mails(ana)
    text_to(ana)
    fault = Fault.objects.inject("mail.send", kind=kind, times=None)

    assert send_due() == 2

    assert list(Message.objects.values_list("to", flat=True)) == ["+12025550101"]
    assert mails() == [("waiting", 1, words), *[("waiting", 0, words)] * 4]  # no try of theirs is used up
    fault.delete()
    with travel(timezone.now() + timedelta(minutes=1), tick=False):
        assert send_due() == 5
    assert {(state, why) for state, _attempts, why in mails()} == {("sent", "")}
    assert Message.objects.count() == 6


def test_what_is_not_due_yet_and_what_is_over_keep_their_words(ana):
    five_mails(ana)
    Delivery.objects.filter(address="ana1@example.com").update(state="failed", last_error="No such mailbox.")
    later = timezone.now() + timedelta(hours=1)
    Delivery.objects.filter(address="ana2@example.com").update(next_attempt_at=later, last_error="Greylisted.")
    Fault.objects.inject("mail.send", kind="refused", times=None)

    send_due()

    assert [why for _state, _attempts, why in mails()[1:3]] == ["No such mailbox.", "Greylisted."]


def test_a_refusal_of_one_address_keeps_nobody_else_waiting(ana):
    five_mails(ana)
    Fault.objects.inject("mail.send", 450, status=450, to="ana0@example.com")  # greylisting

    assert send_due() == 5
    assert [state for state, _attempts, _why in mails()] == ["waiting", *["sent"] * 4]


@pytest.mark.parametrize("fault", [{"code": 20429, "status": 429}, {"code": 21606}, {"kind": "timeout"}])
def test_a_twilio_that_takes_no_text_is_asked_once_a_time_and_keeps_no_mail_waiting(ana, fault):
    for n in range(3):
        text_to(ana, address=f"+1202555010{n}")
    five_mails(ana)
    Fault.objects.inject("messages.create", times=None, **fault)

    assert send_due() == 6

    assert Message.objects.count() == 5
    texts = Delivery.objects.filter(channel="text").order_by("pk")
    assert list(texts.values_list("attempts", flat=True)) == [1, 0, 0]
    assert set(texts.values_list("state", flat=True)) == {"waiting"}
