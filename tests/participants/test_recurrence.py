"""How a conference repeats: the rule, its dates through daylight saving, and the stored dates that follow."""

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil import rrule, tz
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from participants import schedule
from participants.models import Conference, Occurrence
from participants.recurrence import BY_DATE, BY_WEEKDAY, DAILY, WEEKLY, Rule
from tests import cast

ZONES = ("America/New_York", "Europe/Berlin", "Australia/Sydney", "America/Santiago", "Asia/Tokyo", "UTC")
TUESDAY = datetime(2040, 1, 3, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)

rules = st.builds(
    Rule,
    kind=st.sampled_from([DAILY, WEEKLY, BY_DATE, BY_WEEKDAY]),
    every=st.integers(1, 99),
    days=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
    week=st.sampled_from([1, 2, 3, 4, -1]),
    day=st.integers(0, 6),
    month_day=st.integers(1, 31),
    until=st.none() | st.dates(date(2026, 1, 1), date(2060, 1, 1)),
    count=st.none() | st.integers(1, 999),
)


@given(rules)
def test_what_is_written_is_read_again(rule):
    assert Rule.read(rule.text()).text() == rule.text()
    assert Rule.read(rule.text()).words() == rule.words()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=YEARLY",
        "FREQ=DAILY;INTERVAL=1",
        "FREQ=WEEKLY",
        "FREQ=WEEKLY;BYDAY=XX;WKST=MO",
        "FREQ=DAILY;COUNT=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=DAILY;UNTIL=20269999T235959",
        "FREQ=DAILY\nRDATE:20260101T000000",
    ],
)
def test_nothing_else_is_a_rule(text):
    with pytest.raises(ValidationError):
        Rule.read(text)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule(DAILY), "Every day"),
        (Rule(DAILY, every=3, count=1), "Every 3 days, 1 time"),
        (Rule(WEEKLY, days=(1,)), "Every week on Tuesday"),
        (Rule(WEEKLY, every=2, days=(4, 0)), "Every 2 weeks on Monday and Friday"),
        (Rule(BY_WEEKDAY, week=2, day=1), "Every month on the second Tuesday"),
        (Rule(BY_WEEKDAY, every=3, week=-1, day=4), "Every 3 months on the last Friday"),
        (Rule(BY_DATE, month_day=5, until=date(2027, 12, 31)), "Every month on day 5, until 31 Dec 2027"),
        (Rule(BY_DATE, month_day=28), "Every month on day 28"),
        (Rule(BY_DATE, month_day=29), "Every month on day 29 (the last day where a month is shorter)"),
        (Rule(BY_DATE, month_day=30), "Every month on day 30 (the last day where a month is shorter)"),
        (Rule(BY_DATE, month_day=31), "Every month on the last day"),
    ],
)
def test_it_is_said_in_words(rule, words):
    assert rule.words() == words


def days_of(rule: Rule, start: datetime, n: int = 4) -> list[str]:
    return [f"{each:%m-%d}" for each in islice(rule.dates(start), n)]


def test_the_31st_is_the_last_day_where_a_month_is_shorter():
    assert days_of(Rule(BY_DATE, month_day=31), datetime(2027, 1, 31, 9)) == ["01-31", "02-28", "03-31", "04-30"]
    assert days_of(Rule(BY_DATE, month_day=30), datetime(2028, 1, 30, 9)) == ["01-30", "02-29", "03-30", "04-30"]
    assert days_of(Rule(BY_DATE, month_day=29), datetime(2027, 1, 29, 9)) == ["01-29", "02-28", "03-29", "04-29"]


def test_the_first_date_is_in_the_week_that_follows_however_seldom_it_repeats():
    assert Rule(WEEKLY, every=3, days=(0,), until=date(2027, 1, 1)).first(datetime(2027, 1, 12, 9)) == datetime(
        2027, 1, 18, 9
    )


def test_a_first_date_at_the_second_of_two_times_that_clocks_show_stays_there():
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)  # 01:30 EST, an hour after 01:30 EDT
    series = Conference(
        title="Series", starts_at=second, time_zone=ZoneInfo("America/New_York"), recurrence=Rule(DAILY).text()
    )
    assert [moment for _wall, moment in islice(schedule.starts(series, second), 2)] == [
        second,
        second + timedelta(days=1),
    ]


def test_by_weekday_second_tuesday_and_last_friday():
    assert days_of(Rule(BY_WEEKDAY, week=2, day=1), datetime(2027, 1, 12, 9)) == ["01-12", "02-09", "03-09", "04-13"]
    assert days_of(Rule(BY_WEEKDAY, week=-1, day=4), datetime(2027, 1, 29, 9)) == ["01-29", "02-26", "03-26", "04-30"]


