"""Unlocking a person whose tries are used up, by them or by somebody who showed their number."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from participants.models import Participant, Team
from verification import throttle
from verification.admin.filters import DayMade
from verification.admin.walls import LogPage
from verification.models import Unlock
from verification.unlocking import unlock, used_up


@admin.register(Unlock)
class UnlockAdmin(LogPage):
    """Organizers unlock the people of their team, and whoever sees the team sees it done."""

    team_paths = ("participant__team",)
    list_display = ("made_at", "participant", "made_by", "used_up", "done_at")
    list_filter = (DayMade,)
    list_select_related = ("participant", "made_by")
    search_fields = ("participant__name", "made_by__username")
    fields = ("participant", "made_by", "made_at", "used_up", "done_at")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permitted = request.user.has_perm("verification.add_unlock")
        return permitted and Team.objects.organized_by(request.user).exists()

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.GET.get("participant", "")
        if not asked:
            messages.info(request, gettext("Open the person who cannot get in, and choose it there."))
            return HttpResponseRedirect(reverse("admin:participants_participant_changelist"))
        mine = Participant.objects.filter(team__in=Team.objects.organized_by(request.user))
        person = mine.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
        if person is None:
            raise PermissionDenied
        return self._unlock(request, person) if request.method == "POST" else self._ask(request, person)

    def _ask(self, request: HttpRequest, person: Participant) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Unlock %(name)s") % {"name": person.name},
            "opts": self.opts,
            "person": person,
            "used_up": used_up(person),
        }
        return TemplateResponse(request, "admin/verification/unlock/ask.html", context)

    def _unlock(self, request: HttpRequest, person: Participant) -> HttpResponse:
        try:
            unlocked = unlock(person, request.user)
        except throttle.OverLimitError:
            words = gettext("%(name)s has been unlocked so often that it must be enough for now. Let them in by hand.")
            messages.error(request, words % {"name": person.name})
        else:
            self.log_addition(request, unlocked, unlocked.used_up)
            words = gettext("%(name)s is being unlocked: in a few seconds a call from them gets a fresh code.")
            messages.success(request, words % {"name": person.name})
        return HttpResponseRedirect(reverse("admin:participants_participant_change", args=[person.pk]))
