"""The calendar file, read back by other libraries, and held to RFC 5545, 5546 and 6047."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from time_machine import travel

from participants import schedule
from participants.calendar_file import CANCEL, REQUEST, CalendarFile
from participants.models import CalendarEntry, Conference, Participant
from participants.recurrence import BY_DATE, BY_WEEKDAY, DAILY, WEEKLY, Rule
from tests.invitations.read import first_of, lines_of, moments, read

pytestmark = pytest.mark.django_db

ZONES = (
    "America/New_York",
    "Europe/Dublin",  # whose summer time is its standard one
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # in the south
    "Asia/Kolkata",  # without
)


def file_of(conference: Conference, method: str = REQUEST, **words: str) -> str:
    entry = CalendarEntry.objects.note(conference)
    said = {"address": "ana@example.com", "place": "+1 202-555-0100", "description": "When: then"} | words
    return CalendarFile(entry, method).text(ana(said.pop("name", "Ana Bell")), **said)


def ana(name: str = "Ana") -> Participant:
    return Participant(name=name, uuid=UUID(int=7))


def dates_of(conference: Conference) -> list[tuple[datetime, datetime]]:
    rows = conference.occurrences.filter(cancelled=False).order_by("starts_at")
    return list(rows.values_list("starts_at", "closes_at"))


def test_what_rfc_5546_wants_of_a_request(budget, settings):
    text = file_of(budget)
    event = read(text).vevent

    assert lines_of(text)[:4] == ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Conferenceline//EN", "METHOD:REQUEST"]
    assert event.uid.value == str(UUID(event.uid.value))
    assert (event.sequence.value, event.status.value) == ("0", "CONFIRMED")
    assert event.organizer.value == "mailto:line@line.example.com"
    assert "line@line.example.com" in settings.DEFAULT_FROM_EMAIL
    assert event.organizer.params["CN"] == ["Harbour"]
    assert [each.value for each in event.attendee_list] == ["mailto:ana@example.com"]
    assert event.attendee.params == {
        "CN": ["Ana Bell"],
        "PARTSTAT": ["NEEDS-ACTION"],
        "ROLE": ["REQ-PARTICIPANT"],
        "RSVP": ["FALSE"],
    }
    assert (event.summary.value, event.location.value) == ("Budget", "+1 202-555-0100")
    assert (event.dtstart.value, event.dtend.value) == (budget.starts_at, budget.starts_at + timedelta(hours=1))
    assert timezone.now() - event.dtstamp.value < timedelta(minutes=1)


def test_what_rfc_5546_wants_of_a_cancellation(weekly):
    text = file_of(weekly)
    weekly.status = Conference.Status.CANCELLED
    weekly.save()

    called_off = file_of(weekly, CANCEL)
    event = read(called_off).vevent

    assert "METHOD:CANCEL" in lines_of(called_off)
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")
    assert first_of(called_off, "UID") == first_of(text, "UID")
    assert not hasattr(event, "rrule")


def test_the_entry_is_known_again_after_the_line_has_moved_to_another_address(budget, settings):
    text = file_of(budget)
    settings.PUBLIC_URL = "https://elsewhere.example.com"

    assert first_of(file_of(budget, CANCEL), "UID") == first_of(text, "UID")


def test_lines_are_folded_at_75_octets_and_end_as_they_must(budget):
    budget.title = "Jahresabschluß; Überblick, Aussprache – " + "日程" * 30
    text = file_of(budget, name='Ana "Bell", Ph.D.; BCC:x', description="one, two; three\\four\nfive")

    octets = text.encode()
    assert octets.count(b"\n") == octets.count(b"\r\n")
    assert octets.endswith(b"\r\n")
    assert max(len(line) for line in octets.split(b"\r\n")) <= 75
    event = read(text).vevent
    assert event.summary.value == budget.title
    assert event.description.value == "one, two; three\\four\nfive"
    assert len(event.attendee_list) == 1


def test_a_line_break_in_a_title_begins_no_property(budget):
    budget.title = "Budget\r\nATTENDEE:mailto:eve@example.com"
    text = file_of(budget, name="Ana\r\nMETHOD:CANCEL")

    assert next(line for line in lines_of(text) if line.startswith("ATTENDEE")).endswith("mailto:ana@example.com")
    assert sum(line.startswith(("ATTENDEE", "METHOD")) for line in lines_of(text)) == 2


def test_the_sequence_grows_when_the_plan_changes_and_stays_when_nothing_that_is_told_does(weekly):
    file_of(weekly)

    def sequence() -> int:
        return CalendarEntry.objects.note(Conference.objects.get(pk=weekly.pk)).sequence

    weekly.doors, weekly.seats = 5, 20
    weekly.save()
    assert sequence() == 0
    weekly.title = "Harbour"
    weekly.save()
    assert [sequence(), sequence()] == [1, 1]
    date = weekly.occurrences.all()[2]
    date.cancelled = True
    date.save()
    assert [sequence(), sequence()] == [2, 2]


def test_dates_that_were_moved_called_off_or_made_longer_are_so_in_the_calendar(weekly):
    first, second, third, fourth = weekly.occurrences.order_by("starts_at")[:4]
    second.cancelled = True
    second.save()
    for date, by, longer in ((third, timedelta(days=1, hours=3), 0), (fourth, timedelta(), 30)):
        for name in schedule.TIMES:
            setattr(date, name, getattr(date, name) + by)
        date.closes_at += timedelta(minutes=longer)
        date.overtime_until += timedelta(minutes=longer)
        date.own_times = True
        date.save()

    text = file_of(weekly)

    until = weekly.occurrences.order_by("starts_at").last().starts_at
    assert moments(text, until, weekly.time_zone) == dates_of(weekly)
    assert first_of(text, "EXDATE") == f"TZID=America/New_York:{second.recurrence_id}"
    assert text.count("RECURRENCE-ID;TZID=America/New_York:") == 2
    assert first.starts_at in [starts for starts, _ends in dates_of(weekly)]


def test_each_date_that_is_called_off_is_taken_out_where_the_series_has_it_and_no_other(weekly):
    dates = list(weekly.occurrences.order_by("starts_at")[:40])
    in_winter = next(date for date in dates if weekly.local(date.starts_at).utcoffset() == timedelta(hours=-5))
    in_summer, moved_and_off, moved = [date for date in dates if date != in_winter][5:8]
    for date in (moved_and_off, moved):
        for name in schedule.TIMES:
            setattr(date, name, getattr(date, name) + timedelta(hours=3))
        date.own_times = True
        date.save()
    for date in (in_winter, in_summer, moved_and_off):
        date.cancelled = True
        date.save()

    text = file_of(weekly)

    zone, _, off = first_of(text, "EXDATE").partition(":")
    assert zone == "TZID=America/New_York"
    assert sorted(off.split(",")) == sorted(date.recurrence_id for date in (in_winter, in_summer, moved_and_off))
    assert text.count("EXDATE") == text.count("RECURRENCE-ID") == 1
    until = weekly.occurrences.order_by("starts_at").last().starts_at
    assert moments(text, until, weekly.time_zone) == dates_of(weekly)


def test_a_date_that_the_series_has_no_longer_is_still_in_the_calendar(weekly):
    stray = weekly.occurrences.order_by("starts_at")[1]
    for name in schedule.TIMES:
        setattr(stray, name, getattr(stray, name) + timedelta(hours=1))
    stray.own_times = True
    stray.save()
    weekly.recurrence = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=MO"
    weekly.save()

    text = file_of(Conference.objects.get(pk=weekly.pk))

    until = weekly.occurrences.order_by("starts_at").last().starts_at
    assert moments(text, until, weekly.time_zone) == dates_of(weekly)
    assert first_of(text, "RDATE") == f"TZID=America/New_York:{stray.recurrence_id}"


@pytest.mark.parametrize(
    "change",
    [
        {"hours": 1},
        {"days": 1, "recurrence": "FREQ=WEEKLY;BYDAY=WE;WKST=MO"},  # held on Tuesdays, and now on Wednesdays
        {"recurrence": "FREQ=DAILY;COUNT=60"},
        {"recurrence": "FREQ=MONTHLY;BYDAY=1TU;COUNT=3"},
    ],
)
def test_what_was_held_keeps_its_time_when_the_series_gets_another(weekly, change):
    rest = dict(change)
    recurrence = rest.pop("recurrence", weekly.recurrence)
    held = dates_of(weekly)[:3]
    with travel(held[2][0] + timedelta(minutes=20), tick=False):  # two were held, and one is on
        weekly.occurrences.filter(starts_at=held[0][0]).update(cancelled=True)
        weekly.recurrence = recurrence
        weekly.starts_at += timedelta(**rest)
        weekly.save()
        assert dates_of(weekly)[:2] == held[1:]

        text = file_of(weekly)

        until = weekly.occurrences.order_by("starts_at").last().starts_at
        assert moments(text, until, weekly.time_zone) == dates_of(weekly)


def test_what_is_always_open_has_no_place_in_a_calendar(budget):
    budget.always_open = True
    budget.save()

    assert file_of(budget) == ""


def test_a_conference_that_was_moved_on_the_page_of_its_date_is_where_it_is_held(budget):
    date = budget.occurrences.get()
    for name in schedule.TIMES:
        setattr(date, name, getattr(date, name) + timedelta(hours=2))
    date.save()

    event = read(file_of(budget)).vevent

    assert (event.dtstart.value, event.dtend.value) == (date.starts_at, date.closes_at)


@pytest.mark.parametrize(
    ("rule", "written", "besides"),
    [
        (
            Rule(BY_DATE, month_day=30, until=datetime(2029, 3, 1).date()),
            "UNTIL=20290302T045959Z;BYMONTHDAY=30",
            "0228 0229 0228",
        ),
        (Rule(BY_DATE, month_day=29, count=26), "UNTIL=20290301T045959Z;BYMONTHDAY=29", "0228 0228"),
        (Rule(BY_DATE, month_day=30, every=12), "INTERVAL=12;BYMONTHDAY=30", ""),
    ],
)
def test_the_30th_or_the_last_of_a_shorter_month_is_the_30th_and_each_last_of_february(budget, rule, written, besides):
    budget.starts_at = datetime(2027, 1, rule.month_day, 15, tzinfo=UTC)
    budget.recurrence = rule.text()

    text = file_of(budget)

    assert first_of(text, "RRULE") == f"FREQ=MONTHLY;{written}"
    dates = first_of(text, "RDATE").partition(":")[2].split(",") if besides else []
    assert [each[4:8] for each in dates] == besides.split()
    assert "RDATE" not in text or besides


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    every = draw(st.integers(1, 4))
    end = draw(st.sampled_from(["never", "until", "count"]))
    until = draw(st.dates(datetime(2027, 3, 1).date(), datetime(2029, 1, 1).date())) if end == "until" else None
    common = {"every": every, "until": until, "count": draw(st.integers(1, 40)) if end == "count" else None}
    kind = draw(st.sampled_from([DAILY, WEEKLY, BY_DATE, BY_WEEKDAY]))
    if kind == WEEKLY:
        return Rule(WEEKLY, days=tuple(sorted(draw(st.sets(st.integers(0, 6), min_size=1)))), **common)
    if kind == BY_DATE:
        return Rule(BY_DATE, month_day=draw(st.integers(1, 31)), **common)
    if kind == BY_WEEKDAY:
        return Rule(BY_WEEKDAY, week=draw(st.sampled_from([1, 2, 3, 4, -1])), day=draw(st.integers(0, 6)), **common)
    return Rule(DAILY, **common)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rule=rules(),
    zone=st.sampled_from(ZONES),
    day=st.dates(datetime(2027, 1, 1).date(), datetime(2027, 12, 31).date()),
    hour=st.sampled_from([0, 1, 2, 3, 12, 23]),
    minute=st.sampled_from([0, 15, 30, 45]),
)
@example(Rule(BY_DATE, month_day=29), "America/New_York", datetime(2027, 1, 1).date(), 0, 0)  # Februaries after that
def test_a_calendar_has_the_dates_that_the_line_has_whatever_the_clocks_do(
    harbour, number, rule, zone, day, hour, minute
):
    """Over two years, in zones of every kind, at the hours in which clocks change."""
    wall_time = rule.first(datetime(day.year, day.month, day.day, hour, minute))
    assume(rule.until is None or wall_time.date() <= rule.until)
    starts_at = wall_time.replace(tzinfo=ZoneInfo(zone))
    assume(starts_at.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall_time)  # else not typed
    conference = Conference(
        team=harbour,
        title="Watch",
        starts_at=starts_at.astimezone(UTC),
        time_zone=ZoneInfo(zone),
        recurrence=rule.text(),
        duration=60,
    )
    Conference.objects.bulk_create([conference])  # without its dates, which are not asked for here
    entry = CalendarEntry(conference=conference)

    until = conference.starts_at + timedelta(days=730)
    text = CalendarFile(entry, REQUEST).text(ana(), address="ana@example.com", place="", description="")

    assert "BYSETPOS" not in text  # Outlook takes none but with BYDAY, and Thunderbird reads it as more days
    ours = []
    for _wall_time, moment in schedule.starts(conference, conference.starts_at):
        if moment > until:
            break
        ours.append((moment, moment + timedelta(hours=1)))
    assert moments(text, until, ZoneInfo(zone)) == ours
