"""Reminders: some hours before, and when the doors open. Each person gets each of them once for a date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from participants.invitations import delivery_of
from participants.letters import Letters
from participants.models import CalendarEntry, Conference, Delivery, Invitation, Occurrence
from participants.models.conferences import OPEN_MOST

ARRIVED = (Delivery.State.SENT, Delivery.State.UNSURE)


def remind() -> int:
    """Owes the reminders that are due now; how many are new. Several may do so at once."""
    now = timezone.now()
    ahead = sum(
        _remind_of(date, Delivery.Kind.REMINDER, due_at=date.starts_at - timedelta(hours=hours), until=date.opens_at)
        for hours, date in _coming(now)
    )
    return ahead + sum(
        _remind_of(date, Delivery.Kind.DOORS_OPEN, due_at=date.opens_at, until=date.closes_at) for date in _open(now)
    )


def _held() -> QuerySet[Occurrence]:
    return Occurrence.objects.filter(
        cancelled=False, conference__status=Conference.Status.SCHEDULED, conference__always_open=False
    ).select_related("conference__team")


def _coming(now: datetime) -> Iterator[tuple[int, Occurrence]]:
    """Each date of which people are to be reminded by now, and how many hours before."""
    wanted = Conference.objects.filter(status=Conference.Status.SCHEDULED, remind_hours__gt=0).order_by()
    for hours in wanted.values_list("remind_hours", flat=True).distinct():
        near = _held().filter(conference__remind_hours=hours, starts_at__lte=now + timedelta(hours=hours))
        for date in near.filter(moderators_open_at__gt=now - OPEN_MOST, opens_at__gt=now):
            yield hours, date


def _open(now: datetime) -> QuerySet[Occurrence]:
    held = _held().filter(conference__remind_at_doors=True, locked=False)
    return held.filter(moderators_open_at__gt=now - OPEN_MOST, opens_at__lte=now, closes_at__gt=now)


def _remind_of(date: Occurrence, kind: str, *, due_at: datetime, until: datetime) -> int:
    """Those who were invited before it was due: whoever is invited later needs no reminder of it."""
    sent = Delivery.objects.filter(invitation=OuterRef("pk"))
    invited = sent.filter(kind=Delivery.Kind.INVITATION, state__in=ARRIVED, created_at__lt=due_at)
    rows = Invitation.objects.filter(conference=date.conference_id, participant__team=date.conference.team_id)
    rows = rows.filter(Exists(invited)).exclude(Exists(sent.filter(kind=kind, occurrence=date)))
    people = list(rows.select_related("participant").prefetch_related("participant__contacts"))
    if not people:
        return 0
    entry = CalendarEntry.objects.select_related("conference__team").get(conference=date.conference_id)
    letters, owed = Letters(entry, date), []
    for invitation in people:
        letter = letters.to(invitation, kind)
        if letter.contact:
            delivery = delivery_of(letter, kind, entry, until=until, occurrence=date)
            delivery.key = Delivery.objects.key_of(kind, date, invitation.participant)
            owed.append(delivery)
    return Delivery.objects.owe_all(owed)
