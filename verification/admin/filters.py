"""What the lists of the log are narrowed by, without reading the whole log to say what there is."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Conference

DAYS = 14  # that are offered; another is typed into the address: ?day=2026-11-25
CONFERENCES = 50  # that are offered, the latest first; another by its number: ?conference=7


class Day(admin.SimpleListFilter):
    """The days of the last two weeks, in UTC like every time of a list."""

    title = _("day")
    parameter_name = "day"
    moment = "at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        today = timezone.localdate()
        near = {0: gettext("today"), 1: gettext("yesterday")}
        days = [today - timedelta(days=ago) for ago in range(DAYS)]
        return [(day.isoformat(), near.get(ago) or formats.date_format(day, "l, j F")) for ago, day in enumerate(days)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        try:
            begins = timezone.make_aware(datetime.combine(date.fromisoformat(self.value() or ""), time.min))
            ends = begins + timedelta(days=1)
        except (ValueError, OverflowError):
            return queryset
        return queryset.filter(**{f"{self.moment}__gte": begins, f"{self.moment}__lt": ends})


class DayTaken(Day):
    moment = "taken_at"


class DaySent(Day):
    moment = "sent_at"


class DayRang(Day):
    moment = "rang_at"


class DayMade(Day):
    moment = "made_at"


class OfConference(admin.SimpleListFilter):
    """The conferences of the user's own teams that began last."""

    title = _("conference")
    parameter_name = "conference"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        soon = timezone.now() + timedelta(days=1)
        rows = model_admin.reachable(Conference, request.user).filter(starts_at__lt=soon).order_by("-starts_at")
        return [(str(pk), title) for pk, title in rows.values_list("pk", "title")[:CONFERENCES]]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = self.value() or ""
        known = chosen.isdecimal() and len(chosen) < 19
        return queryset.filter(occurrence__conference=int(chosen)) if known else queryset
