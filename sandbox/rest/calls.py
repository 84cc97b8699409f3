"""Calls in progress. https://www.twilio.com/docs/voice/api/call-resource"""

from __future__ import annotations

import phonenumbers

from sandbox.exchange import rooms
from sandbox.models import Leg
from sandbox.rest.answers import API_VERSION, Answered, Asked, ProblemError, not_found, rfc2822
from sandbox.twiml import read

LONGEST_TWIML = 4000  # characters of the Twiml parameter: error 32018


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked), asked.account_sid))


def update(asked: Asked) -> Answered:
    """Hangs up (Status=completed), or makes the call go on with another document (Url or Twiml)."""
    leg = find(asked)
    if status := asked.fields.get("Status"):
        if status not in ("completed", "canceled"):
            raise ProblemError(20001, 400, f"Invalid parameter Status: {status}")
        if leg.end():
            rooms.leave(leg, "participant_updated_via_api")
    elif order := new_order(asked):
        if not leg.is_live:
            raise ProblemError(21220, 400, "Call is not in-progress. Cannot redirect.")
        Leg.objects.filter(pk=leg.pk, ended_at=None).update(order=order)
        # "It pulls the participant out of the room, and ends the room if endConferenceOnExit says so."
        rooms.leave(leg, "participant_updated_via_api")
    else:
        raise ProblemError(20001, 400, "Status, Url or Twiml is needed")
    leg.refresh_from_db()
    return Answered(200, as_json(leg, asked.account_sid))


def new_order(asked: Asked) -> dict[str, str]:
    if twiml := asked.fields.get("Twiml"):
        if len(twiml) > LONGEST_TWIML:
            raise ProblemError(32018, 400, "Twiml parameter is too long")
        read(twiml)
        return {"twiml": twiml}
    if url := asked.fields.get("Url"):
        return {"url": url, "method": asked.fields.get("Method", "POST")}
    return {}


def find(asked: Asked) -> Leg:
    leg = Leg.objects.filter(sid=asked.path["sid"]).first()
    if leg is None:
        raise not_found(uri(asked.account_sid, asked.path["sid"]))
    return leg


def uri(account_sid: str, sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}/Calls/{sid}.json"


def formatted(number: str) -> str:
    """(202) 555-0101, as the 2010 API repeats a number; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


SUBRESOURCES = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


def as_json(leg: Leg, account_sid: str) -> dict[str, object]:
    here = uri(account_sid, leg.sid)
    return {
        "account_sid": account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
        "direction": "inbound",
        "duration": str(leg.duration) if leg.ended_at else None,
        "end_time": rfc2822(leg.ended_at),
        "forwarded_from": None,
        "from": leg.from_number,
        "from_formatted": formatted(leg.from_number),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": "PN" + "0" * 32,
        "price": None,
        "price_unit": "USD",
        "sid": leg.sid,
        "start_time": rfc2822(leg.answered_at or leg.created_at),
        "status": leg.status,
        "subresource_uris": {name: here.replace(".json", f"/{path}.json") for name, path in SUBRESOURCES.items()},
        "to": leg.to_number,
        "to_formatted": formatted(leg.to_number),
        "trunk_sid": None,
        "uri": here,
        "queue_time": "0",
    }
