"""What a call's webhook says: which call, from where, and which keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

CALL_SID = re.compile("CA[0-9a-fA-F]{32}")
KEYS = frozenset("0123456789*#")
KEYS_MOST = 32
# https://www.twilio.com/docs/voice/twiml: the CallStatus of a call that is over
OVER = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))

# The keypad spelling of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, which carriers send for a number
# withheld. Seen in public captures; Twilio publishes no list. 266 is Lesotho's code, so they look like numbers.
WITHHELD = {"266696687", "7378742833", "2562533", "8656696", "86282452253"}

# https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir: what Twilio found when it checked the number's
# signature. More may follow ("-Diverted", "-Passthrough").
VERSTAT = re.compile(r"TN-Validation-(?:Passed-(?P<grade>[ABC])(?![^-])|(?P<failed>Failed)(?![^-]))")


def calling_line(caller: str) -> str:
    """The number (E.164) that Twilio's From names; "" where it is withheld, or no telephone's (SIP, Voice SDK)."""
    if caller.removeprefix("+") in WITHHELD:
        return ""
    try:
        number = phonenumbers.parse(caller)
    except phonenumbers.NumberParseException:
        return ""
    if ":" in caller or not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def attestation(verstat: str) -> str:
    """What Twilio's StirVerstat says of the calling number: "A", "B", "C", "failed", or "" for nothing."""
    match = VERSTAT.match(verstat)
    if match is None:
        return ""
    return match["grade"] or "failed"


@dataclass(frozen=True)
class Webhook:
    """What a webhook of a call says, in our words. Its other fields are Twilio's business, and change.

    `sid` is "" where it is none of Twilio's.
    """

    sid: str
    line: str
    dialled: str
    attestation: str
    keys: str
    over: bool

    @classmethod
    def of(cls, form: Mapping[str, str]) -> "Webhook":
        return cls(
            sid=sid if CALL_SID.fullmatch(sid := form.get("CallSid", "")) else "",
            line=calling_line(form.get("From", "")),
            dialled=calling_line(form.get("To", "")),
            attestation=attestation(form.get("StirVerstat", "")),
            keys="".join(key for key in form.get("Digits", "") if key in KEYS)[:KEYS_MOST],
            over=form.get("CallStatus", "") in OVER,
        )
