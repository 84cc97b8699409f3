"""Times as people say them, and what the line will do with a conference, in plain sentences."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.admin.doubts import NO_CODE
from participants.admin.reach import CANNOT_WORK
from participants.models import Conference, Contact, Invitation, Occurrence, Passcode, Policy

NAMED_MOST = 20  # of those who cannot get in


def zone_spelled_out(local: datetime, key: str) -> str:
    """A place, and how far its clocks are from UTC at that moment, as in New York (EST, UTC-5)."""
    place = key.rsplit("/", 1)[-1].replace("_", " ")
    name = local.tzname() or ""
    named = [name] if name.isalpha() and name not in ("UTC", place) else []
    if place == "UTC":
        return place
    return f"{place} ({', '.join([*named, offset_of(local)])})"


def offset_of(local: datetime) -> str:
    """How far its clocks are from UTC, as in UTC-5."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "") if minutes else "UTC"


def spelled_out(conference: Conference, moment: datetime, until: datetime | None = None) -> str:
    """As in Tue 1 Dec 2026, 10:00-11:00, New York (EST, UTC-5): by the clocks of the conference's own zone.

    An end after those were changed says how far from UTC they are then: 02:30 may come an hour after 02:30.
    """
    local = conference.local(moment)
    day, clock = date_format(local, "D j M Y"), date_format(local, "H:i")
    if until is not None:
        end = conference.local(until)
        clock += f"–{date_format(end, 'H:i' if end.date() == local.date() else 'D H:i')}"
        if end.utcoffset() != local.utcoffset():
            clock += f" ({offset_of(end)})"
    return f"{day}, {clock}, {zone_spelled_out(local, conference.time_zone.key)}"


def clock_of(conference: Conference, moment: datetime) -> str:
    return date_format(conference.local(moment), "H:i")


@dataclass(frozen=True)
class Roster:
    """How many are on it and moderate, and by which channel how many get their codes.

    And by name who can get none, and whose codes all prove less than is asked for.
    """

    invited: int
    moderators: int
    channels: dict[str, int]
    without: list[str]
    too_weak: list[str]

    @classmethod
    def of(cls, conference: Conference) -> Roster:
        """Three queries at most, however long it is."""
        working = Contact.objects.filter(participant=OuterRef("participant")).exclude(CANNOT_WORK)
        enough = working.proving(conference.least_grade).order_by("position", "pk")
        rows = conference.invitations.annotate(way=Subquery(enough.values("channel")[:1]), is_reached=Exists(working))
        counted = rows.order_by("way").values_list("way", "role").annotate(n=Count("pk"))
        channels: Counter[str] = Counter()
        for way, _role, n in counted:
            channels[way or ""] += n
        kept_out = rows.filter(way=None) if channels.pop("", 0) else rows.none()
        return cls(
            invited=sum(n for _way, _role, n in counted),
            moderators=sum(n for _way, role, n in counted if role == Invitation.Role.MODERATOR),
            channels=channels,
            without=names_on(kept_out.filter(is_reached=False)),
            too_weak=names_on(kept_out.filter(is_reached=True)),
        )


def names_on(rows: QuerySet[Invitation]) -> list[str]:
    return list(rows.order_by("pk").values_list("participant__name", flat=True))


def sentences(conference: Conference, date: Occurrence, roster: Roster) -> list[str]:
    """What the line will do on this date, as its fields say."""
    if conference.status == Conference.Status.DRAFT:
        return [_("Nothing yet: this is a draft. Nobody is let in until its status is “scheduled”.")]
    if conference.status == Conference.Status.CANCELLED or date.cancelled:
        return [_("Nothing: it is cancelled. Callers are not let in.")]
    opening = (
        _("The doors open at %(opens)s, and are not closed again.")
        if conference.always_open
        else _("The doors open at %(opens)s.")
    )
    return [
        opening % {"opens": clock_of(conference, date.opens_at)},
        *_early_doors(conference, date),
        ending(conference, date),
        *([_("It is locked: nobody new is let in.")] if date.locked else []),
        *_door(conference),
        *_own_words(conference),
        _beginning(conference, roster.moderators),
        _("When a moderator leaves, the room ends for everyone.")
        if conference.moderator_exit == Conference.ModeratorExit.ENDS
        else _("When a moderator leaves, the room goes on."),
        ngettext(
            "There are %(seats)s seats for %(invited)s person on the roster; one seat is kept for a moderator.",
            "There are %(seats)s seats for %(invited)s people on the roster; one seat is kept for a moderator.",
            roster.invited,
        )
        % {"seats": conference.seats, "invited": roster.invited},
        *_codes(conference, roster),
    ]


