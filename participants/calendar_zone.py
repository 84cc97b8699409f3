"""When the clocks of a zone change, as a calendar reads it: VTIMEZONE of RFC 5545 (3.6.5).

Google and Apple know a zone by its name. Outlook goes by what stands here, and wants one STANDARD and one DAYLIGHT,
each with a yearly rule: with a list of dates it is an hour off for half the year. [MS-OXCICAL] 2.1.3.1.1.19,
github.com/iCalcreator/iCalcreator/issues/86
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from dateutil import rrule
from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LEAST = 10  # years to look at: in fewer a last Sunday may always be a fourth one


@dataclass(frozen=True)
class Shift:
    """From which distance from UTC to which, and what the time is called then."""

    before: timedelta
    after: timedelta
    name: str


@dataclass(frozen=True)
class Yearly:
    """As in the second (2) or last (-1) Sunday (6) of March (3)."""

    month: int
    week: int
    weekday: int

    @property
    def parts(self) -> dict[str, object]:
        return {"freq": "YEARLY", "bymonth": self.month, "byday": f"{self.week}{DAYS[self.weekday]}"}

    def in_year(self, like: datetime) -> datetime:
        """The day of it in this year, at this time of day."""
        day = rrule.weekday(self.weekday, self.week)
        start = like.replace(month=1, day=1)
        return rrule.rrule(rrule.YEARLY, dtstart=start, bymonth=self.month, byweekday=day)[0]


@cache
def zone_in_calendar(key: str, first: int, last: int) -> Timezone:
    """The zone, from this year to that one at least. Not to be changed: it is kept."""
    zone, last = ZoneInfo(key), max(last, first + LEAST)
    made = Timezone()
    made.add("tzid", key)
    found = changes(zone, first, last)
    if not any(at.year == first for at, _shift in found):
        begin = datetime(first, 1, 1, tzinfo=zone)
        as_it_is = begin.utcoffset() or timedelta()
        made.add_component(_part(begin.replace(tzinfo=None), Shift(as_it_is, as_it_is, begin.tzname() or key)))
    by_shift: dict[Shift, list[datetime]] = defaultdict(list)
    for at, shift in found:
        by_shift[shift].append(at)
    for shift, moments in by_shift.items():
        rule, exact = yearly(moments)
        one_a_year = [at.year for at in moments] == list(range(first, last + 1))
        if rule and exact and one_a_year:
            made.add_component(_part(moments[0], shift, rule))
            continue
        for at in moments:
            made.add_component(_part(at, shift))
        if rule and one_a_year:  # as near as a rule comes to it: for the years after, and for Outlook
            made.add_component(_part(rule.in_year(moments[-1].replace(day=1, year=last + 1)), shift, rule))
    return made


def changes(zone: ZoneInfo, first: int, last: int) -> list[tuple[datetime, Shift]]:
    """When clocks change in these years, by the clocks before (naive)."""
    return [found for day, after in pairwise(_days(first, last)) for found in _between(zone, day, after)]


def _days(first: int, last: int) -> Iterator[datetime]:
    begin = datetime(first, 1, 1, tzinfo=UTC)
    return (begin + timedelta(days=n) for n in range((datetime(last + 1, 1, 2, tzinfo=UTC) - begin).days))


def _between(zone: ZoneInfo, early: datetime, late: datetime) -> Iterator[tuple[datetime, Shift]]:
    before, after = _offset(zone, early), _offset(zone, late)
    if before == after:
        return
    while late - early > timedelta(minutes=1):  # no zone changes within a minute any more
        middle = early + (late - early) // 2
        early, late = (middle, late) if _offset(zone, middle) == before else (early, middle)
    late = late.replace(second=0, microsecond=0)
    yield (late + before).replace(tzinfo=None), Shift(before, after, late.astimezone(zone).tzname() or "")


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()


def yearly(moments: list[datetime]) -> tuple[Yearly | None, bool]:
    """The rule that most of these follow, and whether all do; None where fewer than half follow one."""
    fits: Counter[Yearly] = Counter()
    for at in moments:
        fits[Yearly(at.month, (at.day - 1) // 7 + 1, at.weekday())] += 1
        if at.day + 7 > monthrange(at.year, at.month)[1]:
            fits[Yearly(at.month, -1, at.weekday())] += 1
    [(rule, count)] = fits.most_common(1)
    same_time = len({at.time() for at in moments}) == 1
    return (rule, count == len(moments)) if same_time and 2 * count >= len(moments) else (None, False)


def _part(at: datetime, shift: Shift, rule: Yearly | None = None) -> TimezoneStandard | TimezoneDaylight:
    """DAYLIGHT is what puts clocks forward, also where the law calls summer time the standard, as in Ireland."""
    part = TimezoneDaylight() if shift.after > shift.before else TimezoneStandard()
    part.add("dtstart", at)
    part.add("tzname", shift.name)
    part.add("tzoffsetfrom", shift.before)
    part.add("tzoffsetto", shift.after)
    if rule:
        part.add("rrule", rule.parts)
    return part
