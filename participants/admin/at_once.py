"""Two dates of one conference at the same time: said in words, and refused."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _

from participants.admin.plans import spelled_out
from participants.models import Conference
from participants.overlaps import OverlapError


def at_once(conference: Conference, found: OverlapError) -> str:
    one, other = (spelled_out(conference, row.starts_at, row.closes_at) for row in (found.one, found.other))
    words = _("Two dates of this conference would be at the same time: %(one)s, and %(other)s. Move or cancel one.")
    return words % {"one": one, "other": other}


class RefusesOverlaps(admin.ModelAdmin):
    """For what comes between the look of a form and its save: nothing of it is saved, and the page comes anew."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except OverlapError as found:
            messages.error(request, at_once(found.one.conference, found))
            return HttpResponseRedirect(request.get_full_path())
