"""What is held once has one time, whichever page gives it: that of the conference, or that of its date."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from participants.invitations import Whom, invite
from participants.models import CalendarEntry, Conference, Delivery, Occurrence
from tests import cast
from tests.admin.conftest import login
from tests.admin.page import errors_of, fields_of, save
from tests.admin.test_history import told
from tests.admin.test_series import page_of

NINE = datetime(2040, 1, 3, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BY = "harbourmaster changed"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NINE - timedelta(days=1), tick=False) as clock:
        yield clock


@pytest.fixture
def once(harbour) -> Conference:
    return cast.conference(harbour, "Budget", NINE)


def on_date(browser, date: Occurrence, **typed) -> None:
    assert save(browser, page_of(date), **typed).status_code == 302
    date.refresh_from_db()


def on_conference(browser, conference: Conference, **typed) -> None:
    assert save(browser, page_of(conference), **typed).status_code == 302
    conference.refresh_from_db()


def test_a_time_given_on_the_page_of_the_date_is_that_of_the_conference_and_the_other_way_round(organizer, once):
    date = once.occurrences.get()
    identity = date.uuid

    on_date(organizer, date, starts_at_0="2040-01-04", starts_at_1="14:00", minutes=90, doors=5, moderator_doors=20)
    shown = fields_of(organizer.get(page_of(once)))
    names = ("starts_at_0", "starts_at_1", "duration", "doors", "moderator_doors")
    assert [shown[name] for name in names] == ["2040-01-04", "14:00", "90", "5", "20"]
    assert (date.starts_at, date.closes_at) == (NINE + 29 * HOUR, NINE + 30 * HOUR + 30 * MINUTE)
    assert (date.starts_at - date.opens_at, date.starts_at - date.moderators_open_at) == (5 * MINUTE, 20 * MINUTE)

    on_conference(organizer, once, starts_at_1="16:00", overtime=10)
    moved = once.occurrences.get()
    assert (moved.uuid, moved.own_times) == (identity, False)
    assert (moved.starts_at, moved.closes_at) == (NINE + 31 * HOUR, NINE + 32 * HOUR + 30 * MINUTE)
    assert moved.overtime_until == moved.closes_at + 10 * MINUTE
    assert fields_of(organizer.get(page_of(moved)))["starts_at_1"] == "16:00"


def test_doors_for_moderators_that_nobody_touched_stay_no_earlier_than_those_of_the_others(organizer, once):
    on_date(organizer, once.occurrences.get(), starts_at_1="10:00")
    once.refresh_from_db()
    assert (once.doors, once.moderator_doors) == (15, 0)


def test_it_is_told_once_in_the_history(organizer, once, clock):
    before = len(told(organizer, once))
    clock.shift(MINUTE)

    on_date(organizer, once.occurrences.get(), starts_at_1="10:00", locked="on")

    assert sorted(told(organizer, once)[:-before]) == [
        f"{BY} “locked” of the date Tue 2040-01-03 10:00 (UTC) from “no” to “yes”",
        f"{BY} “starts at” from “Tue 2040-01-03 09:00 (UTC)” to “Tue 2040-01-03 10:00 (UTC)”",
    ]
    date = once.occurrences.get()
    on_date(organizer, date, locked="on")
    assert len(told(organizer, once)) == before + 2


def test_who_is_invited_is_told_once_by_whichever_page(organizer, once):
    mail = cast.mailbox(cast.person(once.team, "Ana", cast.ANA), "ana@example.com")
    cast.invite(once, mail.participant)
    invite(once, Whom.NEW)
    Delivery.objects.update(state=Delivery.State.SENT)
    date = once.occurrences.get()

    on_date(organizer, date, starts_at_1="10:00")
    assert CalendarEntry.objects.get().sequence == 1
    on_conference(organizer, once, title="Budget")
    on_date(organizer, date, locked="on")
    assert CalendarEntry.objects.get().sequence == 1
    assert "10:00" in Delivery.objects.get(kind=Delivery.Kind.CHANGED).body

    on_conference(organizer, once, starts_at_1="11:00")
    assert CalendarEntry.objects.get().sequence == 2
    assert "11:00" in Delivery.objects.get(kind=Delivery.Kind.CHANGED, state=Delivery.State.WAITING).body


def test_while_its_doors_are_open_either_page_makes_it_longer(harbourmaster, once, clock):
    clock.move_to(NINE + 10 * MINUTE)
    organizer, date = login(harbourmaster), once.occurrences.get()

    on_date(organizer, date, minutes=90)
    assert fields_of(organizer.get(page_of(once)))["duration"] == "90"
    on_conference(organizer, once, duration=120)
    assert once.occurrences.get().closes_at == NINE + 2 * HOUR


def test_it_may_be_moved_to_a_time_at_which_its_doors_are_open_already(organizer, once):
    date = once.occurrences.get()
    on_date(organizer, date, starts_at_0="2040-01-02", starts_at_1="09:05")
    once.refresh_from_db()
    assert (once.starts_at, once.occurrences.get()) == (date.starts_at, date)
    assert date.opens_at < NINE - timedelta(days=1)


def test_a_date_that_stayed_of_a_series_keeps_its_own_time_beside_it(organizer, harbour):
    crew = cast.conference(harbour, "Crew", NINE, recurrence="FREQ=DAILY;COUNT=3")
    first, second, _third = crew.occurrences.all()
    on_date(organizer, second, starts_at_1="14:00")
    on_conference(organizer, crew, repeats="once", confirm="on")
    assert list(crew.occurrences.all()) == [first, second]

    on_date(organizer, second, starts_at_1="15:00")
    on_conference(organizer, crew, overtime=10, confirm="on")
    second.refresh_from_db()
    assert (crew.starts_at, second.own_times, second.starts_at) == (NINE, True, NINE + 30 * HOUR)
    assert second.overtime_until == second.closes_at + 10 * MINUTE

    planned = {"starts_at_0": "2040-01-04", "starts_at_1": "09:00"}
    assert list(errors_of(save(organizer, page_of(first), **planned))) == ["starts_at"]
    on_date(organizer, first, starts_at_0="2040-01-09", starts_at_1="10:00")
    crew.refresh_from_db()
    assert (crew.starts_at, first.own_times) == (NINE + 145 * HOUR, False)
    assert list(crew.occurrences.all()) == [second, first]


def test_a_series_with_a_moved_first_date_that_is_held_once_from_now_on_is_held_as_its_page_says(organizer, harbour):
    crew = cast.conference(harbour, "Crew", NINE, recurrence="FREQ=DAILY;COUNT=3")
    first = crew.occurrences.first()
    on_date(organizer, first, starts_at_1="14:00")

    loses = "which has a time of its own: it loses it, and is held once,"
    says = f"Tue 3 Jan 2040, 14:00, UTC, {loses} Tue 3 Jan 2040, 09:00–10:00, UTC."
    assert errors_of(save(organizer, page_of(crew), repeats="once"))["confirm"][1:] == [says]
    on_conference(organizer, crew, repeats="once", confirm="on")

    assert [(row.starts_at, row.own_times) for row in crew.occurrences.all()] == [(NINE, False)]


@pytest.mark.parametrize("begun", [False, True])
def test_a_new_overtime_reaches_a_date_of_a_series_that_has_times_of_its_own(harbourmaster, harbour, clock, begun):
    crew = cast.conference(harbour, "Crew", NINE, recurrence="FREQ=DAILY;COUNT=3")
    first = crew.occurrences.first()
    on_date(login(harbourmaster), first, starts_at_1="14:00", minutes=90)
    if begun:
        clock.move_to(NINE + 6 * HOUR)

    on_conference(login(harbourmaster), crew, overtime=10, duration=45)

    first.refresh_from_db()
    assert (first.starts_at, first.closes_at) == (NINE + 5 * HOUR, NINE + 6 * HOUR + 30 * MINUTE)
    assert first.overtime_until == first.closes_at + 10 * MINUTE
    assert first.own_times


def posted_from(browser, page: str, before: dict[str, str], **typed: str):
    """What a page sends that was opened before others changed something."""
    return browser.post(page, before | typed)


def test_who_only_locks_a_date_writes_no_time_that_was_shown_before_another_moved_it(organizer, once):
    page = page_of(once.occurrences.get())
    shown = fields_of(organizer.get(page))
    on_conference(organizer, once, starts_at_1="11:00", duration=90)

    assert posted_from(organizer, page, shown, locked="on").status_code == 302

    date = once.occurrences.get()
    assert (date.starts_at, date.closes_at, date.locked) == (NINE + 2 * HOUR, NINE + 3 * HOUR + 30 * MINUTE, True)
    once.refresh_from_db()
    assert once.starts_at == date.starts_at


def test_who_makes_a_date_longer_leaves_the_start_and_the_lock_that_others_gave_it_meanwhile(organizer, once):
    page = page_of(once.occurrences.get())
    shown = fields_of(organizer.get(page))
    on_conference(organizer, once, starts_at_1="11:00")
    Occurrence.objects.update(locked=True)

    assert posted_from(organizer, page, shown, minutes="120").status_code == 302

    date = once.occurrences.get()
    assert (date.starts_at, date.closes_at, date.locked) == (NINE + 2 * HOUR, NINE + 4 * HOUR, True)


def test_what_was_typed_and_refused_is_still_a_change_when_the_page_comes_again(organizer, once):
    page = page_of(once.occurrences.get())
    again = save(organizer, page, starts_at_1="10:00", minutes="0")
    assert errors_of(again)
    assert organizer.post(page, fields_of(again) | {"minutes": "60"}).status_code == 302
    assert once.occurrences.get().starts_at == NINE + HOUR


@pytest.mark.parametrize("shown", ["", "soon", "2040-13-45 09:00"])
def test_a_time_shown_before_that_is_none_makes_what_was_typed_a_change(organizer, once, shown):
    assert save(organizer, page_of(once.occurrences.get()), **{"initial-starts_at": shown}).status_code == 302
    assert once.occurrences.get().starts_at == NINE
