"""The verbs that the sandbox obeys, with Twilio's defaults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """https://www.twilio.com/docs/voice/twiml/say"""

    text: str
    voice: str = ""
    language: str = "en-US"
    loop: int = 1
    rate: float = 1.0  # of the usual speed


@dataclass(frozen=True)
class Play:
    """https://www.twilio.com/docs/voice/twiml/play"""

    url: str
    loop: int = 1
    digits: str = ""


@dataclass(frozen=True)
class Pause:
    """https://www.twilio.com/docs/voice/twiml/pause"""

    length: int = 1


Prompt = Say | Play | Pause


@dataclass(frozen=True)
class Gather:
    """https://www.twilio.com/docs/voice/twiml/gather"""

    prompts: tuple[Prompt, ...] = ()
    action: str = ""  # the current document
    method: str = "POST"
    timeout: int = 5
    finish_on_key: str = "#"
    num_digits: int = 0  # no limit
    action_on_empty_result: bool = False


@dataclass(frozen=True)
class Redirect:
    """https://www.twilio.com/docs/voice/twiml/redirect"""

    url: str = ""  # the current document
    method: str = "POST"


@dataclass(frozen=True)
class Hangup:
    """https://www.twilio.com/docs/voice/twiml/hangup"""


@dataclass(frozen=True)
class Reject:
    """https://www.twilio.com/docs/voice/twiml/reject"""

    reason: str = "rejected"


@dataclass(frozen=True)
class Conference:
    """https://www.twilio.com/docs/voice/twiml/conference"""

    name: str
    muted: bool = False
    beep: str = "true"
    start_on_enter: bool = True
    end_on_exit: bool = False
    label: str = ""
    wait_url: str | None = None  # None: Twilio's own playlist; "": silence
    wait_method: str = "POST"
    max_participants: int = 250
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dial:
    """https://www.twilio.com/docs/voice/twiml/dial, as far as a conference goes"""

    conference: Conference
    action: str | None = None
    method: str = "POST"
    hangup_on_star: bool = False
    time_limit: int = 14_400


Verb = Say | Play | Pause | Gather | Redirect | Hangup | Reject | Dial
