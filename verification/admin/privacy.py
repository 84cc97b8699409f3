"""What is stored of a person, as a page and as a file; and erasing them. For who organizes their team.

It hangs on the page of the person, whose module knows nothing of the log: the site adds these addresses to it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext

from participants.models import Participant, Team
from verification.erasing import REMAINS, InCallError, erase, goes, in_call, kind_of
from verification.privacy import everything_about, how_much

logger = logging.getLogger(__name__)

FOLDER = "admin/participants/participant"


def may_erase(user: Any, person: Participant) -> bool:
    """Whether this user may see and erase all that is stored of this person."""
    permitted = user.has_perm("participants.delete_participant")
    return permitted and Team.objects.organized_by(user).filter(pk=person.team_id).exists()


def pages(site: AdminSite) -> list[Any]:
    """The addresses below that of a person."""

    def at(tail: str, name: str, view: Any) -> Any:
        def for_person(request: HttpRequest, object_id: int) -> HttpResponse:
            person = Participant.objects.filter(pk=object_id).select_related("team").first()
            if person is None or not may_erase(request.user, person):
                raise PermissionDenied
            return view(site, request, person)

        where = f"participants/participant/<int:object_id>/{tail}"
        return path(where, site.admin_view(for_person), name=f"participants_participant_{name}")

    return [
        at("privacy/", "privacy", privacy_view),
        at("privacy/everything/", "everything", everything_view),
        at("privacy/erase/", "erase", erase_view),
    ]


def shown(site: AdminSite, request: HttpRequest, person: Participant, template: str, **more: Any) -> HttpResponse:
    context = {**site.each_context(request), "opts": Participant._meta, "person": person, **more}
    return TemplateResponse(request, f"{FOLDER}/{template}", context)


def privacy_view(site: AdminSite, request: HttpRequest, person: Participant) -> HttpResponse:
    title = gettext("What is stored of %(name)s") % {"name": person.name}
    counted = [(kind, n) for kind, n in how_much(everything_about(person)).items() if n]
    return shown(site, request, person, "privacy.html", title=title, counted=counted)


def everything_view(site: AdminSite, request: HttpRequest, person: Participant) -> HttpResponse:
    logger.info("all that is stored of a person of team %s was downloaded by user %s", person.team_id, request.user.pk)
    answer = JsonResponse(everything_about(person), json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="person-{person.pk}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


def erase_view(site: AdminSite, request: HttpRequest, person: Participant) -> HttpResponse:
    """Says what goes, what remains and why; erases on POST."""
    if request.method != "POST":
        return shown(
            site,
            request,
            person,
            "erase.html",
            title=gettext("Erase %(name)s?") % {"name": person.name},
            going=[(what, n) for what, n in goes(person).items() if n],
            remains=REMAINS,
            in_call=in_call(person),
        )
    pk, by = person.pk, request.user.pk or 0
    try:
        erase(person)
    except InCallError as refusal:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:participants_participant_privacy", args=[pk]))
    LogEntry.objects.create(
        user_id=by,
        content_type=kind_of(Participant),
        object_id=str(pk),
        object_repr=gettext("somebody"),
        action_flag=DELETION,
        change_message=gettext("Erased."),
    )
    messages.success(request, gettext("The person is erased."))
    return HttpResponseRedirect(reverse("admin:participants_participant_changelist"))
