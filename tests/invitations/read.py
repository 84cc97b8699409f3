"""A calendar file, read by another library than the one that wrote it: vobject, and dateutil for rules and zones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from io import StringIO
from zoneinfo import ZoneInfo

import vobject
from dateutil import rrule
from dateutil.tz import tzical

Moments = list[tuple[datetime, datetime]]


def read(text: str) -> vobject.base.Component:
    """Raises where the file is not what RFC 5545 says."""
    calendar = vobject.readOne(text)
    calendar.validate(raiseException=True)
    return calendar


def moments(text: str, until: datetime, zone: ZoneInfo) -> Moments:
    """Starts and ends, in UTC, of all that a calendar computes from the file up to this moment (aware).

    By the file's own VTIMEZONE, but for times that the clocks of the zone skip: RFC 5545 (3.3.5) reads them by the
    clocks before, and dateutil does not.
    """
    events = read(text).vevent_list
    [master] = [each for each in events if not hasattr(each, "recurrence_id")]
    if not hasattr(master, "rrule"):
        return [(utc(master.dtstart), utc(master.dtend))]
    found: dict[datetime, tuple[datetime, datetime]] = {}
    of_file = zone_of(text)
    length = utc(master.dtend) - utc(master.dtstart)
    for wall_time in planned(master, until, of_file, zone):
        starts_at = of_wall(wall_time, of_file, zone)
        found[wall_time] = starts_at, starts_at + length
    for each in events:
        if hasattr(each, "recurrence_id"):
            instead_of = each.recurrence_id.value.replace(tzinfo=None)
            assert instead_of in found, f"{instead_of} is no date of the series"
            found[instead_of] = utc(each.dtstart), utc(each.dtend)
    return sorted(found.values())


def zone_of(text: str) -> tzinfo:
    """By the VTIMEZONE: dateutil's reader, since vobject forgets most of its dates."""
    lines = lines_of(text)
    part = lines[lines.index("BEGIN:VTIMEZONE") : lines.index("END:VTIMEZONE") + 1]
    zone = tzical(StringIO("\n".join(part))).get()
    assert zone is not None
    return zone


def planned(master: vobject.base.Component, until: datetime, of_file: tzinfo, zone: ZoneInfo) -> Iterator[datetime]:
    """The times on the wall (naive) of the series, with those besides and without those that are left out."""
    parts = dict(part.split("=") for part in master.rrule.value.split(";"))
    ends = parts.pop("UNTIL", "")
    last = datetime.strptime(ends, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if ends else until
    of_rule = set()
    first = master.dtstart.value.replace(tzinfo=None)
    for each in rrule.rrulestr(";".join(f"{name}={value}" for name, value in parts.items()), dtstart=first):
        if of_wall(each, of_file, zone) > min(last, until):
            break
        of_rule.add(each)
    besides = {each for each in walls(master, "rdate_list") if of_wall(each, of_file, zone) <= until}
    yield from sorted((of_rule | besides) - walls(master, "exdate_list"))


def walls(event: vobject.base.Component, name: str) -> set[datetime]:
    return {each.replace(tzinfo=None) for line in getattr(event, name, []) for each in line.value}


def utc(line: vobject.base.ContentLine) -> datetime:
    return line.value.astimezone(UTC)


def of_wall(wall_time: datetime, of_file: tzinfo, zone: ZoneInfo) -> datetime:
    before = wall_time.replace(tzinfo=zone).astimezone(UTC)
    is_skipped = before.astimezone(zone).replace(tzinfo=None) != wall_time
    return before if is_skipped else wall_time.replace(tzinfo=of_file).astimezone(UTC)


def lines_of(text: str) -> list[str]:
    """Unfolded. RFC 5545, 3.1"""
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def first_of(text: str, name: str) -> str:
    """The value of the first property of this name in the event, with its parameters."""
    lines = lines_of(text)
    event = lines[lines.index("BEGIN:VEVENT") :]
    return next(line[len(name) :].lstrip(":;") for line in event if line.startswith((f"{name}:", f"{name};")))
