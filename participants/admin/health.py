"""Who on a roster cannot get in, or perhaps not, and what to do about it: a page to look at before the meeting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, Prefetch
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from participants.admin import doubts, remedies
from participants.admin.changes import with_recent_changes
from participants.admin.plans import spelled_out
from participants.admin.reach import Blocked, failed_last, hindrance
from participants.admin.warnings import OTHERS_MOST, lacks, told
from participants.clashes import by_person, clashes_of
from participants.countries import country_of
from participants.models import Conference, Contact, DialInNumber, Invitation, Participant


@dataclass(frozen=True)
class Link:
    words: str
    address: str


@dataclass(frozen=True)
class Trouble:
    """What is known against somebody, and what to do about it."""

    what: str
    remedy: str
    keeps_out: bool  # else it may
    link: Link | None = None  # to what else than the person has to be changed

    @property
    def sentence(self) -> str:
        """What it is, so that what to do about it can follow."""
        return capfirst(self.what) + ("" if self.what.endswith((".", "!", "?")) else ".")


@dataclass(frozen=True)
class Checked:
    invitation: Invitation
    troubles: list[Trouble]

    @property
    def keeps_out(self) -> bool:
        return any(trouble.keeps_out for trouble in self.troubles)


class Check:
    """The roster of a conference, looked through. A constant number of queries, however long it is.

    Args: page_of: the address of the page of a row for whoever looks; "" where they have none.
    """

    def __init__(self, conference: Conference, page_of: Callable[[Model], str]) -> None:
        self.conference = conference
        self.page_of = cache(page_of)
        self.dialled = [str(each.number) for each in DialInNumber.objects.all()]
        self.blocks = list(Blocked.by(conference.team)) if Blocked.by else []
        is_held = conference.status != Conference.Status.CANCELLED
        self.clashes = clashes_of(conference, timezone.now()) if is_held else []
        self.elsewhere = by_person(self.clashes)
        roster = (
            conference.invitations.filter(participant__team=conference.team_id)
            .select_related("participant__team")
            .prefetch_related(
                "participant__lines",
                Prefetch("participant__contacts", Contact.objects.with_doubt(timezone.now())),
                with_recent_changes("participant__"),
            )
            .order_by("participant__name", "pk")
        )
        self.roster = [Checked(each, list(self._against(each.participant))) for each in roster]

    @property
    def kept_out(self) -> list[Checked]:
        return [each for each in self.roster if each.keeps_out]

    @property
    def doubtful(self) -> list[Checked]:
        return [each for each in self.roster if each.troubles and not each.keeps_out]

    @property
    def well(self) -> int:
        return sum(not each.troubles for each in self.roster)

    @property
    def of_the_room(self) -> list[str]:
        """What is wrong with the roster as a whole."""
        moderators = [each for each in self.roster if each.invitation.role == Invitation.Role.MODERATOR]
        said = lacks(self.conference, invited=len(self.roster), moderators=len(moderators), unreached=0, too_weak=0)
        if self.roster and not moderators and self.conference.starts_with == Conference.StartsWith.ANYONE:
            said.append(gettext("Nobody moderates."))
        elif moderators and all(each.keeps_out for each in moderators):
            said.append(gettext("Nobody who moderates can get in."))
        return said + told(clash for clash in self.clashes if clash.is_with_itself)

    def _against(self, person: Participant) -> Iterator[Trouble]:
        if why := hindrance(person, self.conference.least_grade):
            yield Trouble(why, self._way_in(person), keeps_out=True)
        else:
            yield from self._rings_themselves(person)
            yield from self._failures(person)
            yield from self._countries(person)
            yield from self._doubts(person)
        yield from self._blocks(person)
        yield from self._elsewhere(person)
        for change in person.recent_changes[:1]:  # type: ignore[attr-defined]
            said = f"{change}, {change.since(timezone.now())}."
            yield Trouble(said, gettext("Ask them, by another way, whether it was theirs to change."), keeps_out=False)

    def _way_in(self, person: Participant) -> str:
        contacts = list(person.contacts.all())
        if not contacts:
            return self._advice(remedies.ADD_A_WAY, person)
        if not any(contact.can_work for contact in contacts):
            said = self._advice(remedies.ADD_TO_A_LINE_WITHOUT_TEXTS, person)
            return f"{said} {remedies.by_hand(self.conference)}".strip()
        if not self._enough(person):
            return self._advice(remedies.ADD_TO_TOO_LITTLE, person)
        return self._advice(remedies.TRY_AGAIN, person)

    def _advice(self, advice: dict[int, Any], person: Participant) -> str:
        return remedies.chosen(advice, self.conference, person)

    def _enough(self, person: Participant) -> list[Any]:
        """The contacts that can work, and whose code proves enough for this room."""
        least = self.conference.least_grade
        return [contact for contact in person.contacts.all() if contact.can_work and contact.proves(least)]

    def _rings_themselves(self, person: Participant) -> Iterator[Trouble]:
        """A code is never spoken to the line that is calling."""
        lines = {str(line.number) for line in person.lines.all()}
        enough = self._enough(person)
        rung = {contact.address for contact in enough if contact.channel == contact.Channel.CALL} & lines
        if rung and len(rung) == len(enough):
            said = gettext("The code is spoken by a call to %(number)s, from which they call themselves.")
            remedy = self._advice(remedies.ADD_TO_OWN_LINE, person)
            yield Trouble(said % {"number": ", ".join(sorted(rung))}, remedy, keeps_out=lines == rung)

    def _failures(self, person: Participant) -> Iterator[Trouble]:
        for contact in self._enough(person):
            if failed_last(contact):
                values = {"contact": contact, "why": contact.get_failure_display()}
                said = gettext("The last code by %(contact)s did not go out: %(why)s") % values
                yield Trouble(said, gettext("Send a test code: others will be tried next."), keeps_out=False)

    def _countries(self, person: Participant) -> Iterator[Trouble]:
        enough = self._enough(person)
        closed = [contact for contact in enough if not self._is_allowed(contact)]
        for contact in closed:
            if not contact.begins_as_allowed:
                said = gettext("No code goes to %(address)s: not to numbers that begin so.")
                ask, link = gettext("ask whoever runs the line to allow the beginning"), None
            else:
                said = gettext("No code goes to %(address)s: %(country)s is not among the countries that are allowed.")
                if settings.ALLOWED_COUNTRIES:
                    ask, link = gettext("ask whoever runs the line to allow the country"), None
                else:
                    ask = gettext("ask an administrator to add the country to the team")
                    link = self._link(person.team)
            said %= {"address": contact.address, "country": country_of(contact.address)}
            remedy = self._advice(remedies.ADD_TO_A_CLOSED_COUNTRY, person) % {"ask": ask}
            yield Trouble(said, remedy, len(closed) == len(enough), link)

    def _doubts(self, person: Participant) -> Iterator[Trouble]:
        """Numbers that may be in other hands, where the conference wants to know."""
        if not self.conference.checks_numbers:
            return
        enough = self._enough(person)
        doubted = [contact for contact in enough if contact.doubt]
        for contact in doubted:
            yield Trouble(*doubts.told(self.conference, person, contact), keeps_out=len(doubted) == len(enough))

    def _elsewhere(self, person: Participant) -> Iterator[Trouble]:
        for clash in self.elsewhere.get(person.pk, [])[:OTHERS_MOST]:
            other = clash.other.conference
            said = gettext("They are on the roster of “%(other)s” too, which is at the same time: %(when)s.") % {
                "other": other,
                "when": spelled_out(other, clash.other.starts_at, clash.other.closes_at),
            }
            remedy = gettext("Move one of the two, or take them off one of the rosters.")
            yield Trouble(said, remedy, keeps_out=False, link=self._link(other))

    def _is_allowed(self, contact: Any) -> bool:
        return contact.is_allowed() or any(contact.is_allowed(number) for number in self.dialled)

    def _link(self, row: Model, words: str = "") -> Link | None:
        address = self.page_of(row)
        return Link(words or str(row), address) if address else None

    def _blocks(self, person: Participant) -> Iterator[Trouble]:
        lines = [str(line.number) for line in person.lines.all()]
        blocked = [(line, block) for line in lines for block in self.blocks if block.covers(line)]
        for line, block in blocked:
            said = gettext("They call from %(number)s, which is on the block list: %(why)s") % {
                "number": line,
                "why": block.reason,
            }
            keeps_out = len({line for line, _block in blocked}) == len(lines)
            yield Trouble(said, self._past(block, line), keeps_out, self._link(block, gettext("the block")))

    def _past(self, block: Any, line: str) -> str:
        """How this line gets past the block, by whose list it is on and whether it is meant alone."""
        if block.team_id is None:
            return gettext(
                "It is blocked for everybody: ask an administrator to take the block away, or let them call from "
                "another line with their roster number."
            )
        if block.number == line:
            return gettext("Take the block away, or let them call from another line with their roster number.")
        return gettext(
            "Take the block away, add the number to the block list as one that is never blocked, or let them call from "
            "another line with their roster number."
        )


class ChecksRoster(admin.ModelAdmin):
    """The page of a conference, with another beside it that whoever may see it may see."""

    def get_urls(self) -> list[Any]:
        page = require_safe(self.admin_site.admin_view(self.health_view))
        return [path("<path:object_id>/health/", page, name="participants_conference_health"), *super().get_urls()]

    def health_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference: Conference | None = self.get_object(request, unquote(object_id))
        if conference is None or not self.has_view_permission(request, conference):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Who can get in to %(room)s") % {"room": conference.title},
            "opts": self.opts,
            "conference": conference,
            "check": Check(conference, lambda row: self._page_of(request, row)),
        }
        return TemplateResponse(request, "admin/participants/health.html", context)

    def _page_of(self, request: HttpRequest, row: Model) -> str:
        """Where this user can change it; "" where they cannot."""
        may_change = self.admin_site.get_model_admin(type(row)).has_change_permission(request, row)
        return (
            reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]) if may_change else ""
        )
