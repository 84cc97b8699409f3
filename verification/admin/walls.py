"""Who sees which part of the log. It is read-only for everybody.

What was said and what the keys meant (`reply`, `menu`) is not shown: it names the rooms of other teams.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.search import has_words, like_number, searched
from participants.admin.walls import TeamWall
from participants.models import Participant, Team, contacts
from verification.models import Admission, Attempt, Call, Challenge

NEWEST = 2000  # rows of a list that are counted and paged through


def masked(number: str) -> str:
    """A line or an address as organizers see it: enough to recognize one that they know."""
    return contacts.masked(number) if number else gettext("withheld")


def entries_of_teams(entries: QuerySet, user: Any) -> QuerySet:
    """The attempts, admissions or vouches of this user's teams: by occurrence and person, or by what is left of them.

    An attempt of a caller whom nobody knows belongs to no team.
    """
    teams = Team.objects.visible_to(user)
    return entries.filter(
        Q(occurrence__conference__team__in=teams) | Q(occurrence=None, participant__isnull=False),
        Q(participant__team__in=teams) | Q(participant=None, occurrence__isnull=False),
    )


def codes_of_teams(codes: QuerySet, user: Any) -> QuerySet:
    """The codes that went to people of this user's teams, or let one of them in."""
    seats = entries_of_teams(Admission.objects.filter(challenge=OuterRef("pk")), user)
    return codes.filter(Q(contact__participant__team__in=Team.objects.visible_to(user)) | Exists(seats))


def calls_of_teams(calls: QuerySet, user: Any) -> QuerySet:
    """The calls of which this user's teams own any attempt, admission or code."""
    return calls.filter(
        Exists(entries_of_teams(Attempt.objects.filter(call=OuterRef("pk")), user))
        | Exists(entries_of_teams(Admission.objects.filter(call=OuterRef("pk")), user))
        | Exists(codes_of_teams(Challenge.objects.filter(call=OuterRef("pk")), user))
    )


class Log(TeamWall):
    """Nobody writes in the log. Organizers see the last four digits of a number."""

    masks = {"line": "masked_line", "whole_address": "masked_address"}  # what administrators see, and organizers

    def organized(self, queryset: QuerySet, user: Any) -> QuerySet:
        return self.within_walls(queryset, user)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.seen_by(request.user, self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def seen_by(self, user: Any, names: Any) -> list[str]:
        return [name if user.is_superuser else self.masks.get(name, name) for name in names]


class NewestOnly(Paginator):
    """Counts no further than the newest rows: to count them all takes longer than to read a page of them."""

    @cached_property
    def count(self) -> int:
        return self.object_list[:NEWEST].count()  # type: ignore[attr-defined]


class LogPage(Log, admin.ModelAdmin):
    actions: Any = None
    show_full_result_count = False
    paginator = NewestOnly
    search_help_text = _("A person's name. The newest 2000 entries are listed; choose a day to see older ones.")
    administrators_search: tuple[str, ...] = ()  # by number: a search for a part of it would spell it out

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.seen_by(request.user, super().get_list_display(request))

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        more = self.administrators_search if request.user.is_superuser else ()
        return [*super().get_search_fields(request), *more]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only the filters of the page: one typed into the address could spell out what is masked."""
        filters = self.get_list_filter(request)
        offered = any(isinstance(each, str) and lookup.startswith(f"{each}__") for each in filters)
        offered |= lookup in {getattr(each, "parameter_name", "") for each in filters}
        return offered and super().lookup_allowed(lookup, value, request)


class EntryOfCall(Log):
    """An attempt, an admission or a code: it has a call, and that a calling line."""

    shown_with: tuple[str, ...] = ("participant", "occurrence__conference")

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("call", *self.shown_with)

    def within_walls(self, queryset: QuerySet, user: Any) -> QuerySet:
        return queryset if user.is_superuser else entries_of_teams(queryset, user)

    @admin.display(description=_("calling line"))
    def line(self, entry: Any) -> str:
        return entry.call.line or gettext("withheld")

    @admin.display(description=_("calling line"))
    def masked_line(self, entry: Any) -> str:
        return masked(entry.call.line)


class FoundByPerson(EntryOfCall):
    """Found by a person's name or Twilio's SID of the call; for administrators by the number that called, too.

    The people and the calls are found first: a join would go through all of both.
    """

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        queryset, _duplicates = super().get_search_results(request, queryset, "")
        term = searched(search_term)
        if not term:
            return queryset, False
        people = self.reachable(Participant, request.user).filter(has_words("name", term)).order_by()
        calls = Q(sid=term)
        if request.user.is_superuser and not any(map(str.isalpha, term)):
            calls |= Q(**like_number("line", term))
        return queryset.filter(
            Q(participant__in=people.values("pk")) | Q(call__in=Call.objects.filter(calls).order_by().values("pk"))
        ), False
