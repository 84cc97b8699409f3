"""Two organizers put two dates of one conference where the same time is, at the same moment: one of them does.

On PostgreSQL both forms look before either is stored: the later one is refused when it is stored. On SQLite a page that
saves is a transaction that writes from its first statement, so that the later form sees what the first has stored.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from participants import overlaps
from participants.models import Conference, Occurrence
from participants.recurrence import WEEKLY, Rule
from tests import cast
from tests.admin.conftest import login
from tests.admin.page import FormReader
from tests.admin.test_series import page_of, words_of
from tests.calls.at_once import PATIENCE, at_once

pytestmark = pytest.mark.django_db(transaction=True)

STORED = "Two dates of this conference would be at the same time"  # said when it is stored
LOOKED = "Another date of this conference is then"  # said by the form of a date

Save = Callable[[], HttpResponse]


@pytest.fixture
def crew(harbour) -> Conference:
    """Six Tuesdays, from nine to ten."""
    tuesday = datetime(timezone.now().year + 1, 1, 1, 9, tzinfo=UTC)
    tuesday += timedelta(days=(1 - tuesday.weekday()) % 7)
    return cast.conference(harbour, "Crew", tuesday, recurrence=Rule(WEEKLY, days=(1,), count=6).text())


def filled_in(organizer: User, address: str, *, without: str = "", **typed: str) -> Save:
    """What saves this page, opened now and saved later."""
    browser = login(organizer)
    fields = FormReader(browser.get(address).content.decode()).fields | typed
    return partial(browser.post, address, {name: value for name, value in fields.items() if name != without})


def saved_at_once(conference: Conference, *saves: Save) -> list[HttpResponse]:
    """On PostgreSQL all of them are let on together, from where they wait for the conference's row."""
    if connection.vendor != "postgresql":
        return at_once(*saves)
    shut = Event()

    def hold_up() -> HttpResponse:
        with transaction.atomic(), connection.cursor() as cursor:
            Conference.objects.select_for_update().get(pk=conference.pk)
            shut.set()
            waiting, until = 0, timezone.now() + timedelta(seconds=PATIENCE)
            while waiting < len(saves) and timezone.now() < until:
                cursor.execute("SELECT pg_sleep(0.01), pg_stat_clear_snapshot()")
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity "
                    "WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                [waiting] = cursor.fetchone()
            assert waiting == len(saves)
        return HttpResponse()

    def after(save: Save) -> HttpResponse:
        shut.wait(PATIENCE)
        with connection.cursor() as cursor:  # the first to come waits for the second, however long its page takes
            cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
        return save()

    return at_once(*[partial(after, save) for save in saves], hold_up)[:-1]


def won(answers: list[HttpResponse], pages: list[str]) -> int:
    """Which one was stored. The other has its page, with the words."""
    stored = [
        answer.status_code == 302 and answer["Location"] != page for answer, page in zip(answers, pages, strict=True)
    ]
    assert sorted(stored) == [False, True]
    loser = answers[stored.index(False)]
    if connection.vendor == "postgresql":
        assert any(STORED in str(message) for message in loser.wsgi_request._messages)
    else:
        assert {STORED, LOOKED} & {said for said in (STORED, LOOKED) if said in words_of(loser)}
    return stored.index(True)


def overlapping(conference: Conference) -> list:
    return list(overlaps.pairs(Occurrence.objects.filter(conference=conference)))


def test_two_dates_are_moved_onto_the_same_afternoon(harbourmaster, crew):
    first, second = crew.occurrences.all()[:2]
    pages = [page_of(first), page_of(second)]
    there = {"starts_at_0": f"{second.starts_at + timedelta(days=2):%Y-%m-%d}", "starts_at_1": "14:00"}
    answers = saved_at_once(crew, *[filled_in(harbourmaster, page, **there) for page in pages])

    which = won(answers, pages)

    assert [row.own_times for row in crew.occurrences.order_by("recurrence_id")[:2]] == [which == 0, which == 1]
    assert overlapping(crew) == []


def test_one_is_moved_to_where_another_is_called_off_no_more(harbourmaster, crew):
    first, second = crew.occurrences.all()[:2]
    Occurrence.objects.filter(pk=second.pk).update(cancelled=True)
    pages = [page_of(first), page_of(second)]
    there = {"starts_at_0": f"{second.starts_at:%Y-%m-%d}", "starts_at_1": "09:30"}
    move = filled_in(harbourmaster, pages[0], **there)
    answers = saved_at_once(crew, move, filled_in(harbourmaster, pages[1], without="cancelled"))

    which = won(answers, pages)

    second.refresh_from_db()
    assert second.cancelled == (which == 0)
    assert overlapping(crew) == []


def test_a_series_becomes_longer_while_a_date_is_moved_behind_another(harbourmaster, crew):
    first, second = crew.occurrences.all()[:2]
    pages = [page_of(first), page_of(crew)]
    there = {"starts_at_0": f"{second.starts_at:%Y-%m-%d}", "starts_at_1": "10:30"}
    move = filled_in(harbourmaster, pages[0], **there)
    answers = saved_at_once(crew, move, filled_in(harbourmaster, pages[1], duration="180"))

    which = won(answers, pages)

    crew.refresh_from_db()
    assert crew.duration == (60 if which == 0 else 180)
    assert overlapping(crew) == []
