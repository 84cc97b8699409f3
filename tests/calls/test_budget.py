"""What a turn costs: at most 12 queries, the same with ten and with ten thousand conferences and people."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from time_machine import travel

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Invitation,
    Occurrence,
    Participant,
    new_roster_number,
)
from sandbox.guard import is_sandbox_at_work
from sandbox.models import Message
from tests import cast
from tests.calls.log import wrong
from tests.edge.signed import call_fields, post
from verification.models import Call, Vouch

pytestmark = pytest.mark.django_db

MOST = 12
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")

Query = tuple[str, object]


@contextmanager
def the_applications_queries() -> Iterator[list[Query]]:
    """Its queries while this block runs, without the sandbox's, which is Twilio."""
    queries: list[Query] = []

    def note(execute, sql, params, many, context):
        if not is_sandbox_at_work() and not sql.startswith(NOT_COUNTED):
            queries.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield queries


def cost(path: str, **fields: str) -> list[Query]:
    with the_applications_queries() as queries:
        assert post(path, call_fields(**fields)).status_code in (200, 204)
    return queries


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


def every_turn(ana: Participant) -> dict[str, list[Query]]:
    """The queries of each kind of turn, by what happens in it."""
    turns = {}

    def turn(what: str, **fields: str) -> None:
        turns[what] = cost(f"/voice/turn/{Call.objects.latest('pk').turn}/", **fields)

    def code() -> str:
        return Message.objects.latest("pk").code

    first, borrowed, again = ({"CallSid": "CA" + letter * 32} for letter in "abc")
    turns["ring, and the code is sent"] = cost("/voice/", **first)
    turns["a copy of the ring"] = cost("/voice/", **first)
    turn("silence", **first)
    turn("a wrong code", **first, Digits=wrong(code()))
    turn("a new code", **first, Digits="*")
    turn("the right code, and the door", **first, Digits=code())
    turns["ring from a strange line"] = cost("/voice/", **borrowed, From=cast.STRANGER)
    turn("a wrong roster number", **borrowed, From=cast.STRANGER, Digits="10000000")
    roster_number = Invitation.objects.get(participant=ana).roster_number
    turn("a right roster number", **borrowed, From=cast.STRANGER, Digits=roster_number)
    turn("the right code, which takes the seat of another call", **borrowed, From=cast.STRANGER, Digits=code())
    turns["a ring of somebody who is in"] = cost("/voice/", **again)
    cost("/voice/status/", **again, CallStatus="completed")
    turns["a redial"] = cost("/voice/", **again | {"CallSid": "CA" + "d" * 32})
    turns["the end of a call"] = cost("/voice/status/", **borrowed, From=cast.STRANGER, CallStatus="completed")
    with travel(timezone.now().replace(second=5), tick=False):
        apps_owner = cast.person(ana.team, "Ada", "+12025550156")
        cast.invite(Conference.objects.get(title="Board meeting"), apps_owner)
        app, asked = cast.app(apps_owner), {"CallSid": "CA" + "3" * 32, "From": "+12025550156"}
        turns["ring, and an app is asked"] = cost("/voice/", **asked)
        turn("a wrong code of an app", **asked, Digits=wrong(app.code()))
        turn("the right code of an app, and the door", **asked, Digits=app.code())
    early = cast.person(ana.team, "Eve", "+12025550155")
    cast.invite(cast.conference(ana.team, "Tomorrow", timezone.now() + timedelta(hours=20)), early)
    turns["ring of somebody too early"] = cost("/voice/", CallSid="CA" + "2" * 32, From="+12025550155")
    organizer = User.objects.create_superuser("organizer")
    invitation = Invitation.objects.get(participant=ana)

    def let_in(call: Call | None = None) -> None:
        date = cast.occurrence_of(invitation.conference)
        Vouch.objects.make(invitation, date, by=organizer, reason="I know her voice", call=call)

    waits, rings, keys = ({"CallSid": "CA" + letter * 32} for letter in "ef1")
    cost("/voice/", **waits)
    let_in(Call.objects.latest("pk"))
    turn("a waiting caller is let in by hand", **waits)
    let_in()
    turns["ring, and let in by hand"] = cost("/voice/", **rings)
    cost("/voice/", **keys, From=cast.STRANGER)
    let_in()
    turn("a roster number, and let in by hand", **keys, From=cast.STRANGER, Digits=roster_number)
    return turns


@pytest.fixture(autouse=True)
def no_limit_in_the_way(settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "99/600"}


@pytest.mark.parametrize("how_many", [10, 10_000])
def test_each_turn_takes_these_many_queries_however_large_the_tables(room, ana, how_many):
    """Pinned, so that a query more is a decision."""
    others(room, how_many)
    counted = {what: len(queries) for what, queries in every_turn(ana).items()}
    assert max(counted.values()) <= MOST
    assert counted == {
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
        "a roster number, and let in by hand": 12,
    }


def test_every_lookup_of_a_call_has_its_index(room, ana):
    others(room, 2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for what, queries in every_turn(ana).items():
        for sql, params in queries:
            if sql.startswith(("SELECT", "UPDATE", "DELETE")):
                plan = explain(sql, params)
                assert not scans_a_table(plan), f"{what}: {sql}\n{plan}"


def explain(sql: str, params: object) -> str:
    how = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it would read a table of few rows from end to end, index or not
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(how + sql, params)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def scans_a_table(plan: str) -> bool:
    """Whether a table that grows is read from end to end. (Tables of a few rows are, and should be.)"""
    grows = ("participants_", "verification_call")
    lines = plan.splitlines()
    if connection.vendor == "sqlite":
        scanned = [line.removeprefix("SCAN ").split()[0] for line in lines if line.startswith("SCAN ")]
        return any(table.startswith(grows) and table != "participants_team" for table in scanned)
    return any(f"Seq Scan on {table}" in line for table in grows for line in lines)
