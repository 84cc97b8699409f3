"""A call, told from ringing to its end."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.export import ExportsItsColumns
from verification.admin import words
from verification.admin.filters import DayRang
from verification.admin.story import Story
from verification.admin.unusual import UnusualPage
from verification.admin.walls import LogPage, calls_of_teams, masked
from verification.models import Call


@admin.register(Call)
class CallAdmin(ExportsItsColumns, UnusualPage, LogPage):
    list_display = ("rang_at", "line", "stands", "ended_at", "sid")
    list_filter = (DayRang,)
    nothing_yet = _("Nobody has called. Each call is listed here, step by step, as soon as it rings.")
    search_fields = ("sid",)
    search_help_text = _("Twilio's SID of the call. A person is searched for among the tries to get in.")
    administrators_search = ("line",)
    fields = ("line", "attestation", "stands", "sid", "dialled", "language", "rang_at", "ended_at")

    def within_walls(self, queryset: QuerySet, user: Any) -> QuerySet:
        return queryset if user.is_superuser else calls_of_teams(queryset, user)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(_("The call itself"), {"fields": self.get_fields(request, obj)})]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        more = {"story": Story(context["original"], request.user), "title": gettext("A call"), "subtitle": None}
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    @admin.display(description=_("calling line"))
    def masked_line(self, call: Call) -> str:
        return masked(call.line)

    @admin.display(description=_("now"))
    def stands(self, call: Call) -> str:
        return words.where(call)
