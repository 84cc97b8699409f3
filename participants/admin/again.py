"""Schedule again: a conference is held once more, with its people, on a date that the organizer chooses."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.plans import spelled_out, zone_spelled_out
from participants.admin.schedule_form import YEARS, WallTimeField, label_boxes
from participants.admin.warnings import warnings_of
from participants.admin.work_pages import WorkPages
from participants.again import proposed, schedule_again
from participants.models import Conference


class AgainForm(forms.Form):
    """When, and under which title. `token` tells one press of the button from another."""

    title = forms.CharField(label=_("Title"), max_length=Conference._meta.get_field("title").max_length)
    starts_at = WallTimeField(label=_("Starts at"))
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, conference: Conference, **kwargs: Any) -> None:
        wall_time = proposed(conference, timezone.now())
        super().__init__(*args, **kwargs)
        self.initial = {"title": conference.title, "starts_at": wall_time, "token": uuid.uuid4()}
        self.conference = conference
        field = self.fields["starts_at"]
        label_boxes(field)
        where = zone_spelled_out(wall_time.replace(tzinfo=conference.time_zone), conference.time_zone.key)
        field.help_text = gettext("By the clocks of %(zone)s.") % {"zone": where}

    def clean_starts_at(self) -> datetime:
        """The moment of the time typed; it must be to come."""
        wall_time = self.cleaned_data["starts_at"]
        if wall_time.year not in YEARS:
            raise ValidationError(_("Is that year right?"))
        moment = schedule.moment_of(wall_time, self.conference.time_zone)
        if moment <= timezone.now():
            raise ValidationError(_("This time is over."))
        return moment


class SchedulesAgain(WorkPages):
    """The page of a conference, with another that makes a new one of it."""

    def get_urls(self) -> list[Any]:
        return [self.path_of_conference("again", self.again_view), *super().get_urls()]

    def again_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference = self.conference_to_change(request, object_id)
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = AgainForm(request.POST or None, conference=conference)
        if form.is_bound and form.is_valid():
            typed = form.cleaned_data
            again, is_new = schedule_again(conference, typed["title"], typed["starts_at"], str(typed["token"]))
            if is_new:
                self._tell(request, conference, again)
            page = "passcode" if again.asks_passcode and is_new else "change"
            return HttpResponseRedirect(reverse(f"admin:participants_conference_{page}", args=[again.pk]))
        return self.work_page(
            request,
            "again",
            gettext("Schedule again"),
            conference=conference,
            form=form,
        )

    def _tell(self, request: HttpRequest, conference: Conference, again: Conference) -> None:
        self.log_addition(request, again, gettext("Scheduled again, as %(title)s.") % {"title": conference})
        count = again.invitations.count()
        words = ngettext(
            "“%(title)s” is scheduled: %(when)s, with %(n)s person on its roster. Nobody was sent anything.",
            "“%(title)s” is scheduled: %(when)s, with %(n)s people on its roster. Nobody was sent anything.",
            count,
        )
        messages.success(request, words % {"title": again, "when": spelled_out(again, again.starts_at), "n": count})
        for warning in warnings_of(again):
            messages.warning(request, warning)
