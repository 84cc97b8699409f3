"""Tells those who called too early what became of it: that the doors are open now, or that it is called off.

In the call nobody can ask for it, since nobody is proved there; so whoever was told that they were early is told
this too, by the same rules, once. Whoever was invited by mail or text is told by whoever calls it off.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from participants.models import Conference, Delivery, Invitation, Occurrence
from participants.models.conferences import OPEN_MOST
from participants.news import TELLS_THE_PLAN
from verification import told
from verification.models import Attempt

Kind, State = Delivery.Kind, Delivery.State


def follow_up() -> int:
    """Owes what is due now; how much of it is new. Several may do so at once, and reminders have the same key."""
    return sum(
        _tell(each, kind) for kind, rows in ((Kind.DOORS_OPEN, _open()), (Kind.NOT_HELD, _off())) for each in rows
    )


def _early(kind: str) -> QuerySet[Delivery]:
    """Those who were told that they were early, of what is not over, and were not told this."""
    now = timezone.now()
    dates = Occurrence.objects.filter(
        moderators_open_at__gt=now - OPEN_MOST,
        moderators_open_at__lte=now + settings.TELL_CALLERS_WITHIN,
        closes_at__gt=now,
    )
    same = Delivery.objects.filter(kind=kind, participant=OuterRef("participant"), occurrence=OuterRef("occurrence"))
    early = Delivery.objects.filter(kind=Kind.TOO_EARLY, occurrence__in=dates, participant__isnull=False)
    return early.exclude(Exists(same)).select_related("participant", "occurrence__conference")


def _open() -> QuerySet[Delivery]:
    now = timezone.now()
    moderating = Exists(
        Invitation.objects.filter(
            participant=OuterRef("participant"),
            conference=OuterRef("occurrence__conference"),
            role=Invitation.Role.MODERATOR,
        )
    )
    held = _early(Kind.DOORS_OPEN).filter(
        occurrence__cancelled=False,
        occurrence__locked=False,
        occurrence__conference__status=Conference.Status.SCHEDULED,
        occurrence__moderators_open_at__lte=now,
    )
    return held.filter(Q(moderating) | Q(occurrence__opens_at__lte=now))


def _off() -> QuerySet[Delivery]:
    off = Q(occurrence__cancelled=True) | Q(occurrence__conference__status=Conference.Status.CANCELLED)
    plan = Delivery.objects.filter(
        participant=OuterRef("participant"), conference=OuterRef("occurrence__conference"), kind__in=TELLS_THE_PLAN
    )
    return _early(Kind.NOT_HELD).filter(off).exclude(Exists(plan.exclude(state__in=(State.FAILED, State.WITHDRAWN))))


def _tell(early: Delivery, kind: str) -> bool:
    person, date = early.participant, early.occurrence
    attempt = Attempt.objects.filter(participant=person, occurrence=date).select_related("call").first()
    if person is None or date is None or attempt is None:
        return False
    return told.owe(kind, person, date, attempt.call)