starts = st.datetimes(datetime(2026, 1, 1), datetime(2036, 1, 1)).map(lambda at: at.replace(microsecond=0))


def conference_of(rule: Rule, start: datetime, zone: str) -> Conference:
    first = schedule.on_the_wall(rule.first(start), ZoneInfo(zone))
    return Conference(title="Series", starts_at=first, time_zone=ZoneInfo(zone), recurrence=rule.text())


@given(rules, starts, st.sampled_from(ZONES))
def test_each_date_is_at_the_time_on_the_wall_that_dateutil_says(rule, start, zone):
    """dateutil's own zone, and its own repair of times that do not exist (resolve_imaginary, as RFC 5545 has it)."""
    conference = conference_of(rule, start, zone)
    first = schedule.wall_start(conference)
    expected = rrule.rrulestr(conference.recurrence, dtstart=first)
    dates = list(islice(schedule.starts(conference, conference.starts_at), 60))

    assert [wall for wall, _moment in dates] == list(islice(expected, 60))
    for wall, moment in dates:
        if wall.year > 2036:  # dateutil reads no further in the files of the zones
            break
        assert moment == tz.resolve_imaginary(wall.replace(tzinfo=tz.gettz(zone))).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "start", "rule", "moments"),
    [
        ("America/New_York", "2026-03-07 09:00", Rule(DAILY), ["07 14:00", "08 13:00", "09 13:00"]),
        ("America/New_York", "2026-03-07 02:30", Rule(DAILY), ["07 07:30", "08 07:30", "09 06:30"]),
        ("America/New_York", "2026-10-31 01:30", Rule(DAILY), ["31 05:30", "01 05:30", "02 06:30"]),
        ("Europe/Berlin", "2026-03-28 02:30", Rule(DAILY), ["28 01:30", "29 01:30", "30 00:30"]),
        ("Europe/Berlin", "2026-10-18 09:00", Rule(WEEKLY, days=(6,)), ["18 07:00", "25 08:00", "01 08:00"]),
        ("Australia/Sydney", "2026-10-03 09:00", Rule(DAILY), ["02 23:00", "03 22:00", "04 22:00"]),
        ("Australia/Sydney", "2027-04-03 09:00", Rule(DAILY), ["02 22:00", "03 23:00", "04 23:00"]),
        ("America/Santiago", "2026-09-05 00:30", Rule(DAILY), ["05 04:30", "06 04:30", "07 03:30"]),
        ("Asia/Tokyo", "2026-03-07 09:00", Rule(DAILY), ["07 00:00", "08 00:00", "09 00:00"]),
    ],
)
def test_the_time_on_the_wall_stays_when_clocks_change(zone, start, rule, moments):
    conference = conference_of(rule, datetime.fromisoformat(start), zone)
    dates = islice(schedule.starts(conference, conference.starts_at), 3)
    assert [f"{moment:%d %H:%M}" for _wall, moment in dates] == moments


