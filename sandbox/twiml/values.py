"""What an attribute may say. Each function turns the written value into a Python one, or raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from sandbox.overrides import BadOverrideError, split_overrides
from sandbox.twiml.errors import BadTwiml

Read = Callable[[str], object]

LOOPS = 1000


def boolean(value: str) -> bool:
    if value not in ("true", "false"):
        raise ValueError("true or false")
    return value == "true"


def number(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
            raise ValueError(f"a whole number from {low} to {high}")
        return int(value)

    return read


def one_of(*allowed: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"one of {', '.join(map(repr, allowed))}")
        return value

    return read


def matching(pattern: str, words: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise ValueError(words)
        return value

    return read


def words_of(*allowed: str) -> Callable[[str], tuple[str, ...]]:
    def read(value: str) -> tuple[str, ...]:
        given = tuple(value.split())
        if not given or not set(given) <= set(allowed):
            raise ValueError(f"some of {', '.join(allowed)}, with a space between")
        return given

    return read


def url(value: str) -> str:
    """Absolute or relative. A fragment is a connection override, and nothing else."""
    if any(character.isspace() for character in value):
        raise ValueError("a URL without white space")
    scheme = urlsplit(value).scheme
    if scheme and scheme not in ("http", "https"):
        raise ValueError("an http or https URL")
    try:
        split_overrides(value)
    except BadOverrideError as problem:
        raise BadTwiml(f"{value}: {problem}", 11243) from problem
    except ValueError:
        raise ValueError("a URL whose fragment holds connection overrides (key=value&...)") from None
    return value


def needed_url(value: str) -> str:
    if not value:
        raise ValueError("a URL")
    return url(value)


def label(value: str) -> str:
    """Unique in the room; "must not look like a Call SID or contain a slash" (16023)."""
    if not 1 <= len(value) <= 128 or "/" in value or re.fullmatch(r"CA[0-9a-fA-F]{32}", value):
        raise ValueError("1 to 128 characters, no slash, not like a call SID")
    return value


# https://docs.aws.amazon.com/polly/latest/dg/prosody-tag.html; how fast the words of it are is measured by nobody.
RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "fast": 1.25, "x-fast": 1.5}


def rate(value: str) -> float:
    """Of the usual speed."""
    if value in RATES:
        return RATES[value]
    if not re.fullmatch(r"\d{2,3}%", value) or not 20 <= int(value[:-1]) <= 200:
        raise ValueError(f"one of {', '.join(RATES)}, or 20% to 200%")
    return int(value[:-1]) / 100


METHOD = one_of("GET", "POST")
LOOP = number(0, LOOPS)
LANGUAGE = matching(r"[A-Za-z]{2,4}(-[A-Za-z0-9]{2,8})*", "a language tag like en-US")
VOICE = matching(r"man|woman|alice|(Polly|Google|ElevenLabs)\.[\w.-]+", "man, woman, alice, Polly.Name or Google.Name")
EVENTS = words_of("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
