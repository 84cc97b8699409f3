"""Mail that is owed: what arrives, what is tried again and for how long, and what is given up, with its reason."""

import smtplib
from datetime import timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from participants.models import Delivery
from participants.models.deliveries import ATTEMPTS_MOST
from sandbox.models import Fault, Message
from tests import cast
from tests.outbox.owed import mail_to

pytestmark = pytest.mark.django_db


def fate(owed: Delivery) -> tuple[str, int, str]:
    owed.refresh_from_db()
    return owed.state, owed.attempts, owed.last_error


def arrived() -> list[tuple[str, str, str]]:
    return list(Message.objects.values_list("to", "subject", "body"))


def test_what_is_owed_arrives(ana, room):
    owed = mail_to(ana, conference=room)
    assert (fate(owed), arrived()) == (("waiting", 0, ""), [])
    assert send_due() == 1
    assert fate(owed) == ("sent", 1, "")
    assert arrived() == [("ana@example.com", "The doors are open", "Come in.\nWe wait.")]
    assert owed.reference == f"<{owed.uuid}@line.example.com>" == Message.objects.get().sid
    assert (owed.team, owed.sent_at is not None) == (ana.team, True)
    assert send_due() == 0


def test_a_cron_does_what_the_worker_does(ana, capsys):
    mail_to(ana)
    call_command("send_due")
    assert capsys.readouterr().out.endswith("Tried 1 deliveries.\n")
    assert len(arrived()) == 1


def test_the_same_is_owed_once_and_another_edition_once_more(ana, room):
    date = cast.occurrence_of(room)
    notice = {"participant": ana, "occurrence": date}

    def owe(**more: str) -> bool:
        return Delivery.objects.owe("notice", "mail", "ana@example.com", **notice, **more)[1]

    assert [owe(), owe(), owe(edition="change 2"), owe(edition="change 2")] == [True, False, True, False]
    assert send_due() == 2
    assert not owe()
    date.delete()  # what was told stays told
    assert Delivery.objects.filter(occurrence=None, conference=room).count() == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"code": 450, "status": 450}, "The mail server does not take mail for this address (450)."),
        ({"kind": "refused"}, "The mail server cannot be reached."),
        ({"kind": "timeout"}, "The mail server did not answer to the end."),
    ],
)
def test_what_may_succeed_later_is_tried_later(ana, fault, words):
    owed = mail_to(ana)
    Fault.objects.inject("mail.send", **fault)
    now = timezone.now()
    assert send_due() == 1
    assert fate(owed) == ("waiting", 1, words)
    assert timedelta(seconds=23) < owed.next_attempt_at - now < timedelta(seconds=37)
    assert send_due() == 0
    with travel(now + timedelta(seconds=37), tick=False):
        assert send_due() == 1
    assert fate(owed) == ("sent", 2, "")


def test_what_never_succeeds_is_given_up_after_some_hours(ana):
    owed = mail_to(ana)
    Fault.objects.inject("mail.send", kind="refused", times=None)
    begun, waits = timezone.now(), []
    for _try in range(ATTEMPTS_MOST):
        with travel(owed.next_attempt_at, tick=False):
            assert send_due() == 1
        before = owed.next_attempt_at
        owed.refresh_from_db()
        waits.append((owed.next_attempt_at - before).total_seconds())
    assert fate(owed) == ("failed", ATTEMPTS_MOST, "The mail server cannot be reached.")
    for wait, planned in zip(waits, [30, 120, 480, 1920, 3600, 0], strict=True):
        assert planned * 0.8 <= wait <= planned * 1.2
    with travel(begun + timedelta(days=1), tick=False):
        assert send_due() == 0


def test_a_refusal_for_good_is_not_tried_again(ana):
    owed = mail_to(ana)
    Fault.objects.inject("mail.send", 550, status=550)
    assert send_due() == 1
    assert fate(owed) == ("failed", 1, "The mail server does not take mail for this address (550).")


