"""What the page shows of one phone, in words: where the call stands, what was heard, the texts, the company."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from django.utils import timezone

from sandbox import mishaps
from sandbox.exchange import music, rooms
from sandbox.models import Handset, Leg, Message, Utterance
from sandbox.page import apps, callers, company
from sandbox.terminal import ARRIVES_BY, WHO

MOST_LINES = 60
MOST_MESSAGES = 3
MESSAGES_STAY = timedelta(hours=1)


def picture(handset: Handset) -> dict[str, object]:
    """Reads only: whoever wants the call to go on lets it go on before."""
    leg = handset.leg
    stage, words = where_it_stands(leg)
    return {
        "id": handset.pk,
        **holder(handset),
        "call": leg.sid if leg else "",
        "living": handset.is_calling,
        "stage": stage,
        "words": words,
        "seconds": seconds_left(leg) if leg and stage == "asking" else None,
        "typed": leg.keys if leg else "",
        "heard": heard(leg) if leg else [],
        "messages": messages(handset),
        "apps": apps.of(handset.person),
        "company": company.of(leg) if leg else [],
        "twice": handset.delivers_twice,
        "mishap": mishaps.chosen(),
        "lose": bool(leg.answers_to_lose) if leg and handset.is_calling else handset.loses_answer,
    }


def holder(handset: Handset) -> dict[str, object]:
    person = callers.person(handset.person) if handset.person else None
    is_withheld = "number withheld" if handset.withheld else ""
    if person and handset.number != person.number:
        is_withheld = is_withheld or "on a borrowed phone"
    return {
        "name": person.name if person else callers.name_of_number(handset.number),
        "about": person.words if person else "not chosen from an address book",
        "role": person.open_seats[0].role if person and person.open_seats else "",
        "shown": ", ".join(filter(None, (callers.pretty(handset.number), is_withheld))),
        "person": str(handset.person or ""),
        "number": handset.number,
        "texts_at": handset.texts_at,
        "texts_shown": callers.pretty(handset.texts_at),
        "withheld": handset.withheld,
        "attestation": handset.attestation,
    }


def where_it_stands(leg: Leg | None) -> tuple[str, str]:
    """A word for the page, and a sentence for people."""
    if leg is None:
        return "idle", "Ready to call."
    if leg.is_over or not leg.is_live:
        return "over", "The call is over." if leg.answered_at else "The line did not take the call."
    if leg.state == Leg.State.IN_ROOM and (member := rooms.stay_of(leg)):
        if member.hold:
            return "waiting", "On hold, with music."
        if member.is_waiting:
            return "waiting", "In the waiting room" + (", with music." if music.sounds(member) else ", in silence.")
        return "room", "In the room."
    if leg.answered_at is None:
        return "ringing", "Ringing …"
    if leg.state == Leg.State.LISTENING:
        return "asking", "The line waits for your keys."
    if leg.state == Leg.State.PROMPTING:
        return "prompting", "The line is speaking. You can type already."
    return "speaking", "The line is speaking."


def seconds_left(leg: Leg) -> int | None:
    if leg.due_at is None:
        return None
    return max(0, math.ceil((leg.due_at - timezone.now()).total_seconds()))


def heard(leg: Leg) -> list[dict[str, Any]]:
    """Everything that was said, played and typed in the call, in its order."""
    told: list[dict[str, Any]] = [
        {"id": f"said-{each.pk}", "at": each.at, "who": who, "text": words_of(each)}
        | {"language": each.language, "rate": each.rate}
        for each in leg.utterances.all()
        if (who := WHO.get(Utterance.Kind(each.kind)))
    ]
    typed: dict[str, dict[str, Any]] = {}  # by token: Twilio may have asked more than once
    for webhook in leg.webhooks.filter(kind="call").only("fields", "headers", "at"):
        if keys := webhook.fields.get("Digits"):
            token = webhook.headers["I-Twilio-Idempotency-Token"]
            line = {"id": f"typed-{webhook.pk}", "at": webhook.at, "who": "You", "text": keys, "language": ""}
            typed.setdefault(token, line)
    lines = sorted([*typed.values(), *told], key=lambda line: line["at"])
    return lines[-MOST_LINES:]


def words_of(utterance: Utterance) -> str:
    if utterance.kind == Utterance.Kind.MUSIC:
        return f"{utterance.text.capitalize()} is playing."
    return "A recording is playing." if utterance.kind == Utterance.Kind.PLAY else utterance.text


def messages(handset: Handset) -> list[dict[str, object]]:
    """The newest first, as on a screen: at this phone, and at the contacts of whoever holds it."""
    since = timezone.now() - MESSAGES_STAY
    theirs = Message.objects.arrived().filter(to__in=callers.addresses_of(handset), sent_at__gte=since)
    return [
        {
            "id": f"text-{each.pk}{'-rings' if each.waits_for_key else ''}",
            "at": each.sent_at,
            "by": arrives_by(each, handset),
            "subject": each.subject,
            "body": each.seen,
            "rings": each.waits_for_key,
            "code": each.code,
        }
        for each in theirs.order_by("-pk")[:MOST_MESSAGES]
    ]


def arrives_by(message: Message, handset: Handset) -> str:
    """The channel; where it is another telephone than the one beside which it is shown, also which."""
    is_elsewhere = message.to.startswith("+") and message.to != handset.texts_at
    return ARRIVES_BY[message.channel] + (f" to {callers.pretty(message.to)}" if is_elsewhere else "")
