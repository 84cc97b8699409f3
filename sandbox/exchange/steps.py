"""What a call does next, one thing at a time."""

from __future__ import annotations

from django.utils import timezone

from sandbox.exchange import gather, music, rooms
from sandbox.exchange.documents import load, obey, resolve
from sandbox.exchange.fields import call_fields, status_fields
from sandbox.exchange.speech import done_at, perform
from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import Asking, WebhookError, ask
from sandbox.models import Leg, OwnedNumber
from sandbox.twiml import Dial, Gather, Hangup, Pause, Play, Redirect, Reject, Say, Verb, read


def step(leg: Leg, wire: Transport) -> bool:
    """Does the next thing that is due; False where the leg waits, or is over."""
    leg.refresh_from_db()
    if leg.is_over:
        return False
    if not leg.is_live:
        finish(leg, wire)
    elif leg.order:
        follow(leg, leg.order, wire)
    elif leg.state == Leg.State.READY:
        run(leg, wire)
    elif leg.state == Leg.State.IN_ROOM:
        return be_in_room(leg, wire)
    elif leg.is_due():
        go_past(leg, wire)
    else:
        return False
    return True


def is_anything_due(leg: Leg) -> bool:
    """Whether step() would do something. Reads only."""
    if leg.is_over:
        return False
    if not leg.is_live or leg.order or leg.state == Leg.State.READY:
        return True
    if leg.state != Leg.State.IN_ROOM:
        return leg.is_due()
    member = rooms.stay_of(leg)
    if member is None or member.is_out_of_time():
        return True
    if member.is_waiting:
        return not member.music or (member.music_due_at is not None and member.music_due_at <= timezone.now())
    return bool(member.music)


def verb_of(leg: Leg) -> Verb | None:
    """The verb where the leg stands; None past the end of the document."""
    verbs = read(leg.document) if leg.document else ()
    return verbs[leg.verb] if leg.verb < len(verbs) else None


def follow(leg: Leg, order: dict[str, str], wire: Transport) -> None:
    """A new call asks the number's voice URL; a REST update may name another document at any time."""
    leg.store(order=None)
    if "twiml" in order:
        answer(leg)
        obey(leg, order["twiml"], "")
    else:
        load(leg, wire, order["url"], order["method"])


def run(leg: Leg, wire: Transport) -> None:
    verb = verb_of(leg)
    if isinstance(verb, Reject):
        # "The call is not answered, and not billed"
        leg.end("busy" if verb.reason == "busy" else "no-answer")
        return
    if not isinstance(verb, Pause):  # "as first verb it does not answer the call straight away"
        answer(leg)
    match verb:
        case None | Hangup():
            leg.end()
        case Say() | Play() | Pause():
            leg.store(due_at=done_at(leg, perform(leg, verb)), state=Leg.State.SPEAKING)
        case Gather():
            leg.store(state=Leg.State.PROMPTING, prompt=0, keys="", due_at=timezone.now())
        case Redirect():
            load(leg, wire, resolve(leg, verb.url), verb.method)
        case Dial():
            if rooms.join(leg, verb):
                leg.store(state=Leg.State.IN_ROOM, due_at=None)
            else:
                after_dial(leg, verb, wire)


def answer(leg: Leg) -> None:
    if leg.answered_at is None:
        Leg.objects.filter(pk=leg.pk, ended_at=None).update(status="in-progress")
        leg.status = "in-progress"
        leg.store(answered_at=timezone.now())


def go_past(leg: Leg, wire: Transport) -> None:
    """What the leg waited for is over."""
    verb = verb_of(leg)
    match leg.state, verb:
        case Leg.State.PROMPTING, Gather():
            gather.prompt(leg, verb)
        case Leg.State.LISTENING, Gather():
            gather.time_out(leg, verb, wire)
        case _:
            leg.store(state=Leg.State.READY, verb=leg.verb + 1, due_at=None)


def be_in_room(leg: Leg, wire: Transport) -> bool:
    member = rooms.stay_of(leg)
    if member is None:
        verb = verb_of(leg)
        if isinstance(verb, Dial):
            after_dial(leg, verb, wire)
    elif member.is_out_of_time():
        rooms.leave(leg, "participant_hung_up")
    elif member.is_waiting:
        return music.play(leg, member, wire)
    else:
        music.stop(member)
        return False
    return True


def after_dial(leg: Leg, dial: Dial, wire: Transport) -> None:
    """With an action, later verbs are unreachable; without, execution goes on after the Dial.

    For a room that did not take the caller no documented field says so; so nothing here does either.
    """
    if dial.action is None:
        leg.store(state=Leg.State.READY, verb=leg.verb + 1, due_at=None)
    else:
        load(leg, wire, resolve(leg, dial.action), dial.method, DialCallStatus="answered")


def finish(leg: Leg, wire: Transport) -> None:
    """The last requests of a call: the action of a Dial that was under way, and the number's status callback.

    A caller who hangs up in a Gather is not told about by anything but the status callback.
    """
    dial = verb_of(leg) if leg.state == Leg.State.IN_ROOM else None
    leg.store(state=Leg.State.OVER, due_at=None, keys="", order=None)
    rooms.leave(leg, "participant_hung_up")
    if isinstance(dial, Dial) and dial.action is not None:
        tell(leg, wire, "call", resolve(leg, dial.action), call_fields(leg) | {"DialCallStatus": "answered"})
    number = OwnedNumber.objects.named(leg.to_number)
    if leg.sends_status and number and number.status_callback:
        tell(leg, wire, "status", number.status_callback, status_fields(leg), number.status_callback_method)


def tell(leg: Leg, wire: Transport, kind: str, url: str, fields: dict[str, str], method: str = "POST") -> None:
    """A request whose answer changes nothing any more."""
    try:
        ask(Asking(kind, url, fields, method, leg), wire)
    except WebhookError:
        return
