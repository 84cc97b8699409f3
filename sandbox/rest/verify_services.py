"""Verify's services. https://www.twilio.com/docs/verify/api/service"""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import timezone

from sandbox.models import VerifyService
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found
from sandbox.rest.pages import page_of_verify

FLAGS = {
    "LookupEnabled": "lookup_enabled",
    "SkipSmsToLandlines": "skip_sms_to_landlines",
    "DtmfInputRequired": "dtmf_input_required",
    "Psd2Enabled": "psd2_enabled",
    "DoNotShareWarningEnabled": "do_not_share_warning_enabled",
    "CustomCodeEnabled": "custom_code_enabled",
}
PARAMETERS = frozenset((*FLAGS, "FriendlyName", "CodeLength"))
LONGEST_NAME = 30  # characters, as the error's page says
MOST_DIGITS = 4  # in a name, as seen live


def collection(asked: Asked) -> Answered:
    return page_of_verify(asked, "services", BASE, [as_json(one) for one in VerifyService.objects.with_the_first()])


def create(asked: Asked) -> Answered:
    service = VerifyService()
    if not asked.fields.get("FriendlyName"):
        raise ProblemError(60226, 400, "FriendlyName is required")
    change(service, asked)
    return Answered(201, as_json(service))


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked)))


def update(asked: Asked) -> Answered:
    service = find(asked)
    change(service, asked)
    return Answered(200, as_json(service))


def change(service: VerifyService, asked: Asked) -> None:
    name, length = asked.fields.get("FriendlyName"), asked.fields.get("CodeLength")
    if name is not None:
        if not 0 < len(name) <= LONGEST_NAME or len(re.findall(r"\d", name)) > MOST_DIGITS:
            raise ProblemError(60200, 400, "Invalid parameter: FriendlyName")
        service.friendly_name = name
    if length is not None:
        if not re.fullmatch("[4-9]|10", length):
            raise ProblemError(60200, 400, "Invalid parameter: CodeLength")
        service.code_length = int(length)
    for field, attribute in FLAGS.items():
        flag = asked.flag(field)
        if flag is not None:
            setattr(service, attribute, flag)
    service.updated_at = timezone.now()
    service.save()


def find(asked: Asked) -> VerifyService:
    service = VerifyService.objects.named(asked.path["service"])
    if service is None:
        raise not_found(f"/Services/{asked.path['service']}")
    return service


BASE = "https://verify.twilio.com/v2/Services"
LINKS = {
    "verification_checks": "VerificationCheck",
    "verifications": "Verifications",
    "rate_limits": "RateLimits",
    "messaging_configurations": "MessagingConfigurations",
    "entities": "Entities",
    "webhooks": "Webhooks",
    "access_tokens": "AccessTokens",
}


def as_json(service: VerifyService) -> dict[str, object]:
    here = f"{BASE}/{service.sid}"
    return {
        "sid": service.sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "friendly_name": service.friendly_name,
        "code_length": service.code_length,
        "lookup_enabled": service.lookup_enabled,
        "psd2_enabled": service.psd2_enabled,
        "skip_sms_to_landlines": service.skip_sms_to_landlines,
        "dtmf_input_required": service.dtmf_input_required,
        "tts_name": None,
        "do_not_share_warning_enabled": service.do_not_share_warning_enabled,
        "custom_code_enabled": service.custom_code_enabled,
        "push": {"include_date": False, "apn_credential_sid": None, "fcm_credential_sid": None},
        "totp": {"issuer": service.friendly_name, "time_step": 30, "code_length": 6, "skew": 1},
        "default_template_sid": None,
        "whatsapp": {"msg_service_sid": None, "from": None},
        "passkeys": None,
        "verify_event_subscription_enabled": False,
        "date_created": iso(service.created_at),
        "date_updated": iso(service.updated_at),
        "url": here,
        "links": {name: f"{here}/{path}" for name, path in LINKS.items()},
    }
