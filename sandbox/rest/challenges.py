"""Verify v2, challenges: questions to a factor (TOTP). https://www.twilio.com/docs/verify/api/challenge"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from sandbox.models import Factor, FactorChallenge
from sandbox.rest import verify_services
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found
from sandbox.rest.factors import find_entity, invalid

LIFETIME = timedelta(minutes=5)  # "default five (5) minutes after Challenge creation"
# Error 60312, for codes of five digits or more: challenges of one factor in an hour, and in a day.
LIMITS = ((timedelta(hours=1), 50), (timedelta(hours=24), 100))
Status = FactorChallenge.Status


def create(asked: Asked) -> Answered:
    """Checks a code: "approved", or for a wrong one "pending". "Since 2021-10-27 wrong codes do not raise".

    A code that was right before is taken again while it lasts: whether Twilio does so is not documented, and this is
    the answer that a line must be able to bear.
    """
    factor = find_factor(asked)
    if factor.status != Factor.Status.VERIFIED:
        raise ProblemError(60318, 403, "Factor is unverified")
    code, now = asked.fields.get("AuthPayload"), timezone.now()
    if code is not None and not 3 <= len(code) <= 8:
        raise invalid()
    for window, most in LIMITS:
        if factor.challenges.filter(created_at__gt=now - window).count() >= most:
            raise ProblemError(60312, 429, "Max challenges per factor reached")
    right = code is not None and factor.takes(code)
    challenge = factor.challenges.create(
        status=Status.APPROVED if right else Status.PENDING,
        tries=int(code is not None),
        expires_at=now + LIFETIME,
        responded_at=now if right else None,
    )
    return Answered(201, as_json(challenge))


def find_factor(asked: Asked) -> Factor:
    entity, sid = find_entity(asked), asked.fields.get("FactorSid", "")
    found = Factor.objects.filter(entity=entity, sid=sid).select_related("entity").first()
    if found is None:
        raise not_found(f"/Services/{entity.service_sid}/Entities/{entity.identity}/Factors/{sid}")
    return found


def as_json(challenge: FactorChallenge) -> dict[str, object]:
    factor, entity = challenge.factor, challenge.factor.entity
    here = f"{verify_services.BASE}/{entity.service_sid}/Entities/{entity.identity}/Challenges/{challenge.sid}"
    return {
        "sid": challenge.sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "service_sid": entity.service_sid,
        "entity_sid": entity.sid,
        "identity": entity.identity,
        "factor_sid": factor.sid,
        "date_created": iso(challenge.created_at),
        "date_updated": iso(challenge.created_at),
        "date_responded": iso(challenge.responded_at) if challenge.responded_at else None,
        "expiration_date": iso(challenge.expires_at),
        "status": challenge.status,
        "responded_reason": "none",
        "details": None,
        "hidden_details": None,
        "metadata": None,
        "factor_type": "totp",
        "url": here,
        "links": {"notifications": f"{here}/Notifications"},
    }
