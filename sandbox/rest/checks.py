"""Verify v2, checking. https://www.twilio.com/docs/verify/api/verification-check"""

from __future__ import annotations

import hmac

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from sandbox.models import Verification
from sandbox.models.verify import MOST_CHECKS
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found
from sandbox.rest.verifications import invalid, require_service


def create(asked: Asked) -> Answered:
    """Compares a code. "A wrong code is not an error": 201, pending, valid false.

    "Five checks; the sixth is 429/60202"; after approval, expiry or too many checks "404/20404".
    """
    service_sid = require_service(asked)
    code = asked.fields.get("Code", "")
    if not 4 <= len(code) <= 10:
        raise invalid("Code")
    verification = find(asked, service_sid)
    pending = Verification.objects.filter(pk=verification.pk, status=Verification.Status.PENDING)
    if verification.is_expired or not pending.exists():
        raise gone(service_sid)
    now = timezone.now()
    if not pending.filter(checks__lt=MOST_CHECKS).update(checks=F("checks") + 1, updated_at=now):
        if not pending.update(status=Verification.Status.MAX_ATTEMPTS_REACHED, updated_at=now):
            raise gone(service_sid)  # approved by another check meanwhile
        raise ProblemError(60202, 429, "Max check attempts reached")
    if hmac.compare_digest(verification.code.encode(), code.encode()) and not pending.update(
        status=Verification.Status.APPROVED, updated_at=now
    ):
        raise gone(service_sid)  # another check of the same code was quicker, and the code works once
    verification.refresh_from_db()
    return Answered(201, as_json(verification))


def find(asked: Asked, service_sid: str) -> Verification:
    sid, to = asked.fields.get("VerificationSid"), asked.fields.get("To")
    known = Verification.objects.filter(service_sid=service_sid).order_by("-pk")
    if sid:
        found, problem = known.filter(sid=sid).first(), gone(service_sid)
    elif to:
        # Seen live, against the documentation: an address that never had a code is a bad parameter.
        found, problem = known.filter(to=to).first(), invalid("To")
    else:
        raise ProblemError(60221, 400, "Either To or VerificationSid must be specified")
    if found is None:
        raise problem
    return found


def gone(service_sid: str) -> ProblemError:
    return not_found(f"/Services/{service_sid}/VerificationCheck")


def as_json(verification: Verification) -> dict[str, object]:
    return {
        "sid": verification.sid,
        "service_sid": verification.service_sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "to": verification.to,
        "channel": verification.channel,
        "status": verification.status,
        "valid": verification.status == Verification.Status.APPROVED,
        "amount": None,
        "payee": None,
        "sna_attempts_error_codes": [],
        "date_created": iso(verification.created_at),
        "date_updated": iso(verification.updated_at),
    }
