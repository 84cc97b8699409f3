"""This person cannot get in: letting them in by hand, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, Participant, Team
from verification.admin.by_hand_form import LetInForm, people_calling
from verification.admin.filters import DayMade, OfConference
from verification.admin.walls import EntryOfCall, LogPage
from verification.models import Vouch


@admin.register(Vouch)
class VouchAdmin(EntryOfCall, LogPage):
    """Organizers and moderators of a team let in, and whoever sees the team sees it done. Nothing is changed later."""

    shown_with = ("participant", "occurrence__conference", "made_by")
    list_display = ("made_at", "participant", "room", "made_by", "reason", "became")
    list_filter = (DayMade, OfConference)
    search_fields = ("participant__name", "reason", "made_by__username")
    fields = ("participant", "room", "made_by", "reason", "made_at", "expires_at", "call", "became")
    actions = ("withdraw",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        permitted = request.user.has_perm("verification.add_vouch")
        return permitted and Team.objects.letting_in(request.user).exists()

    def has_let_in_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        person = self._asked_for(request, Participant, "participant")
        if person:
            return self._let_in(request, person)
        conference = self._asked_for(request, Conference, "conference")
        if conference:
            return self._choose(request, conference)
        messages.info(request, gettext("Open the person who cannot get in, and choose it there."))
        return HttpResponseRedirect(reverse("admin:participants_participant_changelist"))

    def _asked_for(self, request: HttpRequest, model: Any, name: str) -> Any:
        """The person or conference in the address. Raises PermissionDenied where it is not of the user's to let in."""
        asked = request.GET.get(name, "")
        if not asked:
            return None
        rows = model.objects.filter(team__in=Team.objects.letting_in(request.user))
        found = rows.filter(pk=int(asked)).first() if asked.isdecimal() and len(asked) < 19 else None
        if found is None:
            raise PermissionDenied
        return found

    def _let_in(self, request: HttpRequest, person: Participant) -> HttpResponse:
        form = LetInForm(request.POST or None, person=person, conference=request.GET.get("conference", ""))
        vouch = form.vouch_of(request.user) if form.is_valid() else None
        if vouch is None:
            title = gettext("Let %(name)s in by hand") % {"name": person.name}
            return self._page(request, "let_in", title, {"form": form, "person": person})
        self.log_addition(request, vouch, vouch.reason)
        messages.success(request, self._done(vouch, person))
        return HttpResponseRedirect(reverse("admin:verification_vouch_change", args=[vouch.pk]))

    def _done(self, vouch: Any, person: Participant) -> str:
        if vouch.call_id:
            words = gettext("%(name)s is let in with the next key they press, or when the wait for keys is over.")
        else:
            words = gettext("%(name)s is let in on their next call, until %(until)s.")
        until = vouch.occurrence.conference.local(vouch.expires_at)
        return words % {"name": person.name, "until": f"{until:%H:%M (%Z)}"}

    def _choose(self, request: HttpRequest, conference: Conference) -> HttpResponse:
        calling = people_calling()
        roster = conference.invitations.filter(participant__team=conference.team_id).select_related("participant")
        rows = [(each, each.participant_id in calling) for each in roster.order_by("participant__name")]
        rows.sort(key=lambda row: not row[1])
        title = gettext("Who cannot get in to %(room)s?") % {"room": conference.title}
        return self._page(request, "choose", title, {"roster": rows, "conference": conference})

    def _page(self, request: HttpRequest, name: str, title: str, more: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": title, "opts": self.opts, **more}
        return TemplateResponse(request, f"admin/verification/vouch/{name}.html", context)

    @admin.action(description=_("Withdraw what is not used yet"), permissions=["let_in"])
    def withdraw(self, request: HttpRequest, vouches: Any) -> None:
        mine = vouches.filter(occurrence__conference__team__in=Team.objects.letting_in(request.user))
        withdrawn = [vouch for vouch in mine if vouch.withdraw()]
        for vouch in withdrawn:
            self.log_change(request, vouch, gettext("withdrawn"))
        messages.info(request, gettext("Withdrawn: %(number)s.") % {"number": len(withdrawn)})

    @admin.display(description=_("room"))
    def room(self, vouch: Vouch) -> str:
        return vouch.occurrence.conference.title if vouch.occurrence else ""

    @admin.display(description=_("what became of it"))
    def became(self, vouch: Vouch) -> str:
        if vouch.used_at:
            return gettext("let in at %(time)s UTC") % {"time": f"{vouch.used_at:%H:%M:%S}"}
        if vouch.withdrawn_at:
            return gettext("withdrawn")
        if vouch.expires_at <= timezone.now():
            return gettext("not used in time")
        return gettext("waits for the call")
