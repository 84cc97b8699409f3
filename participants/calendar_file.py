"""A conference as an entry in somebody's calendar: RFC 5545, sent by mail as RFC 5546 and RFC 6047 have it.

Outlook, Google and Apple know the entry again by its UID, and put the one with the higher SEQUENCE in its place. A
series is written by the clocks of its own zone, so that daylight saving moves it; whatever stands alone, in UTC.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from itertools import takewhile
from uuid import uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, vCalAddress, vRecur, vText

from participants import schedule
from participants.calendar_zone import zone_in_calendar
from participants.facts import exceptions
from participants.models import CalendarEntry, Conference, Occurrence, Participant
from participants.recurrence import Rule

REQUEST, CANCEL = "REQUEST", "CANCEL"
PRODUCT = "-//Conferenceline//EN"
LIST_OF_DAYS = re.compile("BYMONTHDAY=28,.*;BYSETPOS=-1")
ENDLESS = 10  # years of an endless series for which the file knows when clocks change; every update has ten more


class CalendarFile:
    """What is the same in everybody's, asked for once. What is always open has no place in a calendar: see `exists`.

    Args:
        method: REQUEST, for the entry as it stands, or CANCEL.
    """

    def __init__(self, entry: CalendarEntry, method: str) -> None:
        conference = entry.conference
        self.conference, self.method, self.exists = conference, method, not conference.always_open
        self.zone = _zone_of(conference) if self.exists and conference.rule and method == REQUEST else None
        self.events = _events(conference) if self.exists and method == REQUEST else [_alone(conference)]
        for event in self.events:
            event.add("dtstamp", timezone.now())
            event.add("sequence", entry.sequence)
            event.add("organizer", organizer(conference))
            event.add("summary", conference.title)
            event.add("status", "CONFIRMED" if method == REQUEST else "CANCELLED")

    def text(self, person: Participant, *, address: str, place: str, description: str) -> str:
        """The file for one person, who is the only one that it names; "" where it does not exist.

        Args:
            person, address: whose calendar it is for, and their mailbox.
            place: the number to dial. description: how to get in.
        """
        if not self.exists:
            return ""
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", self.method)
        if self.zone:
            calendar.add_component(self.zone)
        for event in deepcopy(self.events):
            event.add("uid", uid_of(self.conference, person))
            event.add("attendee", attendee(person.name, address))
            if self.method == REQUEST:
                event.add("location", place)
                event.add("description", description)
            calendar.add_component(event)
        return calendar.to_ical().decode()


def attendee(name: str, address: str) -> vCalAddress:
    who = vCalAddress(f"mailto:{address}")
    who.params["CN"] = vText(name)
    who.params["ROLE"] = vText("REQ-PARTICIPANT")
    who.params["PARTSTAT"] = vText("NEEDS-ACTION")
    who.params["RSVP"] = vText("FALSE")  # nobody reads the answer
    return who


def uid_of(conference: Conference, person: Participant) -> str:
    """The same for ever, and nobody else's: two who share a mailbox have an entry each, with its own roster number, and
    that of one can go. No name of a host is in it, since that may change. RFC 7986, 5.3
    """
    return str(uuid5(conference.uuid, str(person.uuid)))


def organizer(conference: Conference) -> vCalAddress:
    """The address that the mail is from: calendars take changes from no other."""
    who = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    who.params["CN"] = vText(conference.team.name)
    return who


def _events(conference: Conference) -> list[Event]:
    """One, or the series with each date that is not as the series has it."""
    if conference.rule is None:
        return [_alone(conference)]
    zone, rule, length = conference.time_zone, conference.rule, timedelta(minutes=conference.duration)
    first = next(rule.dates(schedule.wall_start(conference)))
    changed = exceptions(conference)
    instead, never_held = _held_otherwise(conference, rule, first)
    series = Event()
    series.add("dtstart", first.replace(tzinfo=zone))
    series.add("dtend", (first.replace(tzinfo=zone).astimezone(UTC) + length).astimezone(zone))
    plain, february = without_list_of_days(rule, first)
    series.add("rrule", vRecur.from_ical(rule_in_utc(plain, zone)))
    moved = {row: _planned(row, zone) for row in changed if not row.cancelled} | instead
    if off := [*(_planned(row, zone) for row in changed if row.cancelled), *never_held]:
        series.add("exdate", off)
    besides = [planned for planned in moved.values() if not _has(rule, first, planned)]
    if besides := [*besides, *(each.replace(tzinfo=zone) for each in february)]:
        series.add("rdate", besides)
    return [series, *(_moved(row, planned) for row, planned in moved.items())]


def _held_otherwise(
    conference: Conference, rule: Rule, first: datetime
) -> tuple[dict[Occurrence, datetime], list[datetime]]:
    """What was held, or has begun, at times that the series has no more: it keeps them when the series is changed.

    Each with the time of the series in whose place it is, where there is one; and the times of the series that were
    never held, for they are over and were none of it then. Before the first date that is stored nothing is known.
    """
    zone, now = conference.time_zone, timezone.now()
    rows = list(conference.occurrences.order_by("starts_at", "pk"))
    begun = [row for row in rows if row.moderators_open_at <= now]
    if not begun:
        return {}, []
    known = {_planned(row, zone) for row in rows}
    earliest = min(known).date()
    latest = max(conference.local(now), *(_planned(row, zone).replace(hour=23, minute=59) for row in begun))
    due = takewhile(lambda each: each <= latest.replace(tzinfo=None), rule.dates(first))
    all_due = [each.replace(tzinfo=zone) for each in due if each.date() >= earliest]
    free = [each for each in all_due if each not in known]
    stays = [row for row in begun if not row.cancelled and _planned(row, zone) not in all_due]
    instead = {row: free.pop(0) if free else _planned(row, zone) for row in stays}
    return instead, free


def _alone(conference: Conference) -> Event:
    event = Event()
    only = None if conference.rule else conference.occurrences.order_by("starts_at").last()
    starts_at = only.starts_at if only else conference.starts_at
    ends_at = only.closes_at if only else starts_at + timedelta(minutes=conference.duration)
    event.add("dtstart", starts_at.astimezone(UTC))
    event.add("dtend", ends_at.astimezone(UTC))
    return event


def _moved(row: Occurrence, planned: datetime) -> Event:
    event = Event()
    event.add("recurrence-id", planned)
    event.add("dtstart", row.starts_at.astimezone(UTC))
    event.add("dtend", row.closes_at.astimezone(UTC))
    return event


def _planned(row: Occurrence, zone: ZoneInfo) -> datetime:
    """When the series has it."""
    return datetime.strptime(row.recurrence_id, schedule.RECURRENCE_ID).replace(tzinfo=zone)


def _has(rule: Rule, first: datetime, planned: datetime) -> bool:
    wall_time = planned.replace(tzinfo=None)
    for each in rule.dates(first):
        if each >= wall_time:
            return each == wall_time
    return False


def without_list_of_days(rule: Rule, first: datetime) -> tuple[Rule, list[datetime]]:
    """For "the 30th, or the last of a shorter month": the same, to be written as the 30th, and besides each date of it
    at the end of a February; of a series without end those of the years to come.

    Thunderbird takes a list of days for so many dates (kewisch/ical.js #960), Outlook takes none, and has a 30th of its
    own, which is the last of February.
    """
    if not rule.has_list_of_days:
        return rule, []
    if rule.count:  # those of February would not be counted
        rule = replace(rule, count=None, until=list(rule.dates(first))[-1].date())
    last = max(first.year, timezone.now().year) + ENDLESS
    to_come = takewhile(lambda each: each.year <= last, rule.dates(first))
    return rule, [each for each in to_come if each.day != rule.month_day]


def rule_in_utc(rule: Rule, zone: ZoneInfo) -> str:
    """The rule as a calendar reads it: where a zone is named, RFC 5545 (3.3.10) wants the end in UTC."""
    text, marker, until = rule.text().partition(";UNTIL=")
    if rule.has_list_of_days:
        text = LIST_OF_DAYS.sub(f"BYMONTHDAY={rule.month_day}", text)
    if not marker:
        return text
    last = datetime.strptime(until, schedule.RECURRENCE_ID).replace(tzinfo=zone)
    return f"{text};UNTIL={last.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _zone_of(conference: Conference) -> Timezone:
    first = conference.local(conference.starts_at).year
    rule = conference.rule
    last = rule.until.year if rule and rule.until else max(first, timezone.now().year) + ENDLESS
    return zone_in_calendar(conference.time_zone.key, first - 1, last + 1)
