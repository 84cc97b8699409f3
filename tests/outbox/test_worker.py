"""The worker inside the server: it is woken by a commit, works on threads of its own, and ends when it is told to."""

import pickle
from threading import Event
from threading import enumerate as threads_alive

import pytest
from django.db import transaction
from huey.contrib.djhuey import HUEY

from conferenceline.worker import Worker
from participants.models import Delivery
from sandbox.mail import PhonePageBackend
from sandbox.models import Message
from tests.calls.at_once import PATIENCE
from tests.outbox.owed import mail_to


class TellingBackend(PhonePageBackend):
    """A mail server that tells when it has taken a mail."""

    taken = Event()

    def send_messages(self, email_messages):
        taken = super().send_messages(email_messages)
        TellingBackend.taken.set()
        return taken


@pytest.fixture
def empty_queue():
    HUEY.storage.flush_all()
    yield
    HUEY.storage.flush_all()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_a_commit_wakes_the_worker_which_ends_when_it_is_told_to(ana, settings):
    settings.EMAIL_BACKEND = "tests.outbox.test_worker.TellingBackend"
    worker = Worker()
    mail_to(ana)
    assert TellingBackend.taken.wait(PATIENCE)
    worker.stop()
    assert [thread.name for thread in threads_alive() if thread.name.startswith(("Worker-", "worker"))] == []
    assert (Message.objects.count(), Delivery.objects.get().state) == (1, "sent")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_a_worker_that_is_ended_before_it_has_begun_ends_all_the_same():
    for _time in range(5):
        Worker().stop()
    assert [thread.name for thread in threads_alive() if thread.name.startswith(("Worker-", "worker"))] == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("empty_queue")
def test_what_was_not_committed_wakes_nobody(ana):
    with transaction.atomic():
        mail_to(ana)
        assert HUEY.storage.queue_size() == 0
        transaction.set_rollback(True)
    assert (HUEY.storage.queue_size(), Delivery.objects.count()) == (0, 0)
    mail_to(ana)
    assert HUEY.storage.queue_size() == 1


class BrokenQueue:
    """A queue that cannot be reached."""

    def __getattr__(self, name):
        raise ConnectionError("no queue")


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_down_loses_nothing(ana, caplog):
    storage, HUEY.storage = HUEY.storage, BrokenQueue()
    try:
        mail_to(ana)
    finally:
        HUEY.storage = storage
    assert Delivery.objects.get().state == "waiting"
    assert "no queue" in caplog.text


def test_what_somebody_else_wrote_into_the_queue_is_not_run():
    with pytest.raises(ValueError, match=r"Separator|Signature"):
        HUEY.serializer.deserialize(pickle.dumps(print))
