"""Telephone numbers. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""

from __future__ import annotations

import re

from django.utils import timezone

from sandbox.models import OwnedNumber
from sandbox.overrides import BadOverrideError, split_overrides
from sandbox.rest.answers import API_VERSION, Answered, Asked, ProblemError, not_found, rfc2822
from sandbox.rest.calls import formatted
from sandbox.rest.pages import page

URLS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
}
METHODS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
}
OWNERS = {
    "VoiceApplicationSid": ("voice_application_sid", "AP"),
    "TrunkSid": ("trunk_sid", "TK"),
    "SmsApplicationSid": ("sms_application_sid", "AP"),
}
PARAMETERS = frozenset((*URLS, *METHODS, *OWNERS, "VoiceReceiveMode"))


def collection(asked: Asked) -> Answered:
    """The account's numbers; with PhoneNumber only those that read like it."""
    found = OwnedNumber.objects.with_the_line()
    if number := asked.fields.get("PhoneNumber"):
        found = found.filter(number__contains=number)
    uri = f"/{API_VERSION}/Accounts/{asked.account_sid}/IncomingPhoneNumbers.json"
    return page(asked, "incoming_phone_numbers", uri, [as_json(one, asked.account_sid) for one in found])


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked), asked.account_sid))


def update(asked: Asked) -> Answered:
    """Changes what is given. "An application or a trunk is cleared by an empty string"."""
    number = find(asked)
    changes = {name: valid_url(asked, field) for field, name in URLS.items() if field in asked.fields}
    changes |= {name: valid(asked, field, "GET|POST") for field, name in METHODS.items() if field in asked.fields}
    for field, (name, prefix) in OWNERS.items():
        if field in asked.fields:
            changes[name] = valid(asked, field, f"|{prefix}[0-9a-fA-F]{{32}}")
    if "VoiceReceiveMode" in asked.fields:
        changes["voice_receive_mode"] = valid(asked, "VoiceReceiveMode", "voice|fax")
    OwnedNumber.objects.filter(pk=number.pk).update(**changes, updated_at=timezone.now())
    return Answered(200, as_json(find(asked), asked.account_sid))


def valid(asked: Asked, field: str, pattern: str) -> str:
    value = asked.fields[field]
    if not re.fullmatch(pattern, value):
        raise ProblemError(20001, 400, f"Invalid parameter {field}: {value}")
    return value


def valid_url(asked: Asked, field: str) -> str:
    """Empty, or an address that can be called from outside. Error 21502 (voice) names a bad one."""
    url = valid(asked, field, r"|https?://[^\s]+")
    try:
        split_overrides(url)
    except BadOverrideError as problem:
        raise ProblemError(11243, 400, str(problem)) from problem
    return url


def find(asked: Asked) -> OwnedNumber:
    number = OwnedNumber.objects.with_the_line().filter(sid=asked.path["sid"]).first()
    if number is None:
        raise not_found(uri(asked.account_sid, asked.path["sid"]))
    return number


def uri(account_sid: str, sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}/IncomingPhoneNumbers/{sid}.json"


def as_json(number: OwnedNumber, account_sid: str) -> dict[str, object]:
    return {
        "account_sid": account_sid,
        "address_sid": None,
        "address_requirements": "none",
        "api_version": API_VERSION,
        "beta": False,
        "capabilities": {
            "voice": number.takes_calls,
            "sms": number.takes_texts,
            "mms": number.takes_texts,
            "fax": False,
        },
        "date_created": rfc2822(number.created_at),
        "date_updated": rfc2822(number.updated_at),
        "friendly_name": formatted(number.number),
        "identity_sid": None,
        "phone_number": number.number,
        "origin": "twilio",
        "sid": number.sid,
        "sms_application_sid": number.sms_application_sid or None,
        "sms_fallback_method": "POST",
        "sms_fallback_url": None,
        "sms_method": number.sms_method,
        "sms_url": number.sms_url or None,
        "status_callback": number.status_callback or None,
        "status_callback_method": number.status_callback_method,
        "trunk_sid": number.trunk_sid or None,
        "uri": uri(account_sid, number.sid),
        "voice_receive_mode": number.voice_receive_mode,
        "voice_application_sid": number.voice_application_sid or None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": number.voice_fallback_method,
        "voice_fallback_url": number.voice_fallback_url or None,
        "voice_method": number.voice_method,
        "voice_url": number.voice_url or None,
        "emergency_status": "Inactive",
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "bundle_sid": None,
        "status": "in-use",
        "type": "local",
    }