def test_a_mail_server_that_refuses_every_seventh(ana):
    for number in range(1, 22):
        owed = mail_to(ana, address=f"ana{number}@example.com")
        if number % 7 == 0:
            Fault.objects.inject("mail.send", 550, status=550, to=owed.address)
    assert send_due() == 21
    refused = Delivery.objects.filter(state="failed")
    assert sorted(refused.values_list("address", flat=True)) == [f"ana{n}@example.com" for n in (14, 21, 7)]
    assert set(refused.values_list("last_error", flat=True)) == {
        "The mail server does not take mail for this address (550)."
    }
    assert Delivery.objects.filter(state="sent").count() == Message.objects.count() == 18
    assert len(set(Message.objects.values_list("to", flat=True))) == 18


class NotOurDay(BaseEmailBackend):
    """A mail server that does what the test wants."""

    error: Exception

    def send_messages(self, email_messages):
        raise self.error


@pytest.mark.parametrize(
    ("error", "outcome", "words"),
    [
        (
            smtplib.SMTPAuthenticationError(535, b"no"),
            "waiting",
            "The mail server does not accept our name and password (535).",
        ),
        (
            smtplib.SMTPSenderRefused(550, b"no", "line@example.com"),
            "failed",
            "The mail server refused the mail (550).",
        ),
        (smtplib.SMTPDataError(451, b"later"), "waiting", "The mail server refused the mail (451)."),
        (smtplib.SMTPServerDisconnected("gone"), "waiting", "The mail server did not answer to the end."),
        (KeyError("ana@example.com"), "waiting", "A fault of this installation; its log says more."),
    ],
)
def test_every_fault_has_its_words_and_its_way(ana, settings, error, outcome, words):
    settings.EMAIL_BACKEND = "tests.outbox.test_mail.NotOurDay"
    NotOurDay.error = error
    owed = mail_to(ana)
    assert send_due() == 1
    assert fate(owed) == (outcome, 1, words)


def test_a_line_break_in_a_subject_sends_nothing(ana):
    owed = mail_to(ana, subject="Doors\nBcc: bo@example.com")
    assert send_due() == 1
    assert fate(owed) == ("failed", 1, "The address or the subject has a line break in it.")
    assert arrived() == []


def test_a_worker_that_always_dies_over_a_mail_does_not_go_on_for_ever(ana):
    owed = mail_to(ana)
    Delivery.objects.update(state="sending", attempts=ATTEMPTS_MOST, claimed_at=timezone.now() - timedelta(hours=1))
    assert send_due() == 1
    assert fate(owed) == ("unsure", ATTEMPTS_MOST + 1, "The worker stopped in the middle, again and again.")
    assert arrived() == []


def test_what_is_too_late_or_for_nobody_is_withdrawn(ana, bo, room):
    late = mail_to(ana, until=timezone.now() - timedelta(seconds=1))
    orphan = mail_to(bo, conference=room)
    bo.delete()
    assert send_due() == 2
    assert fate(late) == ("withdrawn", 1, "It could not be sent in time.")
    assert fate(orphan) == ("withdrawn", 1, "The person was deleted.")
    assert arrived() == []


def test_what_was_taken_back_is_not_sent_and_what_was_sent_cannot_be_taken_back(ana):
    owed, other = mail_to(ana), mail_to(ana, subject="Other")
    assert owed.withdraw("The meeting was cancelled.")
    assert send_due() == 1
    assert not other.withdraw()
    assert fate(owed) == ("withdrawn", 0, "The meeting was cancelled.")
    assert [subject for _to, subject, _body in arrived()] == ["Other"]


def test_again_means_all_tries_again_and_only_for_what_did_not_arrive(ana):
    failed, sent = mail_to(ana), mail_to(ana, address="bo@example.com")
    Fault.objects.inject("mail.send", 550, status=550, to=failed.address)
    assert send_due() == 2
    failed.refresh_from_db()
    sent.refresh_from_db()
    assert [failed.send_again(), sent.send_again(), failed.send_again()] == [True, False, False]
    assert fate(failed) == ("waiting", 0, "")
    assert send_due() == 1
    assert fate(failed) == ("sent", 1, "")
