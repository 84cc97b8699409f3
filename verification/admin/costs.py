"""The page "Codes and cost": for administrators of the installation, for others of their teams."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Team
from verification import ceilings
from verification.admin import words
from verification.costs import Costs, Total, budgets

DAYS = (7, 30, 90)
DEFAULT = 30

BUDGETS = {"sends_per_hour": _("in an hour"), "sends_per_day": _("in a day")}


class CostPage(admin.ModelAdmin):
    """Mixed into the page of the codes: one more page, at its address and `cost/`."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.cost_view)
        return [path("cost/", view, name="verification_challenge_cost"), *super().get_urls()]

    def cost_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        days, today = chosen_days(request), timezone.localdate()
        codes = self.model._default_manager.all()
        teams = Team.objects.visible_to(request.user)
        if not request.user.is_superuser:
            codes = codes.filter(contact__participant__team__in=teams)
        costs = Costs.of(codes, today - timedelta(days=days - 1), today)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Codes and cost"),
            "opts": self.opts,
            "costs": costs,
            "tables": tables_of(costs),
            "days": days,
            "choices": DAYS,
            "prices": settings.CODE_PRICES,
            "currency": settings.CODE_CURRENCY,
            "budgets": budgets_in_words() if request.user.is_superuser else [],
            "ceilings": ceilings.of_teams(teams, timezone.now()),
        }
        return TemplateResponse(request, "admin/verification/challenge/cost.html", context)


def chosen_days(request: HttpRequest) -> int:
    chosen = request.GET.get("days", "")
    return int(chosen) if chosen in map(str, DAYS) else DEFAULT


def tables_of(costs: Costs) -> list[dict[str, Any]]:
    """Each with its rows, and the most messages that one of them has, for the bars."""
    by_channel = [renamed(total, words.channel(total.label)) for total in costs.by_channel.values()]
    by_country = [
        renamed(total, total.label or gettext("none (mail, authenticator app)")) for total in costs.by_country.values()
    ]
    by_conference = [renamed(total, total.label or gettext("unknown")) for total in costs.by_conference.values()]
    tables = [
        (gettext("By day (UTC)"), gettext("day"), list(costs.by_day.values())),
        (gettext("By channel"), gettext("channel"), sorted(by_channel, key=lambda total: -total.sent)),
        (gettext("By country of the number"), gettext("country"), sorted(by_country, key=lambda total: -total.sent)),
        (gettext("By conference"), gettext("conference"), sorted(by_conference, key=lambda total: -total.sent)),
    ]
    return [
        {"title": title, "what": what, "rows": rows, "most": max([1, *(row.sent for row in rows)])}
        for title, what, rows in tables
    ]


def renamed(total: Total, label: str) -> Total:
    total.label = label
    return total


def budgets_in_words() -> list[dict[str, Any]]:
    return [
        {"window": BUDGETS[each.name], "used": each.used, "most": each.most, "nearly": each.is_nearly_used}
        for each in budgets(timezone.now())
    ]
