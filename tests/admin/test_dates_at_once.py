"""No two dates of one conference at the same time, however somebody comes to it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib import admin

from participants import schedule
from participants.admin.date_form import DateForm
from participants.admin.dates import OccurrenceAdmin
from participants.models import Conference, Occurrence
from participants.overlaps import OverlapError
from participants.recurrence import WEEKLY, Rule
from tests import cast
from tests.admin.page import errors_of, fields_of, save
from tests.admin.test_series import page_of, words_of

TUESDAY = datetime(2040, 1, 3, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY - timedelta(days=1), tick=False):
        yield


@pytest.fixture
def crew(harbour) -> Conference:
    """Six Tuesdays, from nine to ten."""
    return cast.conference(harbour, "Crew", TUESDAY, recurrence=Rule(WEEKLY, days=(1,), count=6).text())


def put(row: Occurrence, moment: datetime) -> None:
    """As its page would."""
    by = moment - row.starts_at
    times = {name: getattr(row, name) + by for name in schedule.TIMES}
    Occurrence.objects.filter(pk=row.pk).update(own_times=True, **times)


def test_a_date_is_not_put_back_where_another_is_by_now(organizer, crew):
    first, second, third = crew.occurrences.all()[:3]
    then = "Another date of this conference is then: Tue 10 Jan 2040, 09:00–10:00, UTC."
    Occurrence.objects.filter(pk=second.pk).update(cancelled=True)
    put(first, second.starts_at)

    assert errors_of(save(organizer, page_of(second), without=("cancelled",))) == {"cancelled": [then]}
    both = "Tue 10 Jan 2040, 09:00–10:00, UTC, and Tue 10 Jan 2040, 09:00–10:00, UTC."
    told = errors_of(save(organizer, page_of(crew), without=("occurrences-1-cancelled",)))
    assert told == {
        "occurrences": [f"Two dates of this conference would be at the same time: {both} Move or cancel one."]
    }
    put(third, TUESDAY)
    assert errors_of(save(organizer, page_of(first), follow="on"))["follow"][0].startswith("Another date of")
    Occurrence.objects.filter(pk=first.pk).update(cancelled=True)
    assert save(organizer, page_of(second), without=("cancelled",)).status_code == 302
    # What overlaps already, from before, can still be locked, and called off.
    Occurrence.objects.filter(pk=first.pk).update(cancelled=False)
    assert save(organizer, page_of(first), locked="on").status_code == 302
    assert save(organizer, page_of(crew), title="The crew").status_code == 302
    assert save(organizer, page_of(first), cancelled="on").status_code == 302


def test_a_series_is_not_changed_so_that_a_date_of_it_is_where_another_is(organizer, crew):
    second = crew.occurrences.all()[1]
    put(second, TUESDAY + WEEK + timedelta(days=2))
    said = "would be at the same time: Thu 12 Jan 2040, 09:00–10:00, UTC, and Thu 12 Jan 2040, 09:00–10:00, UTC."

    assert said in errors_of(save(organizer, page_of(crew), weekdays=["1", "3"]))["__all__"][0]
    typed = fields_of(organizer.get(page_of(crew))) | {"weekdays": ["1", "3"], "conference": crew.pk}
    assert said in words_of(organizer.get("/admin/participants/conference/dates/", typed))
    put(second, TUESDAY + timedelta(minutes=90))
    assert "09:00–12:00" in errors_of(save(organizer, page_of(crew), duration=180))["__all__"][0]
    assert save(organizer, page_of(crew), duration=90).status_code == 302  # one begins where the other ends


def test_what_a_look_at_the_form_cannot_see_is_refused_when_it_is_stored(organizer, crew):
    """As the later of two requests at once finds it: the conference's row is locked, and the dates are read again."""
    first, second = crew.occurrences.all()[:2]
    put(first, second.starts_at + timedelta(hours=2))
    crew.duration = 180
    with pytest.raises(OverlapError):
        crew.save()
    assert Conference.objects.get(pk=crew.pk).duration == 60

    Occurrence.objects.filter(pk=second.pk).update(cancelled=True)
    before = list(Occurrence.objects.order_by("pk").values())
    answer = save(organizer, page_of(crew), starts_at_1="11:00", without=("occurrences-0-cancelled",))
    assert (answer.status_code, answer["Location"]) == (302, page_of(crew))
    assert "Two dates of this conference would be" in str(next(iter(answer.wsgi_request._messages)))
    assert list(Occurrence.objects.order_by("pk").values()) == before
    third = crew.occurrences.get(starts_at=TUESDAY + 2 * WEEK)
    put(first, third.starts_at)
    third.delete()
    assert schedule.lay_out_all() == 1  # by night nobody is there who could mend it


def test_a_date_moved_by_another_after_the_look_at_the_form_is_seen_when_this_one_is_stored(crew):
    first, second = crew.occurrences.all()[:2]
    there = {"starts_at_0": "2040-01-20", "starts_at_1": "14:00", "minutes": 60, "doors": 15, "moderator_doors": 15}
    form = DateForm(there, instance=first)
    assert form.is_valid()
    put(second, form.instance.starts_at)

    with pytest.raises(OverlapError):
        OccurrenceAdmin(Occurrence, admin.site).save_model(None, form.instance, form, change=True)
