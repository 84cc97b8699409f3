"""Verify v2, sending. https://www.twilio.com/docs/verify/api/verification"""

from __future__ import annotations

import re
import secrets

import phonenumbers
from django.conf import settings
from django.utils import timezone

from sandbox.models import Message, Recipient, Verification, VerifyService
from sandbox.models.verify import MOST_SENDS
from sandbox.rest import rate_limits, verify_services
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found
from sandbox.rows import atomic
from sandbox.sids import new_sid

# What the service of the sandbox lacks, on demand: a mail integration (60217), a WhatsApp sender (68008), a channel.
NOT_CONFIGURED = {"email": 60217, "whatsapp": 68008, "sms": 60223, "call": 60223}
CHANNELS = {"sms": "SMS", "call": "CALL", "email": "EMAIL", "whatsapp": "whatsapp"}  # as the attempts spell them

# https://www.twilio.com/docs/verify/supported-languages
# fmt: off
LOCALES = frozenset((
    "af", "ar", "ca", "zh", "zh-CN", "zh-HK", "hr", "cs", "da", "nl", "en", "en-GB", "et", "fi", "fr", "de", "el",
    "he", "hi", "hu", "id", "it", "ja", "kn", "ko", "lt", "ms", "mr", "nb", "pl", "pt", "pt-BR", "ro", "ru", "sk",
    "es", "sv", "tl", "te", "th", "tr", "uk", "vi",
))
# fmt: on

# In the language of the locale; English where we know no better.
BODIES = {
    "en": (
        "Your Conferenceline verification code is: {code}. "
        "Don't share this code with anyone; our employees will never ask for the code."
    ),
    "es": (
        "Su código de verificación de Conferenceline es: {code}. "
        "No comparta este código con nadie; nuestros empleados nunca se lo pedirán."
    ),
}


def invalid(parameter: str) -> ProblemError:
    return ProblemError(60200, 400, f"Invalid parameter: {parameter}")


def require_service(asked: Asked) -> str:
    """The SID of the Verify service in the path; 404/20404 for one that the account does not have."""
    return verify_services.find(asked).sid


def create(asked: Asked) -> Answered:
    """Sends a code.

    "The same code and SID inside the ten minutes, also when switching channel"; "five sends per To, the sixth is
    429/60203".
    """
    service = verify_services.find(asked)
    service_sid = service.sid
    to, channel = valid_destination(asked)
    rate_limits.take(asked, service)
    Recipient.objects.get_or_create(address=to)
    with atomic():
        Recipient.objects.select_for_update().get(address=to)
        if Verification.objects.sends(service_sid, to) >= MOST_SENDS:
            raise ProblemError(60203, 429, "Max send attempts reached")
        verification = Verification.objects.running(service_sid, to) or new_verification(service, to)
        now = timezone.now()
        send = {"time": iso(now), "channel": CHANNELS[channel], "attempt_sid": new_sid("VL")}
        verification.sends = [*verification.sends, send]
        verification.channel = channel
        verification.updated_at = now
        verification.save()
        body = BODIES.get(asked.fields.get("Locale", ""), BODIES["en"]).format(code=verification.code)
        Message.objects.create(to=to, channel=channel, body=body, sent_at=now, waits_for_key=channel == "call")
    return Answered(201, as_json(verification))


def valid_destination(asked: Asked) -> tuple[str, str]:
    """Where to, and by which channel; 400/60200 for what Verify would not take."""
    to, channel = asked.fields.get("To", ""), asked.fields.get("Channel", "")
    if channel not in CHANNELS:
        raise invalid("Channel")
    if not (is_mailbox(to) if channel == "email" else is_e164(to)):
        raise invalid("To")
    if asked.fields.get("Locale", "en") not in LOCALES:
        raise invalid("Locale")
    if channel not in settings.SANDBOX_CHANNELS:
        raise ProblemError(NOT_CONFIGURED[channel], 400, f"The service is not configured for {channel}")
    if "CustomCode" in asked.fields:
        raise ProblemError(60204, 403, "Service does not support this feature: custom code")
    return to, channel


def is_e164(to: str) -> bool:
    if not re.fullmatch(r"\+[1-9]\d{6,14}", to):
        return False
    return phonenumbers.is_possible_number(phonenumbers.parse(to))


def is_mailbox(to: str) -> bool:
    return bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", to))


def new_verification(service: VerifyService, to: str) -> Verification:
    now = timezone.now()
    code = "".join(secrets.choice("0123456789") for _ in range(service.code_length))
    return Verification(sid=new_sid("VE"), service_sid=service.sid, to=to, code=code, created_at=now, updated_at=now)


def fetch(asked: Asked) -> Answered:
    """By SID or by address. "An approved one is 404 at once; canceled and max_attempts_reached stay"."""
    return Answered(200, as_json(find(asked)))


def update(asked: Asked) -> Answered:
    """`canceled` frees the address for a fresh code; `approved` is for those who made the code themselves."""
    require_service(asked)
    status = asked.fields.get("Status")
    if status not in (Verification.Status.CANCELED, Verification.Status.APPROVED):
        raise invalid("Status")
    verification = find(asked)
    pending = Verification.objects.filter(pk=verification.pk, status=Verification.Status.PENDING)
    if not pending.update(status=status, updated_at=timezone.now()):
        raise not_found(uri(asked))
    verification.refresh_from_db()
    return Answered(200, as_json(verification))


def find(asked: Asked) -> Verification:
    service_sid, key = require_service(asked), asked.path["sid"]
    known = Verification.objects.filter(service_sid=service_sid).order_by("-pk")
    verification = known.filter(sid=key).first() if key.startswith("VE") else known.filter(to=key).first()
    if verification is None or verification.is_expired or verification.status == Verification.Status.APPROVED:
        raise not_found(uri(asked))
    return verification


def uri(asked: Asked) -> str:
    return f"/Services/{asked.path['service']}/Verifications/{asked.path['sid']}"


def as_json(verification: Verification) -> dict[str, object]:
    return {
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "to": verification.to,
        "channel": verification.channel,
        "status": verification.status,
        "valid": verification.status == Verification.Status.APPROVED,
        "date_created": iso(verification.created_at),
        "date_updated": iso(verification.updated_at),
        "lookup": {},
        "amount": None,
        "payee": None,
        "send_code_attempts": verification.sends,
        "sna": None,
        "url": f"https://verify.twilio.com/v2/Services/{verification.service_sid}/Verifications/{verification.sid}",
    }
