"""Limits count exactly, all or none, and forget after their window."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from verification import throttle
from verification.models import Tally

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_limits(settings):
    settings.LIMITS = settings.LIMITS | {
        "sends_per_contact": "2/600",
        "sends_per_line": "3/3600",
        "sends_per_hour": "5/3600",
        "sends_per_day": "100/86400",
    }


def hits() -> dict[str, int]:
    return dict(Tally.objects.values_list("key", "hits"))


def test_a_limit_lets_so_many_through_and_no_more():
    throttle.take(sends_per_contact="sms +1")
    throttle.take(sends_per_contact="sms +1")
    with pytest.raises(throttle.OverLimitError) as refused:
        throttle.take(sends_per_contact="sms +1")
    assert refused.value.limits == ["sends_per_contact"]
    throttle.take(sends_per_contact="sms +2")
    assert hits() == {"sends_per_contact sms +1": 2, "sends_per_contact sms +2": 1}


def test_what_one_limit_refuses_no_limit_counts():
    throttle.take(sends_per_contact="sms +1", sends_per_line="+9", sends_per_hour="")
    throttle.take(sends_per_contact="sms +1", sends_per_line="+9", sends_per_hour="")
    with pytest.raises(throttle.OverLimitError):
        throttle.take(sends_per_contact="sms +1", sends_per_line="+9", sends_per_hour="")
    assert hits() == {"sends_per_contact sms +1": 2, "sends_per_line +9": 2, "sends_per_hour": 2}


def test_what_is_only_looked_at_refuses_when_it_is_used_up_and_is_not_counted():
    throttle.take(sends_per_line="+9", still_free={"sends_per_contact": "sms +1"})
    throttle.take(sends_per_contact="sms +1")
    throttle.take(sends_per_line="+9", still_free={"sends_per_contact": "sms +1"})
    throttle.take(sends_per_contact="sms +1")
    with pytest.raises(throttle.OverLimitError) as refused:
        throttle.take(sends_per_line="+9", still_free={"sends_per_contact": "sms +1"})
    assert refused.value.limits == ["sends_per_contact"]
    assert hits() == {"sends_per_contact sms +1": 2, "sends_per_line +9": 2}


def test_a_window_begins_with_its_first_hit_and_not_with_a_look_or_with_what_was_taken_back():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        throttle.take(still_free={"sends_per_contact": "sms +1"})
        throttle.take(sends_per_contact="sms +2")
        throttle.take_back(sends_per_contact="sms +2")
        clock.shift(timedelta(minutes=6))
        for subject in ("sms +1", "sms +2"):
            throttle.take(sends_per_contact=subject)
        clock.shift(timedelta(minutes=6))
        for subject in ("sms +1", "sms +2"):
            throttle.take(sends_per_contact=subject)
            with pytest.raises(throttle.OverLimitError):
                throttle.take(sends_per_contact=subject)


def test_one_hit_can_be_taken_back_and_never_more_than_there_are():
    throttle.take(sends_per_contact="sms +1")
    throttle.take(sends_per_contact="sms +1")
    throttle.take_back(sends_per_contact="sms +1")
    assert hits() == {"sends_per_contact sms +1": 1}
    throttle.take_back(sends_per_contact="sms +1")
    throttle.take_back(sends_per_contact="sms +1")
    assert hits() == {"sends_per_contact sms +1": 0}


def test_tallies_whose_window_is_over_are_forgotten():
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        throttle.take(sends_per_contact="sms +1", sends_per_line="+9")
        clock.shift(timedelta(seconds=600))
        assert throttle.forget_old() == 1
    assert hits() == {"sends_per_line +9": 1}


def test_a_window_ends_and_the_next_begins_with_its_first_hit():
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        throttle.take(sends_per_contact="sms +1")
        throttle.take(sends_per_contact="sms +1")
        clock.shift(timedelta(seconds=599))
        with pytest.raises(throttle.OverLimitError):
            throttle.take(sends_per_contact="sms +1")
        clock.shift(timedelta(seconds=1))
        throttle.take(sends_per_contact="sms +1")
        tally = Tally.objects.get()
        assert (tally.hits, tally.resets_at) == (1, timezone.now() + timedelta(seconds=600))


def test_nobody_in_particular_is_not_counted_but_the_installation_is():
    for _ in range(4):
        throttle.take(sends_per_line="", sends_per_hour="")
    assert hits() == {"sends_per_hour": 4}


def test_all_hits_are_given_back_and_one_of_another_limit():
    for _ in range(2):
        throttle.take(sends_per_contact="sms +1", sends_per_line="+9")
    throttle.take(sends_per_contact="sms +2")
    throttle.give_back(sends_per_contact="sms +1", one={"sends_per_line": "+9"})
    assert hits() == {"sends_per_contact sms +1": 0, "sends_per_contact sms +2": 1, "sends_per_line +9": 1}


def test_the_operator_is_warned_at_four_fifths_of_an_installations_limit(caplog):
    for _ in range(3):
        throttle.take(sends_per_hour="", sends_per_day="")
    assert caplog.messages == []
    throttle.take(sends_per_hour="", sends_per_day="")
    assert caplog.messages == ["sends_per_hour: 4 of 5 used"]


@pytest.mark.django_db(transaction=True)
def test_all_limits_together_are_one_statement(django_assert_num_queries):
    with django_assert_num_queries(3):  # BEGIN, the statement, COMMIT
        throttle.take(sends_per_contact="sms +1", sends_per_line="+9", sends_per_hour="", sends_per_day="")
