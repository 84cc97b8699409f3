"""Where a conference stands, in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, Occurrence


class State(models.TextChoices):
    LIVE = "live", _("live")
    OPEN = "open", _("doors open")
    UPCOMING = "upcoming", _("upcoming")
    DRAFT = "draft", _("draft")
    OVER = "over", _("over")
    CANCELLED = "cancelled", _("cancelled")


class Presence:
    """Who is in a room. Whoever runs the rooms tells it here: this side knows nothing of telephones."""

    seats: Callable[[datetime], QuerySet] | None = None  # rows with an `occurrence`, one for each person who is in

    @classmethod
    def in_rooms_of(cls, moment: datetime, **which: Any) -> QuerySet:
        """The people who are in at this moment (aware), as rows that can be counted."""
        return cls.seats(moment).filter(**which) if cls.seats else Occurrence.objects.none()


def with_state(conferences: QuerySet[Conference], moment: datetime) -> QuerySet:
    """Each with its `state` at this moment (aware)."""
    dates = Occurrence.objects.filter(conference=OuterRef("pk"))
    held = dates.filter(cancelled=False)
    return conferences.annotate(
        state=Case(
            When(status=Conference.Status.DRAFT, then=Value(State.DRAFT)),
            When(Q(status=Conference.Status.CANCELLED) | Exists(dates) & ~Exists(held), then=Value(State.CANCELLED)),
            When(Exists(Presence.in_rooms_of(moment, occurrence__conference=OuterRef("pk"))), then=Value(State.LIVE)),
            When(Exists(dates.open_at(moment)), then=Value(State.OPEN)),
            When(Exists(held.filter(closes_at__gt=moment)), then=Value(State.UPCOMING)),
            default=Value(State.OVER),
            output_field=models.CharField(),
        )
    )


def badge(state: str) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', state, State(state).label)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(State.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() not in State.values:
            return queryset
        return with_state(queryset, timezone.now()).filter(state=self.value())
