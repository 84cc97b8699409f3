"""A filter by conference for lists that hang on one, however many conferences there are."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, Occurrence

COMING = 20  # conferences to choose from
DIGITS = 19  # of a number that no database has room for


class ComingConferences(admin.SimpleListFilter):
    """The next ones, and the one that is chosen: a list of all would be longer than the page. The search finds them."""

    title = _("conference")
    parameter_name = "conference"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        seen = model_admin.reachable(Conference, request.user)
        dates = Occurrence.objects.filter(closes_at__gt=timezone.now(), conference__in=seen.order_by())
        coming = dict.fromkeys(dates.order_by("starts_at").values_list("conference", flat=True)[:COMING])
        chosen = [self.chosen] if self.chosen else []
        return [(str(each.pk), str(each)) for each in seen.filter(pk__in=[*coming, *chosen]).order_by("starts_at")]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() is None:
            return queryset
        return queryset.filter(conference=self.chosen) if self.chosen else queryset.none()

    @property
    def chosen(self) -> int | None:
        typed = self.value() or ""
        return int(typed) if typed.isdecimal() and len(typed) < DIGITS else None
