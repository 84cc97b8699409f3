"""Whether codes arrive: how many of those that were sent lately were typed right. Twilio calls that the conversion.

Where it drops, a carrier loses texts, or somebody has codes sent that nobody waits for.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from verification import throttle
from verification.models import Challenge
from verification.models.challenges import LIFETIME

logger = logging.getLogger(__name__)

CONFERENCE = ("call__conference", "call__conference__title")


@dataclass(frozen=True)
class Conversion:
    """Of the codes by one channel or for one conference (its key and title), how many were typed right."""

    codes: int
    entered: int
    channel: str = ""
    conference: int = 0
    title: str = ""

    @property
    def percent(self) -> int:
        return self.entered * 100 // self.codes

    @property
    def is_low(self) -> bool:
        """Only of so many codes that chance says little."""
        return self.codes >= settings.CONVERSION_CODES and self.percent < settings.CONVERSION_PERCENT

    @property
    def key(self) -> str:
        return throttle.key("few codes typed", self.channel or str(self.conference))


def low_by_channel(moment: datetime) -> list[Conversion]:
    """The channels by which too few codes arrive at this moment (aware). One query."""
    rows = _counted(_decided(moment), "channel")
    return _low(Conversion(row["codes"], row["entered"], channel=row["channel"]) for row in rows)


def low_by_conference(teams: Any, moment: datetime) -> list[Conversion]:
    """The conferences of these teams (a QuerySet) for which too few codes arrive at this moment (aware). One query."""
    rows = _counted(_decided(moment).filter(call__conference__team__in=teams), *CONFERENCE)
    return _low(Conversion(row["codes"], row["entered"], "", *(row[name] for name in CONFERENCE)) for row in rows)


def _decided(moment: datetime) -> QuerySet[Challenge]:
    """The codes that went out and can be typed no more. One that was withdrawn for another says nothing."""
    window = timedelta(seconds=settings.CONVERSION_SECONDS)
    sent = Challenge.objects.filter(sent_at__gt=moment - window, sent_at__lte=moment - LIFETIME, sends__gt=0)
    return sent.exclude(state=Challenge.State.CANCELLED)


def _counted(codes: QuerySet[Challenge], *by: str) -> Any:
    right = Count("pk", filter=Q(state=Challenge.State.APPROVED))
    return codes.order_by(*by).values(*by).annotate(codes=Count("pk"), entered=right)


def _low(found: Iterable[Conversion]) -> list[Conversion]:
    return [each for each in found if each.is_low]


def report(teams: Any) -> int:
    """Writes to the log where too few codes arrive, each once in its stretch of time; how many were new."""
    now, window = timezone.now(), timedelta(seconds=settings.CONVERSION_SECONDS)
    new = [each for each in [*low_by_channel(now), *low_by_conference(teams, now)] if throttle.once(each.key, window)]
    for each in new:
        what = f"by {each.channel}" if each.channel else f"for conference {each.conference}"
        logger.error("few codes are typed: %s of %s %s", each.entered, each.codes, what)
    return len(new)
