"""Who was let in, into which room, and how they were proved."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Contact, ContactChange
from verification.admin.filters import DayTaken, OfConference
from verification.admin.walls import FoundByPerson, LogPage
from verification.models import Admission


def proof_of(seat: Admission) -> str:
    """How the person was proved, in words."""
    if seat.channel != Admission.BY_HAND:
        return seat.assurance.words
    said = gettext("by hand, without a code")
    if seat.vouch:
        said = gettext("by hand, without a code, by %(by)s: “%(reason)s”") % {
            "by": seat.vouch.made_by or gettext("somebody who is no user any more"),
            "reason": seat.vouch.reason,
        }
    return seat.assurance.with_the_rest(said)


def proof_with_flag(seat: Any) -> str:
    """The proof, and whether its contact had been changed lately. Takes with_contact_changes()."""
    if seat.contact_change is None:
        return proof_of(seat)
    change = ContactChange.objects.get(pk=seat.contact_change)
    values = {"proof": proof_of(seat), "flag": change.flag(seat.taken_at)}
    if seat.channel == Contact.Channel.TOTP:
        return gettext("%(proof)s; the app had been %(flag)s") % values
    return gettext("%(proof)s; the contact had been %(flag)s") % values


@admin.register(Admission)
class AdmissionAdmin(FoundByPerson, LogPage):
    shown_with = ("participant", "occurrence__conference", "vouch__made_by")
    list_display = ("taken_at", "who", "role", "room", "proved_by", "entered_at", "released_at")
    list_filter = (DayTaken, "role", OfConference)
    search_fields = ("call__sid",)
    fields = (
        "who",
        "role",
        "room",
        "proved_by",
        "line",
        "call",
        "taken_at",
        "entered_at",
        "released_at",
        "until",
        "room_sid",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).with_contact_changes()  # type: ignore[attr-defined]

    @admin.display(description=_("proved by"))
    def proved_by(self, seat: Admission) -> str:
        return proof_with_flag(seat)

    @admin.display(description=_("participant"), ordering="participant")
    def who(self, seat: Admission) -> str:
        return str(seat.participant or seat.assurance.nobody)

    @admin.display(description=_("room"))
    def room(self, seat: Admission) -> str:
        return seat.occurrence.conference.title if seat.occurrence else ""
