"""The list of conferences: in which order, narrowed by when, and what is counted for each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.states import with_state
from participants.models import Conference, Invitation, Occurrence

AFTER_ALL_DATES = datetime(9999, 1, 1, tzinfo=UTC)


def next_date() -> QuerySet[Occurrence]:
    """Of a conference, by OuterRef: the one that goes on or comes next. In an index, however many are over."""
    now = timezone.now()
    ahead = Occurrence.objects.filter(conference=OuterRef("pk"), cancelled=False, closes_at__gt=now)
    return ahead.filter(starts_at__gt=now - schedule.LONGEST).order_by("starts_at")


class ByDate(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("doors open now")),
            ("day", _("in the next 24 hours")),
            ("week", _("in the next 7 days")),
            ("coming", _("to come")),
            ("past", _("over")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        dates = Occurrence.objects.filter(conference=OuterRef("pk"))
        match self.value():
            case "open":
                return queryset.filter(Exists(dates.open_at(now)))
            case "day" | "week":
                until = now + timedelta(days=1 if self.value() == "day" else 7)
                return queryset.filter(Exists(dates.filter(closes_at__gt=now, starts_at__lt=until)))
            case "coming":
                return queryset.filter(Exists(dates.filter(opens_at__gt=now)))
            case "past":
                return queryset.exclude(Exists(dates.filter(closes_at__gt=now)))
        return queryset


class ConferenceList(ChangeList):
    """By the next date; then what is always open; then what is over, newest first.

    What is counted is counted for the rows of the page alone, however many conferences there are.
    """

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        if ORDER_VAR in self.params:
            return super().get_ordering(request, queryset)
        next_starts_at = Subquery(next_date().values("starts_at")[:1])
        place = Case(When(always_open=True, then=Value(AFTER_ALL_DATES)), default=next_starts_at)
        return [place.asc(nulls_last=True), "-starts_at", "-pk"]

    def get_ordering_field(self, field_name: Any) -> Any:
        if field_name == "when":  # as it is shown
            return Coalesce(Subquery(next_date().values("starts_at")[:1]), "starts_at")
        return super().get_ordering_field(field_name)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        page = Conference.objects.filter(pk__in=[row.pk for row in self.result_list])
        counted = Invitation.objects.filter(conference=OuterRef("pk")).order_by().values("conference")
        moderating = counted.filter(role=Invitation.Role.MODERATOR)
        coming = next_date()
        self.result_list = (
            with_state(page, timezone.now())
            .annotate(
                invited_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0),
                moderator_count=Coalesce(Subquery(moderating.annotate(n=Count("pk")).values("n")), 0),
                next_starts_at=Subquery(coming.values("starts_at")[:1]),
                next_closes_at=Subquery(coming.values("closes_at")[:1]),
            )
            .select_related("team")
            .order_by(*self.get_ordering(request, self.root_queryset))
        )
