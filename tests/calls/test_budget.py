"""What a turn costs: at most 12 queries, the same with one and with thousands of conferences and people."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Invitation,
    Occurrence,
    Participant,
    new_roster_number,
)
from rooms.ending import end_rooms, warn_rooms
from tests.calls.turns import Query, every_turn, the_applications_queries
from verification import ladder

pytestmark = pytest.mark.django_db

MOST = 12
COST = {  # pinned, so that a query more is a decision
    "ring, and the code is sent": 11,
    "a copy of the ring": 3,
    "silence": 3,
    "a wrong code": 5,
    "a new code": 8,
    "the right code, and the door": 11,
    "ring from a strange line": 8,
    "ring, and an app is asked": 10,
    "a wrong code of an app": 5,
    "the right code of an app, and the door": 12,
    "ring of somebody too early": 8,
    "a wrong roster number": 8,
    "a right roster number": 12,
    "the right code, which takes the seat of another call": 12,
    "a ring of somebody who is in": 11,
    "a redial": 10,
    "the end of a call": 5,
    "a waiting caller is let in by hand": 9,
    "ring, and let in by hand": 11,
    "a roster number, and let in by hand": 11,
    "a conference number": 6,
    "a wrong passcode": 6,
    "the right passcode alone, and the door": 10,
    "the right code, and a passcode is asked for": 9,
    "the right passcode after the code, and the door": 10,
    "the right code of an attested call, and the door": 11,
    "ring, and back after a drop": 10,
    "ring after a drop, and the seat is gone": 9,
    "a code all the same": 10,
    "back after a drop, and Twilio did not let the call in": 7,
    "and a code is sent": 10,
    "ring of an attested call, and the code of a forged one is withdrawn": 9,
    "the attested call gets a code of its own": 10,
    "a redial, and the old code is withdrawn": 12,
    "a roster number again, and the old code is withdrawn": 12,
    "a new code in place of the old one": 10,
    "ring, and the channel is down": 11,
    "the next way": 10,
    "ring of an attested call, and the channel is down": 12,
    "a right roster number, and the channel is down": 12,
    "at the time limit, and the date has become longer": 11,
}


def others(room: Conference, number: int) -> None:
    """So many other conferences open now, each with a person of its own, who has a line and a contact."""
    now = timezone.now()
    conferences = Conference.objects.bulk_create(
        [Conference(team=room.team, title=f"Other {n}", starts_at=now) for n in range(number)]
    )
    people = Participant.objects.bulk_create([Participant(team=room.team, name=f"Other {n}") for n in range(number)])
    Occurrence.objects.bulk_create(
        [
            Occurrence(
                conference=conference,
                recurrence_id=f"{now:%Y%m%dT%H%M%S}",
                moderators_open_at=now - timedelta(minutes=10),
                opens_at=now - timedelta(minutes=10),
                starts_at=now,
                closes_at=now + timedelta(hours=1),
                overtime_until=now + timedelta(hours=2),
            )
            for conference in conferences
        ]
    )
    numbers = [f"+1{301 + n // 100}55501{n % 100:02}" for n in range(number)]
    CallingLine.objects.bulk_create(
        [CallingLine(participant=person, number=line) for person, line in zip(people, numbers, strict=True)]
    )
    Contact.objects.bulk_create(
        [Contact(participant=person, address=line) for person, line in zip(people, numbers, strict=True)]
    )
    taken: set[str] = set()
    while len(taken) < number:
        taken.add(new_roster_number())
    Invitation.objects.bulk_create(
        [
            Invitation(conference=conference, participant=person, roster_number=roster_number)
            for conference, person, roster_number in zip(conferences, people, taken, strict=True)
        ]
    )


@pytest.fixture(autouse=True)
def no_limit_in_the_way(settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "99/600"}


def counted(turns: dict[str, list[Query]]) -> dict[str, int]:
    return {what: len(queries) for what, queries in turns.items()}


def test_each_turn_takes_these_many_queries(room, ana):
    assert max(COST.values()) <= MOST
    assert counted(every_turn(ana)) == COST


def test_in_large_tables_it_takes_no_more_and_every_lookup_has_its_index(room, ana):
    others(room, 2_000)
    analyze()
    turns = every_turn(ana)
    assert counted(turns) == COST
    with the_applications_queries() as of_each_minute:
        assert ladder.remember_lately() == 4
        assert (warn_rooms(), end_rooms()) == (0, 0)
    for what, queries in (turns | {"the worker, each minute": of_each_minute}).items():
        assert each_has_its_index(queries), what


def analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def each_has_its_index(queries: list[Query]) -> bool:
    for sql, params in queries:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = explain(sql, params)
            assert not scans_a_table(plan), f"{sql}\n{plan}"
    return True


def explain(sql: str, params: object) -> str:
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it would read a table of few rows from end to end, index or not
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(how + sql, params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def scans_a_table(plan: str) -> bool:
    """Whether a table that grows is read from end to end. (That of the teams may be, and where it is small should.)"""
    start = "SCAN " if connection.vendor == "sqlite" else "Seq Scan on "
    scanned = [line.partition(start)[2].split()[0] for line in plan.splitlines() if start in line]
    return any(table != "participants_team" for table in scanned)
