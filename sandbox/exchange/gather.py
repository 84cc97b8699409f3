"""Keys. https://www.twilio.com/docs/voice/twiml/gather"""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from sandbox.exchange.documents import load, resolve
from sandbox.exchange.speech import done_at, perform
from sandbox.exchange.transport import Transport
from sandbox.models import Leg
from sandbox.twiml import Gather


def prompt(leg: Leg, gather: Gather) -> None:
    """The next nested prompt; after the last one the time-out begins."""
    if leg.prompt < len(gather.prompts):
        length = perform(leg, gather.prompts[leg.prompt])
        leg.store(prompt=leg.prompt + 1, due_at=done_at(leg, length))
    else:
        listen(leg, gather)


def listen(leg: Leg, gather: Gather) -> None:
    due_at = timezone.now() + timedelta(seconds=gather.timeout)
    leg.store(state=Leg.State.LISTENING, keys=leg.keys, due_at=due_at)


def take_key(leg: Leg, gather: Gather, key: str, wire: Transport) -> None:
    """The first key stops the prompts; numDigits or the finish key sends what was typed."""
    if key == gather.finish_on_key:
        if leg.keys:
            submit(leg, gather, wire, finished_on=key)
        else:
            nothing_typed(leg, gather, wire)
        return
    leg.keys += key
    if len(leg.keys) == gather.num_digits:
        submit(leg, gather, wire)
    else:
        listen(leg, gather)


def time_out(leg: Leg, gather: Gather, wire: Transport) -> None:
    """Silence between digits ends them; silence from the start is nothing typed."""
    if leg.keys:
        submit(leg, gather, wire)
    else:
        nothing_typed(leg, gather, wire)


def nothing_typed(leg: Leg, gather: Gather, wire: Transport) -> None:
    """A Gather falls through to the verb after it, unless actionOnEmptyResult."""
    if gather.action_on_empty_result:
        submit(leg, gather, wire)
    else:
        leg.store(state=Leg.State.READY, verb=leg.verb + 1, due_at=None)


def submit(leg: Leg, gather: Gather, wire: Transport, finished_on: str = "") -> None:
    fields = {"Digits": leg.keys, "FinishedOnKey": finished_on}
    if not leg.keys:
        fields["msg"] = "Gather End"
    load(leg, wire, resolve(leg, gather.action), gather.method, **fields)
