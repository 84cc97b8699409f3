"""What the log keeps, in words for organizers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Contact, Delivery, Doubt
from verification import told
from verification.models import Admission, Attempt, Call, Challenge

STEPS = {
    "Recognize": _("is being recognized"),
    "EnterRosterNumber": _("is asked for the roster number"),
    "SendCode": _("waits for a code"),
    "EnterCode": _("is asked for the code"),
    "ChooseWay": _("chooses how the code comes"),
    "WaitToSend": _("waits for another code"),
    "StayOnLine": _("is on the way to the code, and silent"),
    "OfferNewCode": _("is asked whether to send another code"),
    "EnterPasscode": _("is asked for the passcode"),
    "ChooseRoom": _("chooses a room"),
    "Farewell": _("is in the room"),
    "Goodbye": _("is being told goodbye"),
}
CHANNELS = {**dict(Contact.Channel.choices), Admission.BY_HAND: _("by hand")}
DETAILS = {
    **dict(Contact.Channel.choices),
    "attested_first": _("an attested call from this number waits for its code"),
    "country": _("no code goes to the country of the number"),
    "prefix": _("no code goes to numbers that begin so"),
    **dict(Doubt.choices),
    "line": _("no code goes to this kind of line, such as a text to a landline"),
    "itself": _("no code is spoken to the line that is calling"),
}
MISSED: dict[str, Any] = {
    Delivery.Kind.TOO_EARLY: _("too early"),
    Delivery.Kind.TOO_LATE: _("too late"),
    Delivery.Kind.NOT_HELD: _("called off"),
}
LIMITS = {
    "sends_per_contact": _("codes sent to this contact"),
    "sends_per_line": _("codes asked for from this line"),
    "wrong_codes_per_contact": _("wrong codes for this contact"),
    "app_codes_per_contact": _("codes of this authenticator app"),
    "roster_numbers_per_line": _("roster numbers tried from this line"),
    "roster_numbers": _("roster numbers tried from all lines"),
    "wrong_passcodes_per_line": _("wrong passcodes from this line"),
    "wrong_passcodes_per_conference": _("wrong passcodes for this conference"),
    "sends_per_hour": _("codes sent by this installation in an hour"),
    "sends_per_day": _("codes sent by this installation in a day"),
}


def where(call: Call) -> str:
    """Where the call stands."""
    return gettext("over") if call.ended_at else str(STEPS.get(call.step, call.step))


def channel(name: str) -> str:
    return str(CHANNELS.get(name, name))


def address(code: Challenge, number: str) -> str:
    """Where the code went; `number` is as much of the address as the reader may see. Nothing of an app's identity."""
    return channel(code.channel) if code.is_of_app else number


def reason(attempt: Attempt) -> str:
    """What else is known of it: the way of the code, too early or too late, the limit reached, Twilio's error."""
    known = [_part(part.strip()) for part in attempt.detail.split(",") if part.strip()]
    kind = told.kind_of(attempt)
    if kind in MISSED:
        known.append(str(MISSED[kind]))
    return ", ".join(known)


def _part(part: str) -> str:
    if part in LIMITS and part in settings.LIMITS:
        most, seconds = settings.LIMITS[part].split("/")
        return gettext("%(what)s: at most %(most)s in %(minutes)s minutes") % {
            "what": LIMITS[part],
            "most": most,
            "minutes": int(seconds) // 60,
        }
    if part in DETAILS:
        return str(DETAILS[part])
    return gettext("Twilio's error %(number)s") % {"number": part} if part.isdecimal() else part
