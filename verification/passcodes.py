"""The passcode of a room: beside the code, or alone, where the conference says so."""

from enum import Enum, auto
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from participants.models import Occurrence, Passcode, Policy
from verification import throttle
from verification.models import Attempt, Block, Call
from verification.recognition import BlockedError, likeliest


class Passing(Enum):
    """What came of a passcode that was typed."""

    RIGHT = auto()
    WRONG = auto()
    TOO_MANY = auto()


def room_called(call: Call, number: str) -> int | None:
    """The occurrence that is open now of the conference with this number, if the passcode alone opens it.

    Raises BlockedError where its team turns the line away.
    """
    now = timezone.now()
    rooms = Occurrence.objects.open_at(now).filter(conference__number=number, conference__admission=Policy.PASSCODE)
    blocks = Block.objects.for_team(OuterRef("conference__team")).of_line(call.line, now)
    room: Any = next(iter(likeliest(rooms.annotate(blocked=Exists(blocks)), now)), None)
    if room and room.blocked:
        call.attempts.create(outcome=Attempt.Outcome.BLOCKED, occurrence=room)
        raise BlockedError([])
    return room.pk if room else None


def check_passcode(call: Call, keys: str) -> Passing:
    """Whether these are the digits of the passcode of the room that the call wants. Asks nobody outside.

    Counted before it is looked at and given back where right, so that calls at once cannot outrun the limits.
    """
    invitation, occurrence = call.wanted
    passcodes = Passcode.objects.filter(conference__occurrences=occurrence)
    if invitation is None:
        passcodes = passcodes.filter(conference__admission=Policy.PASSCODE)
    passcode = passcodes.first()
    tried = {"wrong_passcodes_per_line": call.counted(call.line)}
    if passcode:
        tried["wrong_passcodes_per_conference"] = str(passcode.conference_id)
    try:
        throttle.take(None, None, **tried)
    except throttle.OverLimitError as over:
        _note(call, Attempt.Outcome.OVER_LIMIT, str(over))
        return Passing.TOO_MANY
    if passcode is None or not passcode.matches(keys):
        _note(call, Attempt.Outcome.WRONG_PASSCODE)
        return Passing.WRONG
    throttle.take_back(**tried)
    call.passcode_typed = passcode.pk
    return Passing.RIGHT


def _note(call: Call, outcome: str, detail: str = "") -> None:
    """With the room: whoever comes without an invitation is known by nothing else."""
    only = call.people[0] if len(call.people) == 1 else None
    call.attempts.create(outcome=outcome, detail=detail, occurrence_id=call.wanted[1], participant_id=only)
