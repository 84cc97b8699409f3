"""The queries of each kind of turn: what tests/calls/test_budget.py counts and looks at."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from time_machine import travel

from participants.models import Conference, Contact, Invitation, Participant, Passcode, Policy, Team
from sandbox.guard import is_sandbox_at_work
from sandbox.models import Fault, Message
from tests import cast
from tests.calls.log import wrong
from tests.edge.signed import call_fields, post
from verification.models import Admission, Call, Challenge, Vouch

NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
ATTESTED = {"StirVerstat": "TN-Validation-Passed-A"}

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


class Turns:
    """The queries of each kind of turn, by what happens in it."""

    def __init__(self) -> None:
        self.queries: dict[str, list[Query]] = {}
        self.sids = (f"CA{number:032}" for number in count(1))

    def ring(self, line: str, what: str = "", **more: str) -> "Caller":
        caller = Caller(self, {"CallSid": next(self.sids), "From": line} | more)
        caller.asks("/voice/", what)
        return caller


class Caller:
    """One call. What it asks is kept under these words, if any."""

    def __init__(self, turns: Turns, fields: dict[str, str]) -> None:
        self.turns, self.fields = turns, fields

    def asks(self, path: str, what: str = "", **more: str) -> None:
        queries = cost(path, **self.fields, **more)
        if what:
            self.turns.queries[what] = queries

    def turn(self, what: str = "", keys: str = "", **more: str) -> None:
        turn = Call.objects.get(sid=self.fields["CallSid"]).turn
        self.asks(f"/voice/turn/{turn}/", what, **({"Digits": keys} if keys else {}), **more)

    def copy(self, what: str) -> None:
        self.asks("/voice/", what)

    def hang_up(self, what: str = "") -> None:
        self.asks("/voice/status/", what, CallStatus="completed")


def code() -> str:
    return Message.objects.latest("pk").code


def every_turn(ana: Participant) -> dict[str, list[Query]]:
    turns = Turns()
    roster_number = Invitation.objects.get(participant=ana).roster_number
    by_code(turns, roster_number)
    by_app(turns, ana.team)
    by_hand(turns, Invitation.objects.get(participant=ana))
    by_passcode(turns, ana.team)
    after_a_drop(turns, ana.team)
    after_a_call_that_may_be_forged(turns, ana.team)
    after_a_call_of_long_ago(turns, ana.team)
    with_a_channel_down(turns, ana.team)
    at_a_time_limit(turns, ana.team)
    return turns.queries


def by_code(turns: Turns, roster_number: str) -> None:
    first = turns.ring(cast.ANA, "ring, and the code is sent")
    first.copy("a copy of the ring")
    first.turn("silence")
    first.turn("a wrong code", wrong(code()))
    first.turn("a new code", "*")
    first.turn("the right code, and the door", code())
    borrowed = turns.ring(cast.STRANGER, "ring from a strange line")
    borrowed.turn("a wrong roster number", "10000000")
    borrowed.turn("a right roster number", roster_number)
    borrowed.turn("the right code, which takes the seat of another call", code())
    turns.ring(cast.ANA, "a ring of somebody who is in").hang_up()
    turns.ring(cast.ANA, "a redial")
    borrowed.hang_up("the end of a call")


def by_app(turns: Turns, team: Team) -> None:
    with travel(timezone.now().replace(second=5), tick=False):
        ada = invited(team, "Ada", "+12025550156")
        app = cast.app(ada)
        asked = turns.ring("+12025550156", "ring, and an app is asked")
        asked.turn("a wrong code of an app", wrong(app.code()))
        asked.turn("the right code of an app, and the door", app.code())
    early = cast.person(team, "Eve", "+12025550155")
    cast.invite(cast.conference(team, "Tomorrow", timezone.now() + timedelta(hours=20)), early)
    turns.ring("+12025550155", "ring of somebody too early")


def by_hand(turns: Turns, invitation: Invitation) -> None:
    organizer = User.objects.create_superuser("organizer")
    date = cast.occurrence_of(invitation.conference)

    def let_in(call: Call | None = None) -> None:
        Vouch.objects.make(invitation, date, by=organizer, reason="I know her voice", call=call)

    waits = turns.ring(cast.ANA)
    let_in(Call.objects.latest("pk"))
    waits.turn("a waiting caller is let in by hand")
    let_in()
    turns.ring(cast.ANA, "ring, and let in by hand")
    keys = turns.ring(cast.STRANGER)
    let_in()
    keys.turn("a roster number, and let in by hand", invitation.roster_number)


def by_passcode(turns: Turns, team: Team) -> None:
    choir = cast.conference(team, "Choir", admission=Policy.PASSCODE)
    passcode = Passcode.objects.make(choir)
    alone = turns.ring(cast.STRANGER)
    alone.turn("a conference number", choir.number)
    alone.turn("a wrong passcode", wrong(passcode))
    alone.turn("the right passcode alone, and the door", passcode)
    dance = cast.conference(team, "Dance", admission=Policy.CODE_AND_PASSCODE)
    passcode = Passcode.objects.make(dance)
    invited(team, "Dan", "+12025550157", dance)
    both = turns.ring("+12025550157")
    both.turn("the right code, and a passcode is asked for", code())
    both.turn("the right passcode after the code, and the door", passcode)


def after_a_drop(turns: Turns, team: Team) -> None:
    club = cast.conference(team, "Club", comes_back=True)
    lines = ["+12025550158", "+12025550159"]
    for line in lines:
        invited(team, f"Caller {line}", line, club)
        drops = turns.ring(line, **ATTESTED)
        drops.turn("the right code of an attested call, and the door", code())
        drops.hang_up()
    back = turns.ring(lines[0], "ring, and back after a drop", **ATTESTED)
    Conference.objects.filter(pk=club.pk).update(seats=2)
    late = turns.ring(lines[1], "ring after a drop, and the seat is gone", **ATTESTED)
    late.turn("a code all the same")
    back.turn("back after a drop, and Twilio did not let the call in", DialCallStatus="failed")
    back.turn("and a code is sent")


def after_a_call_that_may_be_forged(turns: Turns, team: Team) -> None:
    invited(team, "Fay", "+12025550161")
    turns.ring("+12025550161")
    attested = turns.ring(
        "+12025550161", "ring of an attested call, and the code of a forged one is withdrawn", **ATTESTED
    )
    attested.turn("the attested call gets a code of its own")


def after_a_call_of_long_ago(turns: Turns, team: Team) -> None:
    """So long that its code would be found too late."""
    gil = invited(team, "Gil", "+12025550162")
    for what, line, keys in (
        ("a redial, and the old code is withdrawn", "+12025550162", ""),
        ("a roster number again, and the old code is withdrawn", "+12025550198", gil.invitations.get().roster_number),
    ):
        for name in ("", what):
            caller = turns.ring(line, "" if keys else name, **ATTESTED)
            if keys:
                caller.turn(name, keys)
            if not name:
                Challenge.objects.filter(call__line=line).update(sent_at=timezone.now() - timedelta(minutes=9))
    caller.turn("a new code in place of the old one")


def with_a_channel_down(turns: Turns, team: Team) -> None:
    """The most that a turn can meet: a code asked for, refused, and the channel noted as out of service."""
    hal = invited(team, "Hal", "+12025550163")
    Contact.objects.filter(participant=hal).update(channel="whatsapp")
    cast.mailbox(hal, "hal@example.com")

    def down() -> None:
        Challenge.objects.filter(channel="whatsapp").delete()  # or it would rest already
        Fault.objects.inject("verify.send", 68008)

    down()
    turns.ring("+12025550163", "ring, and the channel is down").turn("the next way")
    down()
    turns.ring("+12025550163", "ring of an attested call, and the channel is down", **ATTESTED)
    down()
    caller = turns.ring(cast.STRANGER)
    caller.turn("a right roster number, and the channel is down", hal.invitations.get().roster_number)


def at_a_time_limit(turns: Turns, team: Team) -> None:
    """The date has become longer meanwhile."""
    now = timezone.now()
    invited(team, "Ida", "+12025550164", cast.conference(team, "Long"))
    caller = turns.ring("+12025550164")
    caller.turn("", code())
    seats = Admission.objects.filter(call__line="+12025550164")
    seats.update(entered_at=now - timedelta(minutes=5), until=now - timedelta(seconds=5))
    caller.turn("at the time limit, and the date has become longer", DialCallStatus="answered")
    assert seats.count() == 2


def invited(team: Team, name: str, line: str, conference: Conference | None = None) -> Participant:
    person = cast.person(team, name, line)
    cast.invite(conference or Conference.objects.get(title="Board meeting"), person)
    return person
