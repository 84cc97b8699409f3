"""Several workers at once, and one that dies in the middle: each mail goes out once, and is recorded once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.utils import timezone

from conferenceline.outbox import deliver, send_due
from participants.models import Delivery
from participants.models.deliveries import LEASE
from sandbox.mail import PhonePageBackend
from sandbox.models import Fault, Message
from tests import cast
from tests.calls.at_once import PATIENCE, at_once, in_a_thread
from tests.outbox.owed import mail_to

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_workers_send_each_of_forty_mails_once(ana):
    for number in range(40):
        mail_to(ana, address=f"ana{number}@example.com")
    tried = at_once(send_due, send_due)
    assert sum(tried) == 40
    assert sorted(Message.objects.values_list("to", flat=True)) == sorted(
        f"ana{number}@example.com" for number in range(40)
    )
    assert set(Delivery.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_ten_workers_on_one_row_send_it_once(ana):
    owed = mail_to(ana)
    copies = [Delivery.objects.get(pk=owed.pk) for _worker in range(10)]
    assert sorted(at_once(*[partial(deliver, copy, set()) for copy in copies])) == [False] * 9 + [True]
    assert Message.objects.count() == 1


def test_what_is_owed_twice_at_once_is_owed_once(ana, room):
    date = cast.occurrence_of(room)

    def owe() -> bool:
        return Delivery.objects.owe(
            Delivery.Kind.NOTICE, Delivery.Channel.MAIL, "ana@example.com", participant=ana, occurrence=date
        )[1]

    assert sorted(at_once(*[owe] * 10)) == [False] * 9 + [True]
    assert Delivery.objects.count() == 1


def test_a_test_code_asked_for_ten_times_at_once_is_owed_once(ana):
    contact = ana.contacts.get()
    asked = at_once(*[partial(Delivery.objects.owe_test_code, contact, "en")] * 10)
    assert sorted(asked) == [False] * 9 + [True]
    assert Delivery.objects.count() == 1


class GatedBackend(PhonePageBackend):
    """A mail server at work: whoever sends waits until the test lets the mail through."""

    asked, gate = Event(), Event()

    def send_messages(self, email_messages):
        GatedBackend.asked.set()
        assert GatedBackend.gate.wait(PATIENCE)
        return super().send_messages(email_messages)


@pytest.fixture
def gated(settings):
    settings.EMAIL_BACKEND = "tests.outbox.test_at_once.GatedBackend"
    yield GatedBackend
    GatedBackend.asked.clear()
    GatedBackend.gate.clear()


def test_nobody_else_takes_what_a_worker_is_sending(ana, gated):
    owed = mail_to(ana)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(in_a_thread, send_due)
        assert gated.asked.wait(PATIENCE)
        assert send_due() == 0
        gated.gate.set()
        assert first.result(PATIENCE) == 1
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, Message.objects.count()) == ("sent", 1, 1)


def test_what_a_worker_died_over_is_found_again_and_sent(ana, gated, settings):
    owed = mail_to(ana)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(in_a_thread, send_due)  # as good as dead: it comes back after its lease
        assert gated.asked.wait(PATIENCE)
        Delivery.objects.update(claimed_at=timezone.now() - LEASE)
        settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"
        assert send_due() == 1
        gated.gate.set()
        slow.result(PATIENCE)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts, owed.doubtful) == ("sent", 2, True)
    # At least once: both have one Message-ID, by which a mailbox tells a copy.
    assert len(set(Message.objects.values_list("sid", flat=True))) == 1


def test_a_worker_that_comes_late_does_not_overwrite_what_another_recorded(ana):
    owed = mail_to(ana)
    assert owed.claim(timezone.now())
    late = Delivery.objects.get(pk=owed.pk)
    Delivery.objects.update(claimed_at=timezone.now() - LEASE - timedelta(seconds=1))
    Fault.objects.inject("mail.send", 550, status=550)
    assert send_due() == 1
    assert not late.settle(Delivery.State.SENT)
    owed.refresh_from_db()
    assert (owed.state, owed.attempts) == ("failed", 2)
