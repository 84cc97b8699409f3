"""Every try to be let in: the first page to look at when somebody says that they could not get in."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.export import ExportsItsColumns
from verification.admin import words
from verification.admin.filters import Day, OfConference
from verification.admin.walls import FoundByPerson, LogPage
from verification.models import Attempt


@admin.register(Attempt)
class AttemptAdmin(ExportsItsColumns, FoundByPerson, LogPage):
    list_display = ("at", "outcome", "why", "participant", "room", "line", "whole_call")
    list_filter = (Day, "outcome", OfConference)
    nothing_yet = _("Nobody has called. Each try is listed here a moment later, with what came of it.")
    search_fields = ("call__sid",)
    fields = ("at", "outcome", "why", "participant", "room", "line", "whole_call")

    @admin.display(description=_("detail"))
    def why(self, attempt: Attempt) -> str:
        return words.reason(attempt)

    @admin.display(description=_("room"))
    def room(self, attempt: Attempt) -> str:
        return attempt.occurrence.conference.title if attempt.occurrence else ""

    @admin.display(description=_("the call"))
    def whole_call(self, attempt: Attempt) -> str:
        address = reverse("admin:verification_call_change", args=[attempt.call_id])
        return format_html('<a href="{}">{}</a>', address, gettext("step by step"))
