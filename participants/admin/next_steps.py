"""From a new conference to people who are invited to it: each step names the one that follows, with a link to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from participants.models import Conference

PASTE = "_paste"  # the button that saves and goes on to a list of people


class LeadsOn(admin.ModelAdmin):
    """Says after a new conference was saved what comes next."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        answer = super().response_add(request, obj, post_url_continue)
        if PASTE in request.POST:
            return HttpResponseRedirect(reverse("admin:participants_conference_paste", args=[obj.pk]))
        if step := next_step(obj):
            messages.info(request, step)
        return answer


def next_step(conference: Conference) -> SafeString:
    """With a link: to put people on the roster where nobody is, else to invite them; "" for a draft with people."""
    page, words = "invite", gettext("Invite those on the roster")
    if not conference.invitations.exists():
        page, words = "paste", gettext("Add people from a list")
    elif conference.status != Conference.Status.SCHEDULED:
        return SafeString()
    address = reverse(f"admin:participants_conference_{page}", args=[conference.pk])
    return format_html('{} <a href="{}">{}</a>', gettext("Nobody has been sent anything yet. Next:"), address, words)
