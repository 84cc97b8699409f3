"""What would keep a conference from being held as it is meant: on its page, after saving it and on the first page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.admin.plans import spelled_out
from participants.admin.reach import CANNOT_WORK
from participants.clashes import Clash, clashes_of
from participants.models import Conference, Contact, Invitation, Policy

OTHERS_MOST = 3  # that are named; a page with more of them would be about nothing else

WHEN = {"starts_at", "repeats", "until", "count"}  # the fields by which its dates may all be over
MODERATES = Q(role=Invitation.Role.MODERATOR)
WORKING = Contact.objects.filter(participant=OuterRef("participant")).exclude(CANNOT_WORK)
REACHED = Exists(WORKING)
TOO_WEAK = REACHED & ~Exists(WORKING.proving(OuterRef("conference__least_grade")))


def invited_to(conferences: QuerySet[Conference] | Conference | OuterRef) -> QuerySet[Invitation]:
    return Invitation.objects.filter(conference=conferences, participant__team=F("conference__team"))


def lacks(conference: Conference, *, invited: int, moderators: int, unreached: int, too_weak: int) -> list[str]:
    """What is wrong with a roster, in sentences.

    Args: how many are on it; of them, how many moderate, how many no code can reach, and how many have codes
    that all prove less than the conference asks for.
    """
    by_passcode = conference.admission == Policy.PASSCODE
    if not invited and not by_passcode:
        return [_("Nobody is on the roster: nobody can enter.")]
    said = []
    if not moderators and conference.starts_with == Conference.StartsWith.MODERATOR:
        said.append(_("Nobody moderates, and it starts with a moderator: it would never start."))
    if unreached == invited and invited and not by_passcode:
        said.append(_("No code can reach anybody on the roster: nobody can get in."))
    elif unreached:
        words = ngettext(
            "No code can reach %(n)s person, who cannot get in.",
            "No code can reach %(n)s people, who cannot get in.",
            unreached,
        )
        said.append(words % {"n": unreached})
    if too_weak:
        words = ngettext(
            "%(n)s person has no contact that proves as much as it asks for, and cannot get in.",
            "%(n)s people have no contact that proves as much as it asks for, and cannot get in.",
            too_weak,
        )
        said.append(words % {"n": too_weak})
    if invited > conference.seats:
        values = {"invited": invited, "seats": conference.seats}
        said.append(_("%(invited)s people are invited, and there are %(seats)s seats.") % values)
    return said


def told(found: Iterable[Clash]) -> list[str]:
    """The clashes of a conference in sentences: one for each other conference, and some of these at most."""
    by_other: dict[int, list[Clash]] = {}
    for clash in found:
        by_other.setdefault(clash.other.conference_id, []).append(clash)
    said = [_told(each[0], len(each) - 1) for each in [*by_other.values()][:OTHERS_MOST]]
    if left := len(by_other) - len(said):
        said.append(_("And %(n)s more conferences at the same time have people of its roster.") % {"n": left})
    return said


def _told(clash: Clash, more: int) -> str:
    """Args: more: on how many further dates the two conferences clash."""
    values = {
        "n": clash.people,
        "date": spelled_out(clash.date.conference, clash.date.starts_at, clash.date.closes_at),
        "other": clash.other.conference,
        "when": spelled_out(clash.other.conference, clash.other.starts_at, clash.other.closes_at),
        "more": ngettext(", and on %(n)s more date", ", and on %(n)s more dates", more) % {"n": more} if more else "",
    }
    if clash.is_with_itself:
        return _("Two of its dates are at the same time: %(date)s, and %(when)s%(more)s. Move or cancel one.") % values
    words = ngettext(
        "%(n)s person is on the roster of “%(other)s” too, which is at the same time: %(when)s%(more)s.",
        "%(n)s people are on the roster of “%(other)s” too, which is at the same time: %(when)s%(more)s.",
        clash.people,
    )
    return words % values


def warnings_of(conference: Conference) -> list[str]:
    """All that is to be said against a conference, in sentences; nothing of one that is cancelled or over.

    Five queries at most, however many people, dates and conferences there are.
    """
    now = timezone.now()
    if (
        conference.status == Conference.Status.CANCELLED
        or not conference.occurrences.filter(closes_at__gt=now).exists()
    ):
        return []
    counted = invited_to(conference).aggregate(
        invited=Count("pk"),
        moderators=Count("pk", filter=MODERATES),
        unreached=Count("pk", filter=~REACHED),
        too_weak=Count("pk", filter=TOO_WEAK),
    )
    return [*lacks(conference, **counted), *told(clashes_of(conference, now))]


class Warns(admin.ModelAdmin):
    """Warns after a conference was saved, and refuses nothing: who schedules may know better."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        conference = form.instance
        for words in warnings_of(conference):
            messages.warning(request, words)
        typed = not change or WHEN & {*form.changed_data}
        if typed and not conference.occurrences.filter(closes_at__gt=timezone.now()).exists():
            messages.warning(request, _("All its dates are over: nobody can enter. Is the year right?"))