def ending(conference: Conference, date: Occurrence) -> str:
    """What happens when this date is over."""
    clocks = {"closes": clock_of(conference, date.closes_at), "ends": clock_of(conference, date.overtime_until)}
    last = _("Nobody new is let in after %(closes)s; who is in may stay until %(ends)s, when the room ends.")
    at_once = _("At %(ends)s the room ends, and nobody new is let in.")
    if conference.always_open:
        last = _(
            "At %(closes)s a new day begins, and whoever calls comes into its room; "
            "who is in may stay until %(ends)s, when the room of the day before ends."
        )
        at_once = _("At %(ends)s a new day begins: its room ends, and whoever calls again comes into the new one.")
    said = (last if date.overtime_until > date.closes_at else at_once) % clocks
    minutes = conference.warn_before
    if not minutes:
        return said + " " + _("Nobody is told before.")
    warned = ngettext(
        "A minute before, everybody in the room hears so.",
        "%(n)s minutes before, everybody in the room hears so.",
        minutes,
    )
    return f"{said} {warned % {'n': minutes}}"


def _early_doors(conference: Conference, date: Occurrence) -> list[str]:
    if date.moderators_open_at == date.opens_at:
        return []
    return [_("For moderators they open at %(opens)s.") % {"opens": clock_of(conference, date.moderators_open_at)}]


def _door(conference: Conference) -> list[str]:
    """What lets a caller in, beyond a code."""
    said = []
    if conference.admission == Policy.PASSCODE:
        said.append(
            _("Whoever keys the conference number %(number)s and the passcode gets in: NOBODY'S IDENTITY IS CHECKED.")
            % {"number": conference.number}
        )
    if conference.admission == Policy.CODE_AND_PASSCODE:
        said.append(_("After the code callers are asked for the passcode."))
    if conference.asks_passcode and not Passcode.objects.filter(conference=conference).exists():
        said.append(_("No passcode has been made: nobody gets in who is asked for it."))
    if conference.least_grade:
        said.append(_("Callers need at least: %(proof)s.") % {"proof": conference.get_least_grade_display()})
    if conference.checks_numbers:
        said += [str(sentence) for doubt, sentence in NO_CODE.items() if doubt.heeded]
    if conference.comes_back:
        said.append(_("Whoever drops out is back in without a second code, from the same line, for some minutes."))
    return said


def _own_words(conference: Conference) -> list[str]:
    said = [
        (_("Each person who is let in hears once: “%(words)s”"), conference.privacy_notice),
        (_("Whoever is let in hears: “%(words)s”"), conference.greeting),
    ]
    return [sentence % {"words": words} for sentence, words in said if words]


def _beginning(conference: Conference, moderators: int) -> str:
    if conference.starts_with == Conference.StartsWith.ANYONE:
        return _("The room starts as soon as the first person is in.")
    if not moderators:
        return _("The room starts with a moderator, but nobody on the roster moderates: it would never start.")
    if conference.waiting_music == Conference.WaitingMusic.MUSIC:
        return _("The room starts when the first moderator is in. Until then people wait with music.")
    return _("The room starts when the first moderator is in. Until then people wait in silence.")


def _codes(conference: Conference, roster: Roster) -> list[str]:
    said = [
        ngettext("%(n)s person gets the code by %(channel)s.", "%(n)s people get the code by %(channel)s.", n)
        % {"n": n, "channel": Contact.Channel(channel).label}
        for channel, n in roster.channels.items()
    ]
    kept_out = (
        (_("No code can reach %(names)s: they cannot get in."), roster.without),
        (_("No contact of %(names)s proves as much as callers need: they cannot get in."), roster.too_weak),
    )
    said += [sentence % {"names": enumerated(names)} for sentence, names in kept_out if names]
    if not roster.invited and conference.admission != Policy.PASSCODE:
        said.append(_("Nobody is on the roster yet, so nobody gets in."))
    return said


def enumerated(names: list[str]) -> str:
    more = len(names) - NAMED_MOST
    return ", ".join(names[:NAMED_MOST]) + (_(" and %(n)s more") % {"n": more} if more > 0 else "")


def as_list(lines: list[str]) -> SafeString:
    return format_html('<ul class="plan">{}</ul>', format_html_join("", "<li>{}</li>", ((line,) for line in lines)))
