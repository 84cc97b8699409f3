"""The zone in a calendar file: right by another library's reading, and of a shape that Outlook takes."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical

from participants.calendar_zone import zone_in_calendar

BY_RULE = {
    "America/New_York": ("2SU;BYMONTH=3", "1SU;BYMONTH=11"),
    "Europe/Berlin": ("-1SU;BYMONTH=3", "-1SU;BYMONTH=10"),
    "Europe/Dublin": ("-1SU;BYMONTH=3", "-1SU;BYMONTH=10"),  # whose summer time is its standard one
    "Australia/Sydney": ("1SU;BYMONTH=10", "1SU;BYMONTH=4"),  # in the south
    "Australia/Lord_Howe": ("1SU;BYMONTH=10", "1SU;BYMONTH=4"),  # half an hour
}
BY_DATES = {  # by rules that no calendar takes: the Sunday from the 2nd on, the Friday before a last Sunday
    "America/Santiago": ("1SU;BYMONTH=9", "1SU;BYMONTH=4"),
    "Asia/Jerusalem": ("4FR;BYMONTH=3", "-1SU;BYMONTH=10"),
    "Africa/Cairo": ("-1FR;BYMONTH=4", "-1FR;BYMONTH=10"),
}
BY_THE_MOON = "Africa/Casablanca"  # Ramadan
WITHOUT = ("Asia/Kolkata", "America/Phoenix", "UTC")


def parts(zone: str) -> list[dict[str, str]]:
    """Each STANDARD and DAYLIGHT, with its kind."""
    found = []
    for line in zone_in_calendar(zone, 2026, 2038).to_ical().decode().replace("\r\n ", "").split("\r\n"):
        name, _, value = line.partition(":")
        if (name, value) in (("BEGIN", "STANDARD"), ("BEGIN", "DAYLIGHT")):
            found.append({"kind": value})
        elif found and name not in ("BEGIN", "END"):
            found[-1][name] = value
    return found


@pytest.mark.parametrize(("zone", "rules"), BY_RULE.items())
def test_outlook_finds_one_yearly_rule_each_way_and_no_lists(zone, rules):
    """[MS-OXCICAL] 2.1.3.1.1.19.2.2: yearly, and a single BYDAY."""
    both = {part["kind"]: part for part in parts(zone)}

    assert len(parts(zone)) == 2
    assert (both["DAYLIGHT"]["RRULE"], both["STANDARD"]["RRULE"]) == tuple(
        f"FREQ=YEARLY;BYDAY={each}" for each in rules
    )
    assert all("RDATE" not in part for part in both.values())


def test_clocks_change_by_the_clocks_before():
    """RFC 5545, section 3.6.5: at 2 both ways in New York, though in spring there is no 2 o'clock."""
    assert [part["DTSTART"] for part in parts("America/New_York")] == ["20260308T020000", "20261101T020000"]


@pytest.mark.parametrize(("zone", "rules"), BY_DATES.items())
def test_what_no_rule_says_stands_by_its_dates_and_last_by_the_rule_that_is_nearest(zone, rules):
    """Of several Outlook takes the one that begins last. [MS-OXCICAL] 2.1.3.1.1.19.2"""
    for kind, rule in zip(("DAYLIGHT", "STANDARD"), rules, strict=True):
        last = max((part for part in parts(zone) if part["kind"] == kind), key=lambda part: part["DTSTART"])
        assert last["RRULE"] == f"FREQ=YEARLY;BYDAY={rule}"


@pytest.mark.parametrize("zone", WITHOUT)
def test_a_zone_without_summer_time_has_one_part(zone):
    [only] = parts(zone)

    assert only["kind"] == "STANDARD"
    assert only["TZOFFSETFROM"] == only["TZOFFSETTO"]


@pytest.mark.parametrize("zone", [*BY_RULE, *BY_DATES, BY_THE_MOON, *WITHOUT])
def test_every_hour_of_thirteen_years_is_the_right_one(zone):
    text = zone_in_calendar(zone, 2026, 2038).to_ical().decode()
    read = tzical(StringIO(text)).get()
    ours = ZoneInfo(zone)
    moment, wrong = datetime(2027, 1, 1, tzinfo=UTC), []
    while moment.year < 2039:
        wall_time = moment.astimezone(ours)
        unambiguous = wall_time.utcoffset() == wall_time.replace(fold=1).utcoffset()  # dateutil's second reading
        if unambiguous and wall_time.replace(tzinfo=read).utcoffset() != wall_time.utcoffset():
            wrong.append(wall_time)
        moment += timedelta(hours=5, minutes=30)

    assert wrong == []


def test_the_days_on_which_clocks_change_are_looked_at_closely():
    read = tzical(StringIO(zone_in_calendar("Europe/Berlin", 2026, 2038).to_ical().decode())).get()
    begin = datetime(2030, 3, 30, 22, tzinfo=UTC)
    hours = [begin + timedelta(minutes=30 * n) for n in range(12)]
    offsets = [hour.astimezone(ZoneInfo("Europe/Berlin")).replace(tzinfo=read).utcoffset() for hour in hours]

    assert [hour for hour, (one, other) in zip(hours[1:], pairwise(offsets), strict=True) if one != other] == [
        datetime(2030, 3, 31, 1, tzinfo=UTC)
    ]
