"""Codes sent, entered and failed, and what they are likely to cost: by day, channel, country and conference."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from verification import throttle
from verification.models import Challenge, Tally

ROWS_MOST = 5000  # of days, channels and countries together
CONFERENCES_MOST = 100  # of conferences and channels together
BUDGETS = ("sends_per_hour", "sends_per_day")


def price(what: str) -> Decimal:
    """The estimate for one message by this channel, or for one code that was "entered"; in CODE_CURRENCY."""
    return Decimal(settings.CODE_PRICES.get(what, "0"))


@dataclass
class Total:
    """What was asked of Verify, added up. A code may be sent more than once: `sent` counts messages."""

    label: str
    codes: int = 0
    sent: int = 0
    entered: int = 0
    failed: int = 0
    cost: Decimal = Decimal(0)

    def add(self, row: dict[str, Any]) -> None:
        for name in ("codes", "sent", "entered", "failed"):
            setattr(self, name, getattr(self, name) + row[name])
        self.cost += row["sent"] * price(row["channel"]) + row["entered"] * price("entered")


@dataclass
class Costs:
    """The codes of a stretch of days (UTC), both ends included."""

    first: date
    last: date
    total: Total = field(default_factory=lambda: Total(""))
    by_day: dict[date, Total] = field(default_factory=dict)
    by_channel: dict[str, Total] = field(default_factory=dict)
    by_country: dict[str, Total] = field(default_factory=dict)
    by_conference: dict[int | None, Total] = field(default_factory=dict)

    @classmethod
    def of(cls, codes: QuerySet[Challenge], first: date, last: date) -> Costs:
        """Adds up those of these codes that were first sent on these days. Two queries."""
        costs = cls(first, last)
        for row in _rows(codes, first, last):
            costs.total.add(row)
            for totals, label in (
                (costs.by_day, row["day"]),
                (costs.by_channel, row["channel"]),
                (costs.by_country, row["country"]),
            ):
                totals.setdefault(label, Total(str(label))).add(row)
        for row in _rows_of_conferences(codes, first, last):
            title = row["call__conference__title"] or ""
            costs.by_conference.setdefault(row["call__conference"], Total(title)).add(row)
        return costs


def _rows(codes: QuerySet[Challenge], first: date, last: date) -> Any:
    days = _counted(codes, first, last, "channel", "country", day=TruncDate("sent_at"))
    return days.order_by("-day", "channel", "country")[:ROWS_MOST]


def _rows_of_conferences(codes: QuerySet[Challenge], first: date, last: date) -> Any:
    """Those with the most messages; the channels are apart for their prices."""
    conferences = _counted(codes, first, last, "channel", "call__conference", "call__conference__title")
    return conferences.order_by("-sent", "call__conference", "channel")[:CONFERENCES_MOST]


def _counted(codes: QuerySet[Challenge], first: date, last: date, *by: str, **also_by: Any) -> Any:
    begins = datetime.combine(first, time.min, tzinfo=timezone.get_current_timezone())
    ends = datetime.combine(last + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
    return (
        codes.filter(sent_at__gte=begins, sent_at__lt=ends)
        .order_by()
        .values(*by, **also_by)
        .annotate(
            codes=Count("pk"),
            sent=Coalesce(Sum("sends"), 0),
            entered=Count("pk", filter=Q(state=Challenge.State.APPROVED)),
            failed=Count("pk", filter=Q(state=Challenge.State.FAILED)),
        )
    )


@dataclass(frozen=True)
class Budget:
    """How much of a limit of the whole installation is used up."""

    name: str
    used: int
    most: int

    @property
    def is_nearly_used(self) -> bool:
        return self.used >= self.most * throttle.WARN_AT


def budgets(moment: datetime) -> list[Budget]:
    """The codes that this installation may send in an hour and in a day, and has sent at this moment. One query."""
    rows = Tally.objects.filter(pk__in=[throttle.key(name, "") for name in BUDGETS], resets_at__gt=moment)
    used = dict(rows.values_list("pk", "hits"))
    return [Budget(name, used.get(name, 0), throttle.limit(name).most) for name in BUDGETS]
