"""Reminders: some hours before, and when the doors open. Each person gets each of them once for a date.

A date that is moved is another one: of it they are reminded anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from participants.invitations import delivery_of
from participants.letters import Letters
from participants.models import CalendarEntry, Conference, Delivery, Invitation, Occurrence, Participant
from participants.models.conferences import OPEN_MOST

ARRIVED = (Delivery.State.SENT, Delivery.State.UNSURE)
WITHDRAWN = Delivery.State.WITHDRAWN


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


def key_of(kind: str, date: Occurrence, participant: Participant) -> str:
    """Of two with the same key only one is owed: the same person, the same date, at the same time."""
    return Delivery.objects.key_of(kind, date, participant, edition(date))


def edition(date: Occurrence) -> str:
    """By what the reminders of a date at one time differ from those at another."""
    return f"{date.starts_at.astimezone(UTC):%Y%m%dT%H%M}"


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
    of_it = sent.filter(kind=kind, occurrence=date, key__endswith=edition(date)).exclude(state=WITHDRAWN)
    rows = Invitation.objects.filter(conference=date.conference_id, participant__team=date.conference.team_id)
    rows = rows.filter(Exists(invited)).exclude(Exists(of_it))
    people = list(rows.select_related("participant").prefetch_related("participant__contacts"))
    if not people:
        return 0
    entry = CalendarEntry.objects.select_related("conference__team").get(conference=date.conference_id)
    letters, owed = Letters(entry, date), []
    for invitation in people:
        letter = letters.to(invitation, kind)
        if letter.contact:
            delivery = delivery_of(letter, kind, entry, until=until, occurrence=date)
            delivery.key = key_of(kind, date, invitation.participant)
            owed.append(delivery)
    # Moved away and back, or called off and held after all: what was taken back meanwhile is due again.
    taken_back = Delivery.objects.filter(key__in=[each.key for each in owed], state=WITHDRAWN)
    again = {each.key: each for each in taken_back.defer("body", "html", "calendar")}
    new = Delivery.objects.owe_all([each for each in owed if each.key not in again])
    return new + sum(again[each.key].owe_anew(each) for each in owed if each.key in again)
