"""What the people on a roster are written about their conference: the invitation, changes, reminders.

Never a code or a passcode. Each is in the language and by the clocks of whoever gets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.calendar_file import CANCEL, REQUEST, CalendarFile
from participants.date_news import dates_in_words
from participants.facts import NUMBER, TAKES_PLACE, TIME, TITLE, goes_on_at
from participants.models import (
    CalendarEntry,
    Conference,
    Contact,
    Delivery,
    DialInNumber,
    Invitation,
    Occurrence,
    Participant,
    Policy,
)
from participants.models.contacts import masked
from participants.notices import Detail, Notice, as_dialled, contact_in_words, spelled_out

Kind = Delivery.Kind


@dataclass(frozen=True)
class Letter:
    """What one person gets, and where. Without a contact they cannot be told."""

    invitation: Invitation
    contact: Contact | None
    notice: Notice
    calendar: str = ""

    @property
    def is_mail(self) -> bool:
        return self.contact is not None and self.contact.channel == Contact.Channel.EMAIL


class Letters:
    """What can be written about a conference, or a date of it. Asks the database once, for however many people."""

    def __init__(self, entry: CalendarEntry, date: Occurrence | None = None) -> None:
        self.entry, self.conference = entry, entry.conference
        self.date = date or next_date(self.conference)
        self.starts_at = self.date.starts_at if self.date else next_start(self.conference)
        self.numbers = list(DialInNumber.objects.all())
        self._files: dict[str, CalendarFile] = {}

    def _file(self, kind: str) -> CalendarFile:
        if kind not in self._files:
            method = CANCEL if kind in Delivery.OF_WHAT_IS_GONE else REQUEST
            self._files[kind] = CalendarFile(self.entry, method)
        return self._files[kind]

    @property
    def until(self) -> datetime | None:
        """How long they are of use: to the end of what is held once."""
        return self.date.closes_at if self.date and self.conference.rule is None else None

    def to(
        self,
        invitation: Invitation,
        kind: str,
        changes: Sequence[str] = (),
        dates: Mapping[str, list[Any]] | None = None,
    ) -> Letter:
        """What this person gets.

        Args:
            kind: INVITATION, CHANGED, CALLED_OFF, TAKEN_OFF, REMINDER or DOORS_OPEN of Delivery.Kind.
            changes, dates: what is no longer so, as participants.facts has it.
        """
        person = invitation.participant
        contact = told_at(person)
        with translation.override(person.language or self.conference.language or settings.LINE_LANGUAGE):
            notice = self._notice(invitation, kind, changes, dates or {})
        calendar = ""
        if contact and contact.channel == Contact.Channel.EMAIL and kind not in (Kind.REMINDER, Kind.DOORS_OPEN):
            calendar = self._file(kind).text(
                person,
                address=contact.address,
                place=", ".join(as_dialled(str(each.number)) for each in self.numbers),
                description="\n".join(f"{each.label}: {each.value}" for each in notice.details[1:]),
            )
        return Letter(invitation, contact, notice, calendar)

    def _notice(
        self, invitation: Invitation, kind: str, changes: Sequence[str], dates: Mapping[str, list[Any]]
    ) -> Notice:
        conference = self.conference
        zone = invitation.participant.time_zone or conference.time_zone
        number = as_dialled(str(self.numbers[0].number)) if self.numbers else ""
        values = {
            "title": conference.title,
            "team": conference.team.name,
            "when": self._when(zone),
            "number": number,
            "roster": invitation.roster_number,
        }
        dial = _("Dial %(number)s. Roster number: %(roster)s.") % values if number else ""
        if kind == Kind.CALLED_OFF:
            headline = _("Called off: %(title)s") % values
            facts = [
                _("%(title)s does not take place any more.") % values
                if conference.rule or self.starts_at is None
                else _("%(title)s does not take place: %(when)s.") % values
            ]
            return Notice.of(headline, *facts, closing=closing())
        if kind == Kind.TAKEN_OFF:
            headline = _("No longer invited: %(title)s") % values
            return Notice.of(
                headline,
                _("%(team)s no longer invites you to %(title)s. The line will not let you in.") % values,
                closing=closing(),
            )
        if kind == Kind.CHANGED:
            headline = _("Changed: %(title)s") % values
            moved = dates_in_words(dates, zone)
            facts = [*changes_in_words(changes), *moved]
            if self.starts_at is None:
                facts.append(_("No date is left: it does not take place any more."))
                first = " ".join([_("%(title)s has changed.") % values, *facts])
                return Notice.of(headline, *facts, closing=closing(), brief=first)
            facts.append(_("This is how it stands now."))
            first = " ".join([_("%(title)s has changed: %(when)s.") % values, dial])
            if moved:
                now = _("The next date: %(when)s.") % values
                first = " ".join([_("%(title)s has changed.") % values, *moved, now, dial])
        elif kind == Kind.REMINDER:
            headline = _("Reminder: %(title)s") % values
            facts = [_("%(title)s: %(when)s.") % values]
            first = " ".join([*facts, dial])
        elif kind == Kind.DOORS_OPEN:
            headline = _("The doors are open: %(title)s") % values
            facts = [_("The doors of %(title)s are open: you can call now.") % values]
            first = " ".join([*facts, dial])
        else:
            headline = _("Invitation: %(title)s") % values
            facts = [
                _("%(team)s invites you to %(title)s, a conference by telephone.") % values,
                _("Dial the number. The line sends you a code: type it, and you are in the room."),
            ]
            first = " ".join([_("%(team)s invites you to %(title)s: %(when)s.") % values, dial])
        if conference.admission == Policy.CODE_AND_PASSCODE:
            facts.append(_("After the code you are asked for a passcode, which you get by another way."))
        return Notice.of(
            headline, *facts, closing=closing(), details=tuple(self._details(invitation, zone)), brief=first.strip()
        )

    def _when(self, zone: ZoneInfo) -> str:
        if self.conference.always_open:
            return _("the room is always open")
        return spelled_out(self.starts_at, zone) if self.starts_at else _("no date is left")

    def _details(self, invitation: Invitation, zone: ZoneInfo) -> list[Detail]:
        conference, date = self.conference, self.date
        found = [Detail(_("When"), self._when(zone))]
        if conference.rule and not conference.always_open:
            rule = {"rule": conference.rule.words(), "zone": conference.time_zone.key.replace("_", " ")}
            found.append(Detail(_("Repeats"), _("%(rule)s, by the clocks of %(zone)s") % rule))
        if date and not conference.always_open:
            minutes = int((date.closes_at - date.starts_at).total_seconds() // 60)
            found.append(Detail(_("Length"), ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}))
            opens_at = date.moderators_open_at if invitation.role == Invitation.Role.MODERATOR else date.opens_at
            if early := int((date.starts_at - opens_at).total_seconds() // 60):
                before = ngettext("%(n)s minute before", "%(n)s minutes before", early) % {"n": early}
                found.append(Detail(_("Doors open"), before))
        for each in self.numbers:
            number = as_dialled(str(each.number))
            named = f"{number} ({each.label})" if each.label and len(self.numbers) > 1 else number
            found.append(Detail(_("Number to dial"), named, f"tel:{each.number}"))
        roster = _(
            "%(roster)s, where the line does not know your telephone. On somebody else's, hide its number first."
        ) % {"roster": invitation.roster_number}
        return [
            *found,
            Detail(_("Your roster number"), roster),
            Detail(_("Your code"), way_of_the_code(invitation)),
        ]


def next_date(conference: Conference) -> Occurrence | None:
    """The next one that is not called off and not over."""
    ahead = conference.occurrences.filter(closes_at__gt=timezone.now(), cancelled=False)
    return ahead.order_by("starts_at", "pk").first()


def next_start(conference: Conference) -> datetime | None:
    """When it is held next, where no stored date is to come: that of what is held once may be over, or called off.
    None where a series ends with the dates that are stored.
    """
    if conference.rule:
        return goes_on_at(conference)
    only = conference.occurrences.order_by("starts_at").last()
    return only.starts_at if only else conference.starts_at


def told_at(person: Participant) -> Contact | None:
    """Their first mailbox, or a mobile whose owner agreed to texts. Of contacts that were fetched with them."""
    contacts = list(person.contacts.all())
    mailboxes = [each for each in contacts if each.channel == Contact.Channel.EMAIL]
    return next(iter([*mailboxes, *(each for each in contacts if each.may_be_texted)]), None)


def way_of_the_code(invitation: Invitation) -> str:
    """How the code will come to them when they call, with no more of the address than they need to know it by."""
    contact = invitation.way_of_the_code
    if contact is None:
        return _("no way to you is known: tell whoever invites you")
    if contact.is_app:
        return _("is in your authenticator app")
    return _("comes when you call: %(contact)s") % {
        "contact": contact_in_words(contact.channel, masked(contact.address))
    }


def changes_in_words(changes: Sequence[str]) -> list[str]:
    words = {
        TITLE: _("The title has changed."),
        TIME: _("The time or the dates have changed."),
        NUMBER: _("The number to dial has changed."),
        TAKES_PLACE: _("It takes place after all."),
    }
    return [words[each] for each in changes if each in words]


def closing() -> tuple[str, ...]:
    return (_("This mail was sent by itself: an answer to it reaches nobody."),)
