"""A call comes to the door while its caller, who has lost patience, calls again: one live seat, in whatever order."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from participants.models import Invitation
from sandbox.models import Message
from sandbox.twiml import Dial, Redirect, read
from tests import cast
from tests.calls.at_once import PATIENCE, at_once, in_a_thread
from tests.edge.signed import call_fields, post
from verification.models import Admission, Call, Vouch

pytestmark = pytest.mark.django_db(transaction=True)

ATTESTED = {"StirVerstat": "TN-Validation-Passed-A"}  # or the second call would end none that goes on
FIRST, SECOND = ("CA" + letter * 32 for letter in "ab")


class Gate:
    """Lets a thread stand before its first statement that begins so, until it is opened."""

    def __init__(self, statement: str) -> None:
        self.statement, self.reached, self.opened = statement, Event(), Event()

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(self.statement) and not self.reached.is_set():
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return execute(sql, params, many, context)


def while_it_stands(standing: Callable[[], str], statement: str, other: Callable[[], str], *, locks: bool) -> str:
    """What this one is answered, if the other runs from beginning to end while it stands before the statement.

    `locks`: there it holds a lock on the whole database where that is SQLite, for which the other has to wait.
    """
    gate = Gate(statement)

    def stand() -> str:
        with connection.execute_wrapper(gate):
            return standing()

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(in_a_thread, stand)
        assert gate.reached.wait(PATIENCE)
        second = threads.submit(in_a_thread, other)
        if not (locks and connection.vendor == "sqlite"):
            second.result(PATIENCE)
        gate.opened.set()
        second.result(PATIENCE)
        return first.result(PATIENCE)


def webhook(path: str, **fields: str) -> str:
    response = post(path, call_fields(**ATTESTED, **fields))
    assert response.status_code == 200
    assert "went wrong" not in response.content.decode()
    return response.content.decode()


@pytest.fixture
def comes_to_the_door(room, ana) -> Callable[[], str]:
    """The next turn of Ana's call: somebody lets her in by hand, while a code that she was sent may still be typed."""
    webhook("/voice/", CallSid=FIRST)
    invitation, organizer = Invitation.objects.get(), User.objects.create_superuser("organizer")
    Vouch.objects.make(invitation, cast.occurrence_of(room), by=organizer, reason="It is her", call=Call.objects.get())
    return partial(webhook, "/voice/turn/1/", CallSid=FIRST)


calls_again = partial(webhook, "/voice/", CallSid=SECOND)


def seated() -> list[str]:
    return list(Admission.objects.live(timezone.now()).values_list("call__sid", flat=True))


def gets_in_as_the_only_one() -> None:
    """The second call, with the code that it has."""
    second = Call.objects.get(sid=SECOND)
    code = Message.objects.latest("pk").code
    answer = webhook(f"/voice/turn/{second.turn}/", CallSid=SECOND, Digits=code)
    while isinstance(read(answer)[-1], Redirect):
        answer = webhook(f"/voice/turn/{Call.objects.get(sid=SECOND).turn}/", CallSid=SECOND)
    assert isinstance(read(answer)[-1], Dial)
    assert seated() == [SECOND]


LOOKS_FOR_ROOMS = 'SELECT "participants_invitation"'
TAKES_THE_SEAT = 'INSERT INTO "verification_admission"'
LOOKS_FOR_CODES = 'SELECT "verification_challenge"'
TAKES_THE_CODE = 'UPDATE "verification_challenge" SET "call_id"'
ENDS_THE_CALL = 'UPDATE "verification_call" SET "ended_at"'


ON_POSTGRES = {"postgresql": [FIRST], "sqlite": []}  # the first has a seat already when its code is asked for
ON_SQLITE = {"postgresql": [], "sqlite": [FIRST]}
NOWHERE: dict[str, list[str]] = {"postgresql": [], "sqlite": []}  # its code was taken over, and it is over
EVERYWHERE = {"postgresql": [FIRST], "sqlite": [FIRST]}


@pytest.mark.parametrize(
    ("statement", "locks", "seats"), [(LOOKS_FOR_ROOMS, False, NOWHERE), (TAKES_THE_SEAT, True, ON_SQLITE)]
)
def test_a_second_call_while_the_first_stands_at_the_door(comes_to_the_door, statement, locks, seats):
    answer = while_it_stands(comes_to_the_door, statement, calls_again, locks=locks)
    assert seated() == seats[connection.vendor]
    assert isinstance(read(answer)[-1], Dial) == bool(seated())
    gets_in_as_the_only_one()


@pytest.mark.parametrize(
    ("statement", "locks", "seats"),
    [(LOOKS_FOR_CODES, False, EVERYWHERE), (TAKES_THE_CODE, True, ON_POSTGRES), (ENDS_THE_CALL, True, NOWHERE)],
)
def test_the_first_comes_to_the_door_while_the_second_takes_its_code_over(comes_to_the_door, statement, locks, seats):
    while_it_stands(calls_again, statement, comes_to_the_door, locks=locks)
    assert seated() == seats[connection.vendor]
    gets_in_as_the_only_one()


def test_both_at_once(comes_to_the_door):
    at_once(comes_to_the_door, calls_again)
    assert seated() in ([], [FIRST])
    gets_in_as_the_only_one()
