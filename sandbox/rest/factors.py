"""Verify v2, entities and their factors (TOTP). https://www.twilio.com/docs/verify/api/factor"""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from sandbox.models import Entity, Factor, VerifyService
from sandbox.models.authenticators import TRIES_MOST
from sandbox.rest import verify_services
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found

MOST_FACTORS = 100  # of an entity: error 60315
MOST_NEW_FACTORS = 100  # of an entity in a day: error 60326
DAY = timedelta(days=1)
CONFIG = {"Config.CodeLength": ("digits", 3, 8), "Config.TimeStep": ("step", 20, 60), "Config.Skew": ("skew", 0, 2)}
PARAMETERS = frozenset(("FriendlyName", "FactorType", "Config.Alg", "Binding.Secret", *CONFIG))


def invalid() -> ProblemError:
    return ProblemError(60306, 400, "Invalid request")


def create(asked: Asked) -> Answered:
    """Makes a factor, and on the fly the entity. "binding is ONLY returned upon creation"."""
    service = verify_services.find(asked)
    factor = Factor(friendly_name=valid_name(asked))
    if asked.fields.get("FactorType") != "totp" or asked.fields.get("Config.Alg", "sha1") != "sha1":
        raise invalid()
    for parameter, (attribute, least, most) in CONFIG.items():
        if parameter in asked.fields:
            setattr(factor, attribute, number_in(asked.fields[parameter], least, most))
    factor.secret = asked.fields.get("Binding.Secret", factor.secret)
    factor.entity = entity_for(service, asked.path["identity"])
    young = factor.entity.factors.filter(created_at__gt=timezone.now() - DAY)
    if factor.entity.factors.count() >= MOST_FACTORS:
        raise ProblemError(60315, 400, "Max factors per entity reached")
    if young.count() >= MOST_NEW_FACTORS:
        raise ProblemError(60326, 429, "Max new factors per entity reached")
    factor.save()
    binding = {"secret": factor.secret, "uri": uri_of(factor, service)}
    return Answered(201, as_json(factor) | {"binding": binding, "options": None})


def valid_name(asked: Asked) -> str:
    name = asked.fields.get("FriendlyName", "")
    if not 0 < len(name) <= 64:
        raise invalid()
    return name


def number_in(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise invalid()
    return int(text)


def entity_for(service: VerifyService, identity: str) -> Entity:
    """ "Length between 8 and 64 characters […] dash (-) separated alphanumeric characters"."""
    if not re.fullmatch(r"[A-Za-z0-9-]{8,64}", identity):
        raise invalid()
    return Entity.objects.get_or_create(service_sid=service.sid, identity=identity)[0]


def uri_of(factor: Factor, service: VerifyService) -> str:
    """https://github.com/google/google-authenticator/wiki/Key-Uri-Format"""
    issuer = quote(service.friendly_name)
    query = f"secret={factor.secret}&issuer={issuer}&algorithm=SHA1&digits={factor.digits}&period={factor.step}"
    return f"otpauth://totp/{issuer}:{quote(factor.friendly_name)}?{query}"


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked)))


def update(asked: Asked) -> Answered:
    """Verifies a factor. "A wrong code: still unverified, not an HTTP error"; five tries, the sixth is 429/60310."""
    factor, code = find(asked), asked.fields.get("AuthPayload")
    if code is None or not 3 <= len(code) <= 8:
        raise invalid()
    if factor.status == Factor.Status.VERIFIED:
        raise ProblemError(60317, 409, "Factor is already verified")
    unverified = Factor.objects.filter(pk=factor.pk, status=Factor.Status.UNVERIFIED)
    if not unverified.filter(tries__lt=TRIES_MOST).update(tries=F("tries") + 1):
        raise ProblemError(60310, 429, "Max verification attempts for the factor reached")
    if factor.takes(code):
        unverified.update(status=Factor.Status.VERIFIED, updated_at=timezone.now())
    factor.refresh_from_db()
    return Answered(200, as_json(factor))


def delete(asked: Asked) -> Answered:
    find(asked).delete()
    return Answered(204)


def delete_entity(asked: Asked) -> Answered:
    find_entity(asked).delete()
    return Answered(204)


def find_entity(asked: Asked) -> Entity:
    service, identity = verify_services.find(asked), asked.path["identity"]
    found = Entity.objects.filter(service_sid=service.sid, identity=identity).first()
    if found is None:
        raise not_found(f"/Services/{service.sid}/Entities/{identity}")
    return found


def find(asked: Asked) -> Factor:
    found = Factor.objects.filter(entity=find_entity(asked), sid=asked.path["sid"]).select_related("entity").first()
    if found is None:
        raise not_found(f"/Services/{asked.path['service']}/Entities/{asked.path['identity']}/Factors")
    return found


def as_json(factor: Factor) -> dict[str, object]:
    entity = factor.entity
    return {
        "sid": factor.sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "service_sid": entity.service_sid,
        "entity_sid": entity.sid,
        "identity": entity.identity,
        "friendly_name": factor.friendly_name,
        "status": factor.status,
        "factor_type": "totp",
        "config": {"alg": "sha1", "skew": factor.skew, "code_length": factor.digits, "time_step": factor.step},
        "metadata": None,
        "date_created": iso(factor.created_at),
        "date_updated": iso(factor.updated_at),
        "url": f"{verify_services.BASE}/{entity.service_sid}/Entities/{entity.identity}/Factors/{factor.sid}",
    }
