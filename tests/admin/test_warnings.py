"""Who is in two rooms at once, and what else would go wrong: said after saving, on the page and on the first one."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from participants.clashes import clashes_of
from participants.models import Conference, Invitation
from tests import cast
from tests.admin.page import save

HOME = "/admin/"
NINE = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # a Tuesday
ANA_TOO = "1 person is on the roster of “Tides” too, which is at the same time: Tue 1 Dec 2026, 09:30–10:30, UTC."


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/change/"


def said_after(answer) -> list[str]:
    return [str(each) for each in answer.wsgi_request._messages if each.level_tag == "warning"]


def on_page(browser, conference: Conference) -> str:
    return unescape(browser.get(page_of(conference)).content.decode())


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel(NINE - timedelta(days=1), tick=False):
        yield


@pytest.fixture
def mia(harbour):
    return cast.person(harbour, "Mia Kerr", "+12025550150")


@pytest.fixture
def board(harbour, mia) -> Conference:
    """Tuesday at nine, with Ana and Mia."""
    board = cast.conference(harbour, "Board", NINE)
    cast.invite(board, mia, role=Invitation.Role.MODERATOR)
    cast.invite(board, cast.person(harbour, "Ana", cast.ANA))
    return board


@pytest.fixture
def tides(harbour, board) -> Conference:
    """Half an hour later, with Ana."""
    tides = cast.conference(harbour, "Tides", NINE + timedelta(minutes=30), starts_with="anyone")
    cast.invite(tides, board.invitations.get(participant__name="Ana").participant)
    return tides


def test_somebody_in_two_rooms_at_once_is_said_after_saving_and_on_both_pages(organizer, board, tides):
    answer = save(organizer, page_of(board), title="The board")

    assert answer.status_code == 302
    assert said_after(answer) == [ANA_TOO]
    assert ANA_TOO in on_page(organizer, board)
    assert "“The board” too, which is at the same time: Tue 1 Dec 2026, 09:00–10:00" in on_page(organizer, tides)


def test_it_is_among_what_needs_attention(organizer, board, tides):
    overview = organizer.get(HOME).context["overview"]

    assert {date.conference.title: len(date.troubles) for date in overview.troubled} == {"Board": 1, "Tides": 1}
    assert overview.troubled[0].troubles == [ANA_TOO]


@pytest.mark.parametrize(
    "change",
    [
        {"starts_at": NINE + timedelta(hours=1)},  # one begins where the other ends
        {"status": "cancelled"},
        {"status": "draft"},
        {"always_open": True},
    ],
)
def test_what_is_no_clash(organizer, board, tides, change):
    for name, value in change.items():
        setattr(tides, name, value)
    tides.save()

    assert said_after(save(organizer, page_of(board), title="The board")) == []
    # Of a draft that begins within a day it is said that it is one, and nothing else.
    assert "at the same time" not in unescape(organizer.get(HOME).content.decode())


def test_a_date_that_is_cancelled_by_itself_clashes_with_nothing(organizer, board, tides):
    tides.occurrences.update(cancelled=True)
    assert said_after(save(organizer, page_of(board), title="The board")) == []
    assert organizer.get(HOME).context["overview"].troubled == []


def test_a_room_with_other_people_at_the_same_time_is_none(organizer, board, tides, harbour):
    tides.invitations.all().delete()
    cast.invite(tides, cast.person(harbour, "Ivo Lund", "+12025550140"))
    assert said_after(save(organizer, page_of(board), title="The board")) == []


def test_a_stray_row_of_another_team_tells_nothing_of_it(organizer, board, mia, quay):
    secret = cast.conference(quay, "Zanzibar plans", NINE)
    cast.invite(secret, mia)
    assert said_after(save(organizer, page_of(board), title="The board")) == []
    assert "anzibar" not in organizer.get(HOME).content.decode() + on_page(organizer, board)


def test_two_series_say_so_once(organizer, board, tides):
    for conference in (board, tides):
        conference.recurrence = "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=4"
        conference.save()

    assert said_after(save(organizer, page_of(board), title="The board")) == [ANA_TOO[:-1] + ", and on 3 more dates."]


def test_nobody_moderates_too_many_people_and_no_codes(organizer, harbour):
    room = cast.conference(harbour, "Crowd", NINE, seats=2)
    for n in range(3):
        cast.invite(room, cast.person(harbour, f"Guest {n}", f"+1202555016{n}", texts=None))

    said = said_after(save(organizer, page_of(room), duration="50"))

    assert said == [
        "Nobody moderates, and it starts with a moderator: it would never start.",
        "No code can reach anybody on the roster: nobody can get in.",
        "3 people are invited, and there are 2 seats.",
    ]
    assert all(words in on_page(organizer, room) for words in said)


def test_landlines_count_as_not_reached(organizer, board):
    board.invitations.get(participant__name="Ana").participant.contacts.update(line_type="landline")
    assert said_after(save(organizer, page_of(board), duration="50")) == [
        "No code can reach 1 person, who cannot get in."
    ]


def test_whoever_comes_in_by_passcode_needs_no_roster(organizer, harbour):
    room = cast.conference(harbour, "Open day", NINE, admission="passcode", starts_with="anyone")
    answer = save(organizer, page_of(room), duration="50")
    assert (answer.status_code, said_after(answer)) == (302, [])


def test_what_is_over_or_cancelled_is_left_in_peace(organizer, harbour):
    for fields in ({"starts": timezone.now() - timedelta(days=3)}, {"starts": NINE, "status": "cancelled"}):
        assert said_after(save(organizer, page_of(cast.conference(harbour, "Empty", **fields)), duration="50")) == []


ALL_OVER = "All its dates are over: nobody can enter. Is the year right?"


@pytest.mark.parametrize("repeats", [{}, {"repeats": "daily", "ends": "after", "count": 3}])
def test_a_start_in_a_year_that_is_over_is_said_once_it_is_typed(organizer, harbour, repeats):
    typed = {"title": "Last year", "time_zone": "UTC", "starts_at_0": "2025-12-01", "starts_at_1": "09:00"} | repeats

    assert said_after(save(organizer, "/admin/participants/conference/add/", **typed)) == [ALL_OVER]
    conference = Conference.objects.get()
    assert said_after(save(organizer, page_of(conference), duration="50")) == []
    assert said_after(save(organizer, page_of(conference), starts_at_0="2025-11-01")) == [ALL_OVER]
    assert ALL_OVER not in said_after(save(organizer, page_of(conference), starts_at_0="2027-11-01"))


def test_many_rooms_at_once_cost_no_more_queries_than_two(harbour, board, tides, django_assert_num_queries):
    people = [each.participant for each in board.invitations.all()]
    now = timezone.now()
    with django_assert_num_queries(3):
        assert len(clashes_of(board, now)) == 1
    for n in range(20):
        for person in people:
            other = cast.conference(harbour, f"Room {n} of {person}", NINE, recurrence="FREQ=DAILY;COUNT=9")
            cast.invite(other, person)
    with django_assert_num_queries(3):
        assert len(clashes_of(board, now)) == 41


def test_of_many_rooms_at_once_some_are_named(organizer, harbour, board, mia):
    for n in range(5):
        cast.invite(cast.conference(harbour, f"Room {n}", NINE, starts_with="anyone"), mia)

    said = said_after(save(organizer, page_of(board), title="The board"))

    assert [words.split(" too")[0] for words in said[:3]] == [
        f"1 person is on the roster of “Room {n}”" for n in range(3)
    ]
    assert said[3:] == ["And 2 more conferences at the same time have people of its roster."]
