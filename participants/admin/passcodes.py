"""The passcode of a conference on its page: made there, shown once, never again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.plans import spelled_out
from participants.models import Conference, Passcode


def in_groups(digits: str, size: int) -> str:
    """As people read digits out."""
    return " ".join(digits[start : start + size] for start in range(0, len(digits), size))


class MakesPasscodes(admin.ModelAdmin):
    """Whoever may change a conference may make its passcode, and make it anew: the old one is void at once."""

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.passcode_view)
        return [path("<path:object_id>/passcode/", page, name="participants_conference_passcode"), *super().get_urls()]

    def passcode_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Asks first; then makes it and shows it, in the answer to that one request and nowhere else."""
        conference: Conference | None = self.get_object(request, unquote(object_id))
        if conference is None or not self.has_change_permission(request, conference):
            raise PermissionDenied
        digits = ""
        if request.method == "POST":
            digits = Passcode.objects.make(conference)
            self.log_change(request, conference, gettext("A new passcode was made."))
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("The passcode of %(room)s") % {"room": conference.title},
            "opts": self.opts,
            "conference": conference,
            "has_one": not digits and Passcode.objects.filter(conference=conference).exists(),
            "digits": in_groups(digits, 3),
            "number": in_groups(conference.number or "", 4),
        }
        return TemplateResponse(request, "admin/participants/conference/passcode.html", context)

    @admin.display(description=_("passcode"))
    def passcode_state(self, conference: Conference) -> SafeString | str:
        if not conference.asks_passcode:
            return gettext("None is asked for.")
        passcode = Passcode.objects.filter(conference=conference).first()
        page = reverse("admin:participants_conference_passcode", args=[conference.pk])
        if passcode is None:
            said, what = gettext("None yet: nobody gets in."), gettext("Make it")
        else:
            made = spelled_out(conference, passcode.made_at)
            said, what = gettext("Made %(when)s.") % {"when": made}, gettext("Make a new one")
        return format_html('{} <a href="{}">{}</a>', said, page, what)

    @admin.display(description=_("conference number"))
    def conference_number(self, conference: Conference) -> str:
        return in_groups(conference.number or "", 4) if conference.number else gettext("None is needed.")

    def response_add(self, request: HttpRequest, obj: Conference, *args: Any, **kwargs: Any) -> HttpResponse:
        return self._to_its_passcode(request, obj) or super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Conference) -> HttpResponse:
        return self._to_its_passcode(request, obj) or super().response_change(request, obj)

    def _to_its_passcode(self, request: HttpRequest, conference: Conference) -> HttpResponse | None:
        """Where one is asked for and there is none, that comes next: until then nobody gets in."""
        if not conference.asks_passcode or Passcode.objects.filter(conference=conference).exists():
            return None
        messages.success(request, gettext("%(room)s is saved.") % {"room": conference.title})
        return HttpResponseRedirect(reverse("admin:participants_conference_passcode", args=[conference.pk]))
