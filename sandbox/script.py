"""What a scripted caller does, one thing each time the line waits for keys."""

from __future__ import annotations

import re
from dataclasses import dataclass


class BadScriptError(ValueError):
    pass


@dataclass(frozen=True)
class Act:
    """`kind` is keys, code, silence, wait, hangup or stay; `value` holds keys or seconds."""

    kind: str
    value: str = ""


def read_script(text: str) -> list[Act]:
    """A script such as `code,1,wait:5,*#,stay`."""
    return [read_act(word.strip()) for word in text.split(",") if word.strip()]


def read_act(word: str) -> Act:
    if word in ("code", "silence", "hangup", "stay"):
        return Act(word)
    if re.fullmatch(r"[0-9*#]+", word):
        return Act("keys", word)
    if found := re.fullmatch(r"wait:(\d+(?:\.\d+)?)", word):
        return Act("wait", found[1])
    raise BadScriptError(f"{word!r} is none of: digits, code, silence, wait:SECONDS, hangup, stay.")
