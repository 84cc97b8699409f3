"""What a phone can do: place a call, let it go on, press a key, let time pass, hang up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from sandbox.exchange import gather, rooms
from sandbox.exchange.announcements import play_owed
from sandbox.exchange.callbacks import deliver_owed
from sandbox.exchange.documents import utter
from sandbox.exchange.steps import is_anything_due, step, verb_of
from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import MOST_REQUESTS, requests_left
from sandbox.guard import sandbox_at_work
from sandbox.models import Leg, Member, OwnedNumber, Utterance
from sandbox.models.account import NOT_IN_SERVICE
from sandbox.sids import new_sid
from sandbox.twiml import Dial, Gather

CLAIM = timedelta(seconds=60)  # a process that died with a leg in its hands holds it no longer than this


class LegBusyError(RuntimeError):
    """Another process is moving this leg right now: its line is waiting for an answer."""


def place(
    from_number: str,
    to_number: str,
    *,
    pace: str = Leg.Pace.REAL,
    extra_fields: dict[str, str] | None = None,
    sends_status: bool = True,
    delivers_twice: bool = False,
) -> Leg:
    """A call that rings. It asks the number's voice URL when it first goes on; without one it is over at once."""
    with sandbox_at_work():
        number = OwnedNumber.objects.named(to_number)
    leg = Leg.objects.create(
        sid=new_sid("CA"),
        from_number=from_number,
        to_number=to_number,
        created_at=timezone.now(),
        order={"url": number.voice_url, "method": number.voice_method} if number else None,
        pace=pace,
        extra_fields=extra_fields or {},
        sends_status=sends_status,
        delivers_twice=delivers_twice,
    )
    instead = number.why_no_call_arrives if number else NOT_IN_SERVICE
    if instead:
        # "The caller hears not-in-service", and the call is neither logged nor told to anybody
        utter(leg, Utterance.Kind.SYSTEM, instead)
        leg.end("failed")
        leg.store(state=Leg.State.OVER, order=None)
    return leg


@contextmanager
def claimed(leg: Leg) -> Iterator[None]:
    """Nobody else moves the leg meanwhile. Raises LegBusyError where somebody does."""
    now = timezone.now()
    free = Leg.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk=leg.pk)
    if not free.update(claimed_until=now + CLAIM):
        raise LegBusyError(leg.sid)
    left = requests_left.set(MOST_REQUESTS)
    try:
        with sandbox_at_work():
            yield
    finally:
        requests_left.reset(left)
        Leg.objects.filter(pk=leg.pk).update(claimed_until=None)


def go_on(leg: Leg, wire: Transport) -> None:
    """Does everything that is due on this leg, and what rooms owe."""
    with sandbox_at_work():
        leg.refresh_from_db()
        if not is_anything_due(leg):  # a phone asks several times a second: mostly there is nothing to write
            pay_what_rooms_owe(wire)
            return
    with claimed(leg):
        run_until_waiting(leg, wire)


def run_until_waiting(leg: Leg, wire: Transport) -> None:
    while step(leg, wire):
        pass
    pay_what_rooms_owe(wire)


def pay_what_rooms_owe(wire: Transport) -> None:
    play_owed(wire)
    deliver_owed(wire)


def press(leg: Leg, keys: str, wire: Transport) -> bool:
    """Presses these keys one after the other; False where nobody listens for the last one and it is lost."""
    heard = False
    with claimed(leg):
        run_until_waiting(leg, wire)
        for key in keys:
            requests_left.set(MOST_REQUESTS)
            heard = hear_key(leg, key, wire)
            run_until_waiting(leg, wire)
    return heard


def hear_key(leg: Leg, key: str, wire: Transport) -> bool:
    verb = verb_of(leg)
    if leg.state in (Leg.State.PROMPTING, Leg.State.LISTENING) and isinstance(verb, Gather):
        gather.take_key(leg, verb, key, wire)
        return True
    if leg.state == Leg.State.IN_ROOM and isinstance(verb, Dial):
        # "No Gather in a conference: keys are only mixed in", but for the star that leaves it.
        if key == "*" and verb.hangup_on_star:
            rooms.leave(leg, "participant_hung_up")
        return True
    return False


def hang_up(leg: Leg, wire: Transport) -> None:
    """The caller hangs up, whatever the line is doing."""
    if leg.end("completed" if leg.answered_at else "no-answer"):
        rooms.leave(leg, "participant_hung_up")
    go_on(leg, wire)


def fall_silent(leg: Leg, wire: Transport) -> None:
    """The Gather's time-out passes, and the prompts before it, without anybody waiting for them."""
    with claimed(leg):
        run_until_waiting(leg, wire)
        while leg.state in (Leg.State.SPEAKING, Leg.State.PROMPTING):
            Leg.objects.filter(pk=leg.pk).update(due_at=timezone.now())
            step(leg, wire)
        if leg.state == Leg.State.LISTENING:
            Leg.objects.filter(pk=leg.pk).update(due_at=timezone.now())
        run_until_waiting(leg, wire)


def let_time_pass(leg: Leg, seconds: float, wire: Transport, pass_time: Callable[[timedelta], object]) -> None:
    """Time passes from one due moment to the next, and the leg does at each what is due then."""
    left = timedelta(seconds=seconds)
    while left > timedelta(0):
        go_on(leg, wire)
        due = next_due(leg)
        stretch = left if due is None else min(left, max(due - timezone.now(), timedelta(milliseconds=1)))
        pass_time(stretch)
        left -= stretch
    go_on(leg, wire)


def next_due(leg: Leg) -> datetime | None:
    dues = [leg.due_at]
    if member := rooms.stay_of(leg):
        dues += [member.music_due_at, member.limit_at]
    ahead = [due for due in dues if due and due > timezone.now()]
    return min(ahead, default=None)


def bring_forward(leg: Leg, stretch: timedelta) -> None:
    """Time passes for this leg alone: everything that it waits for comes nearer, and the clock stands."""
    leg.refresh_from_db()
    if leg.due_at:
        leg.store(due_at=leg.due_at - stretch)
    here = Member.objects.filter(leg=leg, left_at=None)
    here.update(limit_at=F("limit_at") - stretch)
    here.exclude(music_due_at=None).update(music_due_at=F("music_due_at") - stretch)
