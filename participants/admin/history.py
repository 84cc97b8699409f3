"""Who changed what, in words, on a page that nothing can be written from.

django-simple-history's own page shows an old copy where the row itself is hidden, and writes it back on request.
Here the row is found as every page finds it, within the wall, and what hangs on it is told with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_user_model
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from participants.admin.history_words import KINDS, Kind
from participants.history import came_to_its_team
from participants.models import Conference, Participant, Team
from participants.recurrence import Rule
from participants.schedule import FOLLOWED

NEWEST = 300  # changes of each kind that a page tells; older ones stay in the database


@dataclass(frozen=True)
class Entry:
    at: datetime
    who: str
    what: str


class Told:
    """The history of one object, as its team may know it."""

    def __init__(self, obj: Any) -> None:
        self.obj = obj
        owner = getattr(obj, "conference", obj)
        self.team = obj if isinstance(obj, Team) else owner.team
        self.zone = getattr(owner, "time_zone", timezone.get_current_timezone())

    def entries(self) -> list[Entry]:
        """Newest first. What happened before the object came to its team is the other team's to know."""
        since = came_to_its_team(self.obj) if hasattr(self.obj, "team_id") else None
        found = [entry for kind in KINDS[type(self.obj)] for entry in self.of(kind, since)]
        return sorted(found, key=lambda entry: entry.at, reverse=True)

    def of(self, kind: Kind, since: datetime | None) -> Iterator[Entry]:
        rows = self.named(kind.model.history.filter(**{kind.path: self.obj.pk}))  # type: ignore[attr-defined]
        if since:
            rows = rows.filter(history_date__gte=since)
        newer: dict[int, Any] = {}
        for row in rows[:NEWEST]:
            after = newer.get(row.id)
            if after and after.history_type == "~" and after.history_change_reason != FOLLOWED:
                yield from self.changes(kind, row, after)
            newer[row.id] = row
            said = {"+": kind.made, "-": kind.gone}.get(row.history_type)
            if said:
                yield self.entry(row, said % self.values(row))
        for row in newer.values():
            if row.history_type == "~" and kind.fields:
                whose = kind.called % self.values(row) if kind.called else gettext("this")
                yield self.entry(
                    row, gettext("changed %(whose)s; what it was before is not kept here") % {"whose": whose}
                )

    def named(self, rows: QuerySet) -> QuerySet:
        """Adds what each row's person, conference or user is called, or was: within this team, and in one query."""
        names: dict[str, Any] = {}
        fields = {field.name for field in rows.model._meta.fields}
        for name, model, called in (("participant", Participant, "name"), ("conference", Conference, "title")):
            if name in fields:
                ours: dict[str, Any] = {"id": OuterRef(f"{name}_id"), "team_id": self.team.pk}
                names[f"{name}_called"] = Coalesce(
                    Subquery(model.objects.filter(**ours).values(called)[:1]),
                    Subquery(model.history.filter(**ours).values(called)[:1]),
                )
        if "user" in fields:
            users = get_user_model().objects.filter(pk=OuterRef("user_id"))
            names["user_called"] = Subquery(users.values("username")[:1])
        return rows.select_related("history_user").annotate(**names)

    def changes(self, kind: Kind, old: Any, new: Any) -> Iterator[Entry]:
        for name in kind.fields:
            before, after = self.value(old, name), self.value(new, name)
            if before == after:
                continue
            words = {"field": old._meta.get_field(name).verbose_name, "old": before, "new": after}
            if kind.called:
                words["whose"] = kind.called % self.values(new)
                yield self.entry(new, gettext("changed “%(field)s” of %(whose)s from “%(old)s” to “%(new)s”") % words)
            else:
                yield self.entry(new, gettext("changed “%(field)s” from “%(old)s” to “%(new)s”") % words)

    def values(self, row: Any) -> dict[str, str]:
        return {field.name: self.value(row, field.name) for field in type(row).tracked_fields}

    def value(self, row: Any, name: str) -> str:
        if hasattr(row, f"{name}_called"):
            return getattr(row, f"{name}_called") or gettext("somebody who is gone")
        field = row._meta.get_field(name)
        value = getattr(row, field.attname)
        if isinstance(value, datetime):
            zone = getattr(row, "time_zone", self.zone)
            return f"{value.astimezone(zone):%a %Y-%m-%d %H:%M} ({zone})"
        if name == "recurrence":
            return Rule.read(value).words() if value else gettext("once")
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        return str(dict(field.flatchoices).get(value, value))

    def entry(self, row: Any, what: str) -> Entry:
        user = row.history_user
        who = (user.get_full_name() or user.get_username()) if user else gettext("the line itself, or a command")
        return Entry(row.history_date, who, what)


class Remembers(ModelAdmin):
    """A page whose history is told in words. Who may see it, and whether it exists, Django asks as before."""

    object_history_template = "admin/participants/history.html"

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj: Model | None = self.get_object(request, unquote(object_id))
        entries = Told(obj).entries() if obj and self.has_view_or_change_permission(request, obj) else []
        return super().history_view(request, object_id, {"entries": entries, "newest": NEWEST, **(extra_context or {})})
