"""What a turn of a call can end in. Words and facts, no XML."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ask:
    """Say the words and wait for keys. They end with `digits` of them, with pound, or after `seconds` of silence.

    Without a number of seconds the line waits as long as it takes to find a message, at the pace of the caller.
    """

    words: str
    digits: int
    seconds: int | None = None


@dataclass(frozen=True)
class Wait:
    """Say the words, pause for so many seconds, and go on with the next turn."""

    words: str
    seconds: int = 1


@dataclass(frozen=True)
class OwnWords:
    """What an organizer wrote, and the language in which it is read out, whatever the call is spoken in."""

    words: str
    language: str


@dataclass(frozen=True)
class Join:
    """Say the words, then the organizer's, and enter the room, for so many seconds at most.

    Only verification.door.admit() makes one.
    """

    words: str
    own_words: tuple[OwnWords, ...]
    room: str
    label: str
    starts_room: bool
    ends_room: bool
    muted: bool
    tones: str
    waiting_path: str
    events_path: str
    seconds: int


@dataclass(frozen=True)
class HangUp:
    """Say the words and end the call."""

    words: str


Reply = Ask | Wait | Join | HangUp
