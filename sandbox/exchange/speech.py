"""What a caller hears, and how long it takes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from sandbox.exchange.documents import utter
from sandbox.models import Leg, Utterance
from sandbox.twiml import Pause, Play, Say

WORDS_PER_SECOND = 2.5
SECONDS_OF_AUDIO = 10.0  # a file is not fetched, so its length is a guess
FOR_EVER = timedelta(days=365)


def perform(leg: Leg, verb: Say | Play | Pause) -> timedelta:
    """Lets the caller hear it; how long it takes when speech takes its time."""
    match verb:
        case Say():
            for _time in range(max(verb.loop, 1)):
                utter(leg, Utterance.Kind.SAY, verb.text, verb.voice, verb.language, verb.rate)
            return how_often(verb.loop, len(verb.text.split()) / (WORDS_PER_SECOND * verb.rate))
        case Play(digits=""):
            utter(leg, Utterance.Kind.PLAY, verb.url)
            return how_often(verb.loop, SECONDS_OF_AUDIO)
        case Play():
            return timedelta(seconds=len(verb.digits) / 2)
        case Pause():
            utter(leg, Utterance.Kind.PAUSE, f"{verb.length} s")
            return timedelta(seconds=verb.length)


def how_often(loop: int, seconds: float) -> timedelta:
    """A loop of 0 goes on until the call hangs up."""
    return timedelta(seconds=seconds * loop) if loop else FOR_EVER


def done_at(leg: Leg, length: timedelta) -> datetime:
    """When it is over. For a phone that does not wait, at once; but what never ends never does."""
    if leg.pace == Leg.Pace.INSTANT and length < FOR_EVER:
        return timezone.now()
    return timezone.now() + length