@pytest.mark.django_db
class TestStored:
    """The rows, and what becomes of them."""

    @pytest.fixture(autouse=True)
    def clock(self):
        with time_machine.travel(TUESDAY - timedelta(days=1), tick=False) as clock:
            yield clock

    @pytest.fixture
    def weekly(self, harbour) -> Conference:
        """Twenty Tuesdays."""
        return cast.conference(harbour, "Crew", TUESDAY, recurrence=Rule(WEEKLY, days=(1,), count=20).text())

    def rows(self, conference: Conference) -> list[Occurrence]:
        return list(conference.occurrences.all())

    def test_what_was_held_once_keeps_its_date_whatever_time_is_given_to_it(self, harbour):
        held = TUESDAY - 3 * WEEK
        conference = cast.conference(harbour, "Once", held)
        for starts_at, dates in ((held + WEEK, [held]), (TUESDAY + WEEK, [held, TUESDAY + WEEK])):
            conference.starts_at = starts_at
            conference.save()
            assert list(conference.occurrences.values_list("starts_at", flat=True)) == dates

    def test_they_are_stored_as_far_as_the_settings_say(self, harbour, weekly, settings):
        settings.DATES_AHEAD, settings.DATES_MOST = timedelta(days=30), 10
        daily = cast.conference(harbour, "Daily", TUESDAY, recurrence=Rule(DAILY).text())
        biweekly = cast.conference(harbour, "Rare", TUESDAY + 52 * WEEK, recurrence=Rule(DAILY, every=99).text())

        assert [row.starts_at for row in self.rows(weekly)] == [TUESDAY + n * WEEK for n in range(20)]
        assert len(self.rows(daily)) == 10
        assert [row.starts_at for row in self.rows(biweekly)] == [TUESDAY + 52 * WEEK]

    def test_the_nightly_command_goes_on_and_twice_does_nothing(self, harbour, settings, clock):
        settings.DATES_AHEAD = timedelta(days=30)
        daily = cast.conference(harbour, "Daily", TUESDAY, recurrence=Rule(DAILY).text())
        before = {row.pk: row.uuid for row in self.rows(daily)}
        told = StringIO()
        call_command("lay_out_dates", stdout=told)
        clock.move_to(TUESDAY + timedelta(days=3, hours=5))
        call_command("lay_out_dates", stdout=told)
        call_command("lay_out_dates", stdout=told)

        assert told.getvalue() == "New dates: 0.\nNew dates: 4.\nNew dates: 0.\n"
        assert {row.pk: row.uuid for row in self.rows(daily) if row.pk in before} == before
        assert len(self.rows(daily)) == len(before) + 4

    def test_another_time_of_day_keeps_every_date_its_room_and_what_was_cancelled(self, weekly):
        second = self.rows(weekly)[1]
        Occurrence.objects.filter(pk=second.pk).update(cancelled=True)
        before = [(row.uuid, row.starts_at) for row in self.rows(weekly)]
        weekly.starts_at += timedelta(hours=2)
        weekly.save()

        after = self.rows(weekly)
        assert [(row.uuid, row.starts_at) for row in after] == [
            (uuid, starts + timedelta(hours=2)) for uuid, starts in before
        ]
        assert [row.cancelled for row in after[:3]] == [False, True, False]

    def test_what_is_over_or_has_begun_stays_and_may_only_become_longer(self, weekly, clock):
        clock.move_to(TUESDAY + WEEK + timedelta(minutes=10))
        over, live, *_rest = before = self.rows(weekly)
        weekly.recurrence, weekly.duration = Rule(WEEKLY, days=(2,)).text(), 90
        weekly.starts_at += timedelta(days=1)
        weekly.save()

        after = self.rows(weekly)
        assert [(row.uuid, row.closes_at) for row in after[:2]] == [(row.uuid, row.closes_at) for row in (over, live)]
        assert {row.starts_at.weekday() for row in after[2:]} == {2}
        assert not {row.uuid for row in before[2:]} & {row.uuid for row in after[2:]}

        weekly.starts_at -= timedelta(days=1)
        weekly.recurrence = Rule(WEEKLY, days=(1,)).text()
        weekly.save()
        assert self.rows(weekly)[1].closes_at == TUESDAY + WEEK + timedelta(minutes=90)

    def test_a_date_with_times_of_its_own_stays_and_a_cancelled_one_is_told_before_it_goes(self, weekly):
        moved, cancelled = self.rows(weekly)[1:3]
        own = {name: getattr(moved, name) + timedelta(hours=3) for name in schedule.TIMES}
        Occurrence.objects.filter(pk=moved.pk).update(own_times=True, **own)
        Occurrence.objects.filter(pk=cancelled.pk).update(cancelled=True)
        weekly.duration = 30
        weekly.save()
        assert Occurrence.objects.get(pk=moved.pk).starts_at == TUESDAY + WEEK + timedelta(hours=3)

        weekly.starts_at += timedelta(days=1)
        weekly.recurrence = Rule(WEEKLY, days=(2,), count=20).text()
        told = schedule.plan(weekly, timezone.now())
        assert (told.stray, told.lost) == ([moved], [cancelled])
        assert Occurrence.objects.filter(pk=cancelled.pk).exists()
        weekly.save()

        assert Occurrence.objects.get(pk=moved.pk).starts_at == TUESDAY + WEEK + timedelta(hours=3)
        assert not Occurrence.objects.filter(pk=cancelled.pk).exists()
        assert len(self.rows(weekly)) == 21

    def test_a_date_moved_to_before_its_time_is_not_held_twice(self, weekly, clock):
        moved = self.rows(weekly)[1]
        own = {name: getattr(moved, name) - timedelta(days=2) for name in schedule.TIMES}
        Occurrence.objects.filter(pk=moved.pk).update(own_times=True, **own)
        clock.move_to(TUESDAY + WEEK - timedelta(days=1))
        weekly.save()

        assert len(self.rows(weekly)) == 20

    @pytest.mark.parametrize("zone", ZONES)
    def test_what_is_always_open_has_a_day_after_the_other_without_a_gap(self, harbour, zone):
        start = schedule.on_the_wall(datetime(2040, 1, 2, 4, 0), ZoneInfo(zone))
        lobby = cast.conference(harbour, "Lobby", start, time_zone=zone, always_open=True)

        days = self.rows(lobby)
        assert len(days) > 390
        assert all(one.closes_at == next_.moderators_open_at for one, next_ in pairwise(days))
        assert {f"{lobby.local(day.starts_at):%H:%M}" for day in days} == {"04:00"}
        assert lobby.repeats == "Always open: a new day begins at 04:00"
