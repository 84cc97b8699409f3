"""Conferences that repeat, in the admin: filled in, shown before they are saved, and changed date by date."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from participants import schedule
from participants.models import Conference, Occurrence
from participants.recurrence import WEEKLY, Rule
from tests import cast
from tests.admin.conftest import login
from tests.admin.page import errors_of, fields_of, save

ADD = "/admin/participants/conference/add/"
TUESDAY = datetime(2040, 1, 3, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
GOES = "which was cancelled by itself: the series has no such date any more, and it goes."
CREW = {"title": "Crew", "time_zone": "UTC", "starts_at_0": "2040-01-03", "starts_at_1": "09:00"}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY - timedelta(days=1), tick=False) as clock:
        yield clock


@pytest.fixture
def weekly(harbour) -> Conference:
    """Twenty Tuesdays."""
    return cast.conference(harbour, "Crew", TUESDAY, recurrence=Rule(WEEKLY, days=(1,), count=20).text())


def page_of(row: Conference | Occurrence) -> str:
    return f"/admin/participants/{type(row).__name__.lower()}/{row.pk}/change/"


def words_of(answer) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


@pytest.mark.parametrize(
    ("typed", "recurrence", "second"),
    [
        ({"repeats": "once"}, "", None),
        ({"repeats": "daily", "every": 3}, "FREQ=DAILY;INTERVAL=3", "01-06"),
        ({"repeats": "weekly"}, "FREQ=WEEKLY;BYDAY=TU;WKST=MO", "01-10"),
        ({"repeats": "weekly", "weekdays": ["1", "4"]}, "FREQ=WEEKLY;BYDAY=TU,FR;WKST=MO", "01-06"),
        ({"repeats": "by date"}, "FREQ=MONTHLY;BYMONTHDAY=3", "02-03"),
        ({"repeats": "by weekday"}, "FREQ=MONTHLY;BYDAY=1TU", "02-07"),
        ({"repeats": "weekly", "ends": "after", "count": 2}, "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=2", "01-10"),
        (
            {"repeats": "weekly", "ends": "on day", "until": "2040-01-10"},
            "FREQ=WEEKLY;BYDAY=TU;WKST=MO;UNTIL=20400110T235959",
            "01-10",
        ),
    ],
)
def test_it_is_filled_in_with_ordinary_fields_and_comes_back_as_it_was(organizer, harbour, typed, recurrence, second):
    assert save(organizer, ADD, **CREW, **typed).status_code == 302

    conference = Conference.objects.get()
    assert conference.recurrence == recurrence
    starts = [f"{row.starts_at:%m-%d}" for row in conference.occurrences.all()[:2]]
    assert starts == (["01-03", second] if second else ["01-03"])
    before = list(Occurrence.objects.values())
    assert save(organizer, page_of(conference), title="Crew II").status_code == 302
    conference.refresh_from_db()
    assert (conference.recurrence, list(Occurrence.objects.values())) == (recurrence, before)


def test_a_start_that_is_none_of_the_chosen_days_is_the_first_that_follows(organizer, harbour):
    save(organizer, ADD, **CREW, repeats="by weekday", week=-1, weekday=4)

    assert Conference.objects.get().starts_at == datetime(2040, 1, 27, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"repeats": "weekly", "ends": "on day"}, "until"),
        ({"repeats": "weekly", "ends": "after"}, "count"),
        ({"repeats": "weekly", "ends": "on day", "until": "2040-01-01"}, "until"),
        ({"repeats": "weekly", "every": 0}, "every"),
        ({"repeats": "sometimes"}, "repeats"),
    ],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(organizer, harbour, typed, field):
    assert field in errors_of(save(organizer, ADD, **CREW, **typed))
    assert not Conference.objects.exists()


def test_the_dates_are_shown_before_anything_is_saved_and_what_was_typed_stays(organizer, harbour):
    answer = save(
        organizer,
        ADD,
        **(CREW | {"starts_at_0": "2040-03-10", "starts_at_1": "02:30", "time_zone": "America/New_York"}),
        repeats="daily",
        _dates=1,
    )

    assert not Conference.objects.exists()
    words = words_of(answer)
    assert "Every day" in words
    assert "Sat 10 Mar 2040, 02:30–03:30, New York (EST, UTC−5)" in words
    assert "03:30–04:30, New York (EDT, UTC−4) – clocks go forward and skip 02:30: it starts at 03:30" in words
    assert words.count("New York (E") == 10
    assert "Please correct" not in words
    assert fields_of(answer)["repeats"] == "daily"


def test_while_it_is_filled_in_the_dates_are_computed_and_nothing_else(organizer, auditor, neighbour, weekly):
    address = "/admin/participants/conference/dates/"
    typed = CREW | {
        "duration": 60,
        "doors": 15,
        "moderator_doors": 0,
        "overtime": 0,
        "warn_before": 0,
        "repeats": "weekly",
        "every": 2,
    }

    shown = words_of(organizer.get(address, typed))
    assert "Every 2 weeks on Tuesday" in shown
    assert "Tue 17 Jan 2040" in shown
    assert "sometimes is not one of the available choices" in words_of(
        organizer.get(address, typed | {"repeats": "sometimes"})
    )
    assert "Tue 17 Jan 2040" in words_of(organizer.get(address, typed | {"conference": weekly.pk}))
    assert neighbour.get(address, typed | {"conference": weekly.pk}).status_code == 403
    assert auditor.get(address, typed).status_code == 403
    assert Conference.objects.get().recurrence == weekly.recurrence


def test_what_is_wrong_takes_the_place_of_dates_that_would_be_wrong_and_what_is_not_typed_yet_is_no_fault(
    organizer, harbour
):
    address = "/admin/participants/conference/dates/"
    typed = fields_of(organizer.get(ADD)) | CREW | {"repeats": "weekly", "ends": "on day", "until": "2040-01-01"}

    assert words_of(organizer.get(address, typed)).strip() == "Its first date would be after that."
    assert words_of(organizer.get(address, typed | {"until": ""})).strip() == ""
    assert words_of(organizer.get(address, typed | {"starts_at_1": ""})).strip() == ""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (
            {"starts_at_0": "2040-02-29", "repeats": "by date", "every": 12},
            ["Wed 29 Feb 2040", "Thu 28 Feb 2041", "Fri 28 Feb 2042", "Sat 29 Feb 2048"],
        ),
        ({"repeats": "by date", "every": 3, "ends": "after", "count": 7}, ["Thu 3 Jan 2041", "Wed 3 Jul 2041"]),
    ],
)
def test_ten_dates_are_shown_where_fewer_are_stored_ahead(organizer, harbour, typed, shown):
    words = words_of(save(organizer, ADD, **(CREW | typed), _dates=1))

    assert all(f"{day}, 09:00–10:00, UTC" in words for day in shown)
    assert words.count("09:00–10:00, UTC") == typed.get("count", 10)
    assert "More than 400 days ahead: stored when they come nearer." in words
    assert "More than 400 days ahead" not in words_of(save(organizer, ADD, **CREW, repeats="weekly", _dates=1))


@pytest.mark.parametrize(
    ("typed", "more"),
    [
        ({"ends": "after", "count": 10}, ""),
        ({"ends": "after", "count": 11}, "And 1 more."),
        ({"ends": "after", "count": 13}, "And 3 more."),
        ({"ends": "on day", "until": "2040-03-27"}, "And 3 more."),
        ({"ends": "after", "count": 99}, "And 48 more. Later ones are stored when they come nearer."),
        ({}, "And 48 more. Later ones are stored when they come nearer."),
    ],
)
def test_how_many_dates_follow_the_ten(organizer, harbour, typed, more):
    words = words_of(save(organizer, ADD, **CREW, repeats="weekly", **typed, _dates=1))

    assert re.findall(r"And \d+ more\.(?: Later ones[^.]*\.)?", words) == ([more] if more else [])
    assert "as far as" not in words


@pytest.mark.parametrize(
    ("clock", "shown"),
    [
        ("01:30", "Sun 28 Oct 2040, 01:30–02:30, Berlin (CEST, UTC+2)"),
        ("02:30", "Sun 28 Oct 2040, 02:30–02:30 (UTC+1), Berlin (CEST, UTC+2)"),
        ("03:30", "Sun 28 Oct 2040, 03:30–04:30, Berlin (CET, UTC+1)"),
    ],
)
def test_an_end_by_other_clocks_than_the_start_says_by_which(organizer, harbour, clock, shown):
    typed = CREW | {"time_zone": "Europe/Berlin", "starts_at_0": "2040-10-27", "starts_at_1": clock}

    assert shown in words_of(save(organizer, ADD, **typed, repeats="daily", _dates=1))


LAST = "Nobody new is let in after 10:00; who is in may stay until 10:30, when the room ends."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, f"{LAST} 5 minutes before, everybody in the room hears so."),
        ({"warn_before": 1}, f"{LAST} A minute before, everybody in the room hears so."),
        ({"warn_before": 0}, f"{LAST} Nobody is told before."),
        (
            {"overtime": 0},
            "At 10:00 the room ends, and nobody new is let in. 5 minutes before, everybody in the room hears so.",
        ),
    ],
)
def test_what_happens_at_the_end_is_said_while_it_is_filled_in_and_on_its_page(organizer, harbour, typed, said):
    filled = fields_of(organizer.get(ADD)) | CREW | {"team": harbour.pk} | typed
    assert said in words_of(organizer.get("/admin/participants/conference/dates/", filled))
    assert said in words_of(save(organizer, ADD, _dates="1", **CREW, **typed))
    assert save(organizer, ADD, **CREW, **typed).status_code == 302
    crew = Conference.objects.get()
    assert {name: getattr(crew, name) for name in typed} == typed
    assert said in words_of(organizer.get(page_of(crew)))


def test_the_room_is_told_no_earlier_than_an_hour_before(organizer, harbour):
    assert set(errors_of(save(organizer, ADD, **CREW, warn_before=61))) == {"warn_before"}


def test_a_permanent_room_says_so(organizer, harbour):
    save(organizer, ADD, **(CREW | {"starts_at_1": "04:00"}), repeats="always open")

    conference = Conference.objects.get()
    assert conference.always_open
    words = words_of(organizer.get("/admin/participants/conference/"))
    assert "Always open: a new day begins at 04:00" in words
    assert "Always open: a new day begins at 04:00" in words_of(organizer.get(page_of(conference)))
    assert fields_of(organizer.get(page_of(conference)))["repeats"] == "always open"
    words = words_of(organizer.get(page_of(conference)))
    assert "The doors open at 04:00, and are not closed again." in words
    assert (
        "At 04:00 a new day begins, and whoever calls comes into its room; "
        "who is in may stay until 04:30, when the room of the day before ends." in words
    )
    assert "Nobody new is let in after" not in words
    day = conference.occurrences.first()
    assert "starts_at_0" not in fields_of(organizer.get(page_of(day)))
    save(organizer, page_of(day), locked="on")
    day.refresh_from_db()
    assert day.locked


def test_the_page_shows_the_next_ten_says_how_many_there_are_and_leads_to_all(harbourmaster, weekly, clock):
    clock.move_to(TUESDAY + 2 * WEEK + timedelta(hours=3))
    organizer = login(harbourmaster)
    answer = organizer.get(page_of(weekly))

    fields = fields_of(answer)
    assert (fields["occurrences-TOTAL_FORMS"], fields["occurrences-0-id"]) == (
        "10",
        str(weekly.occurrences.all()[3].pk),
    )
    assert "Every week on Tuesday, 20 times. 17 dates are to come" in words_of(answer)
    listed = organizer.get(f"/admin/participants/occurrence/?conference={weekly.pk}&when=coming")
    assert listed.context["cl"].result_count == 17


def test_forty_dates_cost_no_more_queries_than_one(organizer, harbour, django_assert_max_num_queries):
    once = cast.conference(harbour, "Once", TUESDAY)
    often = cast.conference(harbour, "Often", TUESDAY, recurrence="FREQ=DAILY;COUNT=40")
    organizer.get(page_of(once))
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as few:
        organizer.get(page_of(once))
    with django_assert_max_num_queries(len(few)):
        organizer.get(page_of(often))


# One date by itself


def test_a_date_is_moved_cancelled_and_put_back(organizer, weekly):
    second = weekly.occurrences.all()[1]
    identity = second.uuid
    answer = save(organizer, page_of(second), starts_at_0="2040-01-11", starts_at_1="14:00", minutes=90, doors=5)
    assert answer.status_code == 302

    second.refresh_from_db()
    assert (second.own_times, second.uuid) == (True, identity)
    assert second.starts_at == datetime(2040, 1, 11, 14, 0, tzinfo=UTC)
    assert (second.closes_at, second.opens_at) == (
        second.starts_at + timedelta(minutes=90),
        second.starts_at - timedelta(minutes=5),
    )
    save(organizer, page_of(weekly), duration=30)
    second.refresh_from_db()
    assert second.starts_at == datetime(2040, 1, 11, 14, 0, tzinfo=UTC)
    history = words_of(organizer.get(f"/admin/participants/conference/{weekly.pk}/history/"))
    assert "changed “starts” of the date Wed 2040-01-11 14:00 (UTC) from “Tue 2040-01-10 09:00 (UTC)”" in history

    save(organizer, page_of(second), cancelled="on")
    save(organizer, page_of(second), follow="on")
    second.refresh_from_db()
    assert (second.own_times, second.cancelled, second.uuid) == (False, False, identity)
    assert (second.starts_at, second.closes_at) == (TUESDAY + WEEK, TUESDAY + WEEK + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts_at_0": "2040-01-17", "starts_at_1": "09:30"}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"doors": 1441}, "doors"),
        ({"starts_at_0": ""}, "starts_at"),
    ],
)
def test_a_date_that_cannot_be_is_told_at_its_field(organizer, weekly, typed, field):
    second = weekly.occurrences.all()[1]
    assert list(errors_of(save(organizer, page_of(second), **typed))) == [field]
    second.refresh_from_db()
    assert second.starts_at == TUESDAY + WEEK


def test_a_date_that_has_begun_becomes_longer_and_one_that_is_over_stays(harbourmaster, weekly, clock):
    first = weekly.occurrences.first()
    clock.move_to(TUESDAY + timedelta(minutes=10))
    organizer = login(harbourmaster)
    assert list(errors_of(save(organizer, page_of(first), starts_at_1="11:00"))) == ["starts_at"]
    assert save(organizer, page_of(first), minutes=90).status_code == 302
    first.refresh_from_db()
    assert first.closes_at == TUESDAY + timedelta(minutes=90)

    clock.move_to(TUESDAY + timedelta(hours=2))
    assert "minutes" not in fields_of(login(harbourmaster).get(page_of(first)))


@pytest.mark.parametrize("early", [timedelta(0), timedelta(seconds=1)])
def test_a_date_is_moved_until_the_first_door_opens_by_its_page_and_by_its_series(harbourmaster, harbour, clock, early):
    daily = cast.conference(harbour, "Crew", TUESDAY, moderator_doors=40, recurrence="FREQ=DAILY;COUNT=3")
    first, second, _third = daily.occurrences.all()
    clock.move_to(first.moderators_open_at - early)
    organizer = login(harbourmaster)

    save(organizer, page_of(daily), starts_at_1="09:10")
    kept = first.starts_at
    first.refresh_from_db()
    assert (first.starts_at == kept) == (not early)
    answer = save(organizer, page_of(first), starts_at_1="09:20")
    assert answer.status_code == 302 if early else list(errors_of(answer)) == ["starts_at"]
    second.refresh_from_db()
    assert second.starts_at == kept + timedelta(days=1, minutes=10)


def test_one_that_is_held_once_is_not_moved_while_its_doors_are_open(organizer, room, clock):
    fields = {"starts_at_1": "23:00"}
    assert list(errors_of(save(organizer, page_of(room), **fields))) == ["starts_at"]
    assert save(organizer, page_of(room), duration=90).status_code == 302


def test_what_becomes_of_exceptions_is_told_and_agreed_to_before_it_happens(organizer, weekly):
    moved, cancelled = weekly.occurrences.all()[1:3]
    own = {name: getattr(moved, name) + timedelta(hours=3) for name in schedule.TIMES}
    Occurrence.objects.filter(pk=moved.pk).update(own_times=True, **own)
    Occurrence.objects.filter(pk=cancelled.pk).update(cancelled=True)
    before = list(Occurrence.objects.order_by("pk").values())

    told = errors_of(save(organizer, page_of(weekly), weekdays=["2"]))["confirm"]

    assert told[1:] == [
        f"Tue 17 Jan 2040, 09:00, UTC, {GOES}",
        "Tue 10 Jan 2040, 12:00, UTC, which has a time of its own: it stays, beside the dates of the series.",
    ]
    assert list(Occurrence.objects.order_by("pk").values()) == before
    assert "it stays, beside" in words_of(save(organizer, page_of(weekly), weekdays=["2"], _dates=1))

    form = fields_of(organizer.get(page_of(weekly))) | {"weekdays": ["2"], "confirm": "on"}
    assert organizer.post(page_of(weekly), form).status_code == 302
    assert not Occurrence.objects.filter(pk=cancelled.pk).exists()
    assert Occurrence.objects.get(pk=moved.pk).starts_at == TUESDAY + WEEK + timedelta(hours=3)


def test_ticking_a_date_that_the_same_change_takes_away_harms_nothing(organizer, weekly):
    answer = save(organizer, page_of(weekly), weekdays=["2"], occurrences__1__cancelled="on")
    assert answer.status_code == 302
    assert not weekly.occurrences.filter(cancelled=True).exists()


def test_a_neighbour_reaches_no_date_of_ours(neighbour: Client, weekly):
    date = weekly.occurrences.first()
    assert neighbour.get(page_of(date)).status_code == 302
    assert neighbour.post(page_of(date), {"minutes": "5"}).status_code in (302, 403)
    assert "Crew" not in words_of(neighbour.get(f"/admin/participants/occurrence/?conference={weekly.pk}"))
    date.refresh_from_db()
    assert date.closes_at == TUESDAY + timedelta(hours=1)


def test_the_state_looks_at_all_dates(harbourmaster, weekly, clock):
    def state() -> str:
        return login(harbourmaster).get("/admin/participants/conference/").context["cl"].result_list[0].state

    assert state() == "upcoming"
    clock.move_to(TUESDAY + 3 * WEEK)
    assert state() == "open"
    clock.move_to(timezone.now() + timedelta(hours=3))
    assert state() == "upcoming"
    clock.move_to(TUESDAY + 19 * WEEK + timedelta(hours=3))
    assert state() == "over"


def test_a_series_whose_dates_were_over_when_it_was_scheduled_is_over_and_not_cancelled(organizer, harbour):
    save(organizer, ADD, **(CREW | {"starts_at_0": "2039-01-03"}), repeats="daily", ends="after", count=3)

    conference = Conference.objects.get()
    assert not conference.occurrences.exists()
    words = words_of(organizer.get(page_of(conference)))
    assert " over Every day, 3 times " in words
