"""The codes that were asked for. What they were is not kept anywhere."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from verification.admin import words
from verification.admin.costs import CostPage
from verification.admin.filters import DaySent
from verification.admin.walls import EntryOfCall, LogPage, codes_of_teams, masked
from verification.models import Challenge


@admin.register(Challenge)
class ChallengeAdmin(CostPage, EntryOfCall, LogPage):
    shown_with = ()
    list_display = ("sent_at", "state", "sent_by", "whole_address", "line", "approved_at")
    list_filter = (DaySent, "state")
    search_fields = ("contact__participant__name", "call__sid", "verification_sid")
    administrators_search = ("address", "call__line")
    fields = ("sent_at", "state", "approved_at", "sent_by", "whole_address", "verification_sid", "line", "call")

    def within_walls(self, queryset: QuerySet, user: Any) -> QuerySet:
        return queryset if user.is_superuser else codes_of_teams(queryset, user)

    @admin.display(description=_("sent by"))
    def sent_by(self, code: Challenge) -> str:
        return words.channel(code.channel)

    @admin.display(description=_("address"), ordering="address")
    def whole_address(self, code: Challenge) -> str:
        return words.address(code, code.address)

    @admin.display(description=_("address"))
    def masked_address(self, code: Challenge) -> str:
        return words.address(code, masked(code.address))
