"""Buttons pressed several times at the same moment, each on a thread and a connection of its own: one mail each."""

from collections import Counter
from functools import partial

import pytest
from django.db import transaction
from django.utils import timezone

from conferenceline.outbox import send_due
from participants.invitations import Whom, invite
from participants.models import CalendarEntry, Conference, Delivery, Invitation
from participants.news import tell_changes, tell_who_lose_their_place
from sandbox.models import Fault, Message
from tests.admin.page import fields_of
from tests.calls.at_once import at_once
from tests.invitations.conftest import mailed

pytestmark = pytest.mark.django_db(transaction=True)

PRESSES = 4
NAMES = ("Ana", "Bo", "Cy")
ONE_EACH = {f"{name.lower()}@example.com": 1 for name in NAMES}


@pytest.fixture
def roster(budget: Conference) -> Conference:
    for name in NAMES:
        mailed(budget, name)
    return budget


def arrived() -> Counter[str]:
    """How many mails each got since this was asked last."""
    send_due()
    found = Counter(Message.objects.values_list("to", flat=True))
    Message.objects.all().delete()
    return found


def tell(conference: Conference) -> int:
    with transaction.atomic():
        return tell_changes(CalendarEntry.objects.note(conference)).new


def take_off(conference: Conference) -> int:
    places = Invitation.objects.filter(conference=conference)
    with transaction.atomic():
        told = tell_who_lose_their_place(places, Delivery.Kind.TAKEN_OFF).new
        places.delete()
        return told


def test_the_button_that_sends_is_pressed_several_times(organizer, roster):
    page = f"/admin/participants/conference/{roster.pk}/invite/"
    form = fields_of(organizer.get(page)) | {"whom": "all"}

    answers = at_once(*[partial(organizer.post, page, form)] * PRESSES)

    assert {answer.status_code for answer in answers} == {302}
    assert arrived() == ONE_EACH


@pytest.mark.parametrize("before", ["nothing", "sent", "failed"])
def test_presses_and_workers_at_once(roster, before):
    if before != "nothing":
        if before == "failed":
            Fault.objects.inject("mail.send", 550, status=550, times=len(NAMES))
        invite(roster, Whom.NEW)
        arrived()
    seen = timezone.now()
    press = partial(invite, roster, Whom.ALL, seen=seen)

    owed = at_once(*[press] * PRESSES, send_due, send_due)[:PRESSES]

    assert sorted(each.new for each in owed) == [0] * (PRESSES - 1) + [len(NAMES)]
    assert press().new == 0
    send_due()
    assert Counter(Message.objects.values_list("to", flat=True)) == ONE_EACH


def test_a_change_is_told_by_several_at_once(roster):
    invite(roster, Whom.NEW)
    arrived()
    Conference.objects.update(title="Budget talk")
    conference = Conference.objects.get()

    told = at_once(*[partial(tell, conference)] * PRESSES)

    assert sorted(told) == [0] * (PRESSES - 1) + [len(NAMES)]
    assert arrived() == ONE_EACH


def test_places_are_deleted_by_several_at_once(roster):
    invite(roster, Whom.NEW)
    arrived()

    told = at_once(*[partial(take_off, roster)] * PRESSES)

    assert sum(told) == len(NAMES)
    assert arrived() == ONE_EACH
