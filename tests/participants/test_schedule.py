"""From a time on the clock to a moment, through daylight saving."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from participants.schedule import moment_of

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("wall_time", "moment"),
    [
        (datetime(2026, 1, 15, 9, 0), datetime(2026, 1, 15, 14, 0, tzinfo=UTC)),
        (datetime(2026, 7, 15, 9, 0), datetime(2026, 7, 15, 13, 0, tzinfo=UTC)),
        (datetime(2026, 3, 8, 1, 59), datetime(2026, 3, 8, 6, 59, tzinfo=UTC)),
        (datetime(2026, 3, 8, 3, 0), datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 0, 59), datetime(2026, 11, 1, 4, 59, tzinfo=UTC)),
        (datetime(2026, 11, 1, 2, 0), datetime(2026, 11, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_a_time_on_the_clock_is_a_moment(wall_time, moment):
    assert moment_of(wall_time, NEW_YORK) == moment


def test_a_time_that_the_clocks_skip_is_refused():
    with pytest.raises(ValidationError) as refused:
        moment_of(datetime(2026, 3, 8, 2, 30), NEW_YORK)

    assert refused.value.code == "skipped"
    assert refused.value.messages == [
        "On 2026-03-08 clocks in America/New_York go forward, and never show 02:30. Choose another time."
    ]


def test_a_time_that_the_clocks_show_twice_is_refused():
    with pytest.raises(ValidationError) as refused:
        moment_of(datetime(2026, 11, 1, 1, 30), NEW_YORK)

    assert refused.value.code == "repeated"
    [words] = refused.value.messages
    assert words == (
        "On 2026-11-01 clocks in America/New_York go back, and show 01:30 twice. "
        "Choose another time, or give it in UTC."
    )


def test_the_moment_that_was_refused_can_be_given_in_utc():
    assert moment_of(datetime(2026, 11, 1, 5, 30), ZoneInfo("UTC")) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
