"""The form fields of a voice webhook. https://www.twilio.com/docs/voice/twiml"""

from __future__ import annotations

from email.utils import format_datetime

import phonenumbers
from django.conf import settings
from django.utils import timezone

from sandbox.models import Leg

API_VERSION = "2010-04-01"
# https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
VERSTATS = {
    "A": "TN-Validation-Passed-A",
    "B": "TN-Validation-Passed-B",
    "C": "TN-Validation-Passed-C",
    "failed": "TN-Validation-Failed",
}


def call_fields(leg: Leg) -> dict[str, str]:
    """What every request about a call says, with the legacy twins that are signed like the rest."""
    return {
        "CallSid": leg.sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": leg.from_number,
        "To": leg.to_number,
        "CallStatus": leg.status,
        "ApiVersion": API_VERSION,
        "Direction": "inbound",
        "Called": leg.to_number,
        "Caller": leg.from_number,
        **place("From", leg.from_number),
        **place("Caller", leg.from_number),
        **place("To", leg.to_number),
        **place("Called", leg.to_number),
        **leg.extra_fields,
    }


def place(whose: str, number: str) -> dict[str, str]:
    """Sent where Twilio can derive them, perhaps as empty strings. A withheld number is Lesotho's, as seen live."""
    if not number.startswith("+"):
        return {}
    return {f"{whose}City": "", f"{whose}State": "", f"{whose}Zip": "", f"{whose}Country": country_of(number)}


def country_of(number: str) -> str:
    try:
        code = phonenumbers.parse(number).country_code or 0
    except phonenumbers.NumberParseException:
        return ""
    region = phonenumbers.region_code_for_country_code(code)
    return "" if region in ("ZZ", "001") else region


def sip_fields(uri: str) -> dict[str, str]:
    """What a SIP caller brings along. https://www.twilio.com/docs/voice/api/sip-twiml"""
    user, _, host = uri.removeprefix("sip:").partition("@")
    return {
        "SipDomain": host or "sip.example.com",
        "SipDomainSid": "SD" + "0" * 32,
        "SipUsername": user,
        "SipCallId": f"{user}-call",
        "SipSourceIp": "192.0.2.10",
    }


def verstat_fields(attestation: str) -> dict[str, str]:
    """What the carriers say of the calling number, as Twilio tells it; nothing at all for most calls."""
    return {"StirVerstat": VERSTATS[attestation]} if attestation else {}


def status_fields(leg: Leg) -> dict[str, str]:
    """The number's status callback, once the call is over."""
    minutes = -(-leg.duration // 60)
    return {
        **call_fields(leg),
        "CallDuration": str(leg.duration),
        "Duration": str(minutes),
        "Timestamp": format_datetime(timezone.now()),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": "0",
    }
