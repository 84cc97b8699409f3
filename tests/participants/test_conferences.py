"""When a conference is held, and when its doors are open."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from participants.models import Conference, Occurrence
from tests import cast

NINE = datetime(2040, 11, 20, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
INSTANT = timedelta(microseconds=1)


def test_a_conference_is_held_once_with_doors_close_and_overtime(harbour):
    conference = cast.conference(harbour, "Budget", NINE, duration=45, doors=10, overtime=20)

    date = cast.occurrence_of(conference)
    assert (date.opens_at, date.starts_at) == (NINE - 10 * MINUTE, NINE)
    assert (date.closes_at, date.overtime_until) == (NINE + 45 * MINUTE, NINE + 65 * MINUTE)


def test_by_default_doors_open_a_quarter_before_and_overtime_is_half_an_hour(harbour):
    date = cast.occurrence_of(cast.conference(harbour, "Budget", NINE))

    assert NINE - date.opens_at == 15 * MINUTE
    assert date.closes_at - NINE == 60 * MINUTE
    assert date.overtime_until - date.closes_at == 30 * MINUTE


def test_a_conference_may_have_neither_doors_nor_overtime(harbour):
    date = cast.occurrence_of(cast.conference(harbour, "Budget", NINE, doors=0, overtime=0))

    assert date.opens_at == date.starts_at
    assert date.closes_at == date.overtime_until


def test_a_moved_conference_moves_its_date_which_keeps_its_identity(harbour):
    conference = cast.conference(harbour, "Budget", NINE)
    before = cast.occurrence_of(conference)

    conference.starts_at, conference.duration = NINE + timedelta(days=7), 30
    conference.save()

    after = cast.occurrence_of(conference)
    assert (after.pk, after.uuid) == (before.pk, before.uuid)
    assert after.starts_at == NINE + timedelta(days=7)
    assert after.closes_at == NINE + timedelta(days=7, minutes=30)


def test_a_conference_that_is_over_and_is_given_another_time_keeps_the_date_on_which_it_was_held(harbour):
    conference = cast.conference(harbour, "Budget", timezone.now() - timedelta(days=2))
    held = cast.occurrence_of(conference)

    conference.starts_at = NINE
    conference.save()

    assert list(conference.occurrences.values_list("starts_at", flat=True)) == [held.starts_at, NINE]
    assert conference.occurrences.first().uuid == held.uuid


def test_moving_one_conference_leaves_the_others_where_they_are(harbour):
    moved, other = cast.conference(harbour, "Budget", NINE), cast.conference(harbour, "Storm", NINE)

    moved.starts_at = NINE + timedelta(days=1)
    moved.save()

    assert cast.occurrence_of(other).starts_at == NINE


def test_a_conference_that_cannot_be_laid_out_is_not_saved(harbour):
    with pytest.raises(IntegrityError), transaction.atomic():
        cast.conference(harbour, "Budget", NINE, duration=0)

    assert not Conference.objects.exists()


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (NINE - 15 * MINUTE - INSTANT, False),
        (NINE - 15 * MINUTE, True),
        (NINE, True),
        (NINE + 60 * MINUTE - INSTANT, True),
        (NINE + 60 * MINUTE, False),
    ],
)
def test_doors_open_on_the_dot_and_are_closed_on_the_dot(harbour, moment, is_open):
    cast.conference(harbour, "Budget", NINE)

    assert Occurrence.objects.open_at(moment).exists() is is_open


@pytest.mark.parametrize("status", [Conference.Status.DRAFT, Conference.Status.CANCELLED])
def test_a_draft_and_a_cancelled_conference_are_never_open(harbour, status):
    conference = cast.conference(harbour, "Budget", NINE)
    assert Occurrence.objects.open_at(NINE).exists()

    conference.status = status
    conference.save()

    assert not Occurrence.objects.open_at(NINE).exists()


def test_a_cancelled_date_is_never_open(harbour):
    date = cast.occurrence_of(cast.conference(harbour, "Budget", NINE))

    date.cancelled = True
    date.save()

    assert not Occurrence.objects.open_at(NINE).exists()


def test_a_locked_date_has_open_doors_and_refuses_by_itself(harbour):
    """So that a caller who has proved who they are hears that the room is locked, and not that it is closed."""
    date = cast.occurrence_of(cast.conference(harbour, "Budget", NINE))

    date.locked = True
    date.save()

    assert list(Occurrence.objects.open_at(NINE)) == [date]


def test_a_conference_starts_once_at_a_time(harbour):
    date = cast.occurrence_of(cast.conference(harbour, "Budget", NINE))

    date.pk, date.uuid = None, uuid4()
    with pytest.raises(IntegrityError, match=r"recurrence_id|one_occurrence_per_start"), transaction.atomic():
        date.save()


@pytest.mark.parametrize(
    "times",
    [
        (NINE + MINUTE, NINE, NINE + MINUTE, NINE + MINUTE),
        (NINE, NINE, NINE, NINE),
        (NINE, NINE, NINE + 2 * MINUTE, NINE + MINUTE),
    ],
)
def test_the_times_of_a_date_are_in_order(harbour, times):
    conference = cast.conference(harbour, "Budget", NINE - timedelta(days=1))
    opens, starts, closes, until = times

    with pytest.raises(IntegrityError, match="occurrence_times_in_order"), transaction.atomic():
        Occurrence.objects.create(
            conference=conference,
            recurrence_id="20401101T090000",
            moderators_open_at=opens,
            opens_at=opens,
            starts_at=starts,
            closes_at=closes,
            overtime_until=until,
        )


@pytest.mark.parametrize(
    ("field", "value"), [("seats", 1), ("seats", 251), ("duration", 0), ("duration", 1441), ("doors", 1441)]
)
def test_what_twilio_or_a_day_cannot_hold_is_refused(harbour, field, value):
    conference = cast.conference(harbour, "Budget", NINE)
    setattr(conference, field, value)

    with pytest.raises(ValidationError) as refused:
        conference.full_clean()

    assert list(refused.value.message_dict) == [field]


def test_a_conference_with_a_roster_stays_with_its_team(harbour, room, ana):
    quay = cast.team("Quay")

    room.team = quay
    with pytest.raises(ValidationError) as refused:
        room.full_clean()
    assert list(refused.value.message_dict) == ["team"]

    room.invitations.all().delete()
    room.full_clean()


def test_a_conference_tells_the_time_of_its_own_zone(harbour):
    conference = cast.conference(harbour, "Budget", NINE, time_zone="America/New_York")
    conference.refresh_from_db()

    local = conference.local(NINE)

    assert f"{local:%H:%M}" == "04:00"
    assert local.tzinfo == ZoneInfo("America/New_York")


def test_the_room_of_the_cast_is_open_now(room):
    assert list(Occurrence.objects.open_at(timezone.now())) == [cast.occurrence_of(room)]
