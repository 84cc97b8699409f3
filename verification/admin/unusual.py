"""The page "Unusual calls", for administrators: what may be somebody trying numbers, or guessing codes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from participants.models import Conference
from verification.models import Attempt
from verification.unusual import CODES, PASSCODES, ROSTER_NUMBERS, UNKNOWN, Finding, findings

KINDS = (ROSTER_NUMBERS, CODES, PASSCODES, UNKNOWN)


class UnusualPage(admin.ModelAdmin):
    """Mixed into the page of the calls: one more page, at its address and `unusual/`."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.unusual_view)
        return [path("unusual/", view, name="verification_call_unusual"), *super().get_urls()]

    def unusual_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_superuser:
            raise PermissionDenied
        now = timezone.now()
        found = findings(now)
        titles = titles_of(found)
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Unusual calls"),
            "opts": self.opts,
            "now": now,
            "minutes": settings.UNUSUAL_SECONDS // 60,
            "parts": [
                {
                    "kind": kind,
                    "rows": [(each, whose(each, titles), *ways_on(each)) for each in found if each.kind == kind],
                }
                for kind in KINDS
            ],
        }
        return TemplateResponse(request, "admin/verification/call/unusual.html", context)


def titles_of(found: list[Finding]) -> dict[str, str]:
    """Of the conferences that are among them, by their keys."""
    keys = [each.subject for each in found if each.kind == PASSCODES and each.subject]
    return {str(key): title for key, title in Conference.objects.filter(pk__in=keys).values_list("pk", "title")}


def whose(finding: Finding, titles: dict[str, str]) -> str:
    if finding.kind == UNKNOWN:
        return gettext("all of them together")
    if finding.kind == PASSCODES:
        return titles.get(finding.subject) or gettext("conferences that were deleted")
    return finding.subject or gettext("withheld numbers")


def ways_on(finding: Finding) -> tuple[str, str]:
    """The address of the log of these calls, and of the form that blocks their line; "" where there is none."""
    if finding.kind == CODES:
        return f"{reverse('admin:verification_challenge_changelist')}?{urlencode({'q': finding.subject})}", ""
    if finding.kind == PASSCODES:
        tries = {"conference": finding.subject, "outcome__exact": Attempt.Outcome.WRONG_PASSCODE}
        return f"{reverse('admin:verification_attempt_changelist')}?{urlencode(tries)}", ""
    if not finding.subject:
        return reverse("admin:verification_attempt_changelist"), ""
    query: dict[str, Any] = {"kind": "number", "number": finding.subject}
    return (
        f"{reverse('admin:verification_call_changelist')}?{urlencode({'q': finding.subject})}",
        f"{reverse('admin:verification_block_add')}?{urlencode(query)}",
    )
