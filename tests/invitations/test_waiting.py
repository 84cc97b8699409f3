"""What still waits: it goes where its reader is now, and not at all once nobody can want it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from participants.invitations import Whom, invite
from participants.models import Contact, Delivery
from participants.reminders import remind
from sandbox.models import Fault, Message
from tests import cast
from tests.invitations.conftest import arrived, mailed, texted
from tests.invitations.read import first_of

pytestmark = pytest.mark.django_db


def test_an_address_that_is_put_right_while_it_waits_is_where_it_goes(budget):
    mailed(budget, "Ana")
    fault = Fault.objects.inject("mail.send", kind="refused", times=None)
    invite(budget, Whom.NEW)
    assert arrived() == []

    Contact.objects.filter(address="ana@example.com").update(address="ana.bell@example.com")
    fault.delete()

    with travel(timezone.now() + timedelta(minutes=1), tick=False):
        assert arrived() == [("ana.bell@example.com", "Invitation: Budget")]
    calendar = Delivery.objects.get().calendar
    assert first_of(calendar, "ATTENDEE").endswith("mailto:ana.bell@example.com")


def test_where_a_mailbox_was_taken_away_a_text_takes_its_place_if_they_agreed(budget):
    bo = texted(budget, "Bo")
    cast.mailbox(bo.participant, "bo@example.com")
    invite(budget, Whom.NEW)

    bo.participant.contacts.filter(channel="email").delete()

    assert arrived() == [("+12025550110", "")]


def test_where_no_way_is_left_nothing_is_sent_and_it_says_so(budget):
    ana = mailed(budget, "Ana")
    invite(budget, Whom.NEW)

    ana.participant.contacts.all().delete()

    assert arrived() == []
    owed = Delivery.objects.get()
    assert (owed.state, owed.last_error) == ("withdrawn", "This is no address of theirs any more.")


def test_what_may_have_been_sent_stays_as_it_was(budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)
    Fault.objects.inject("mail.send", kind="timeout")
    send_due()
    Contact.objects.filter(address="ana@example.com").update(address="ana.bell@example.com")
    send_due()

    owed = Delivery.objects.get()
    assert (owed.state, owed.address) == ("unsure", "ana@example.com")


@pytest.mark.parametrize("kind", ["reminder", "doors open"])
def test_a_reminder_that_failed_is_not_sent_again_when_it_is_too_late(organizer, invited, kind):
    date = cast.occurrence_of(invited)
    Fault.objects.inject("mail.send", 550, status=550, to="ana@example.com")
    with travel(date.starts_at - timedelta(hours=2) if kind == "reminder" else date.opens_at, tick=False):
        remind()
        send_due()
    failed = Delivery.objects.get(kind=kind, state="failed")
    Message.objects.all().delete()

    with travel(date.closes_at + timedelta(days=2), tick=False):
        assert failed.send_again()
        assert arrived() == []

    failed.refresh_from_db()
    assert (failed.state, failed.last_error) == ("withdrawn", "It could not be sent in time.")
