"""Requests as Twilio signs them, for tests that need one without a phone at the other end."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from twilio.request_validator import RequestValidator

from tests import cast
from tests.contracts.twiml import hold_to_twiml

FORM = "application/x-www-form-urlencoded"
SID = "CA" + "a" * 32


def call_fields(**fields: str) -> dict[str, str]:
    """The fields of an incoming call, as far as they matter, with these changed."""
    return {
        "CallSid": SID,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": cast.ANA,
        "To": settings.SANDBOX_LINE,
        "CallStatus": "ringing",
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
    } | fields


def signature(path: str, fields: dict[str, str], token: str | None = None) -> str:
    validator = RequestValidator(settings.TWILIO_AUTH_TOKEN if token is None else token)
    return validator.compute_signature(settings.PUBLIC_URL + path, fields)


def post(path: str, fields: dict[str, str], *, signed: str | None = None, **extra: object) -> HttpResponse:
    """Posts the form with its signature, or with this one; exceptions become a 500, as they would outside.

    An answer of 200 is held to be TwiML, whatever the test makes of it.
    """
    headers = {"X-Twilio-Signature": signature(path, fields) if signed is None else signed}
    host = settings.PUBLIC_URL.partition("://")[2]
    response = Client(raise_request_exception=False, SERVER_NAME=host).post(
        path, urlencode(fields), content_type=extra.pop("content_type", FORM), headers=headers, secure=True, **extra
    )
    hold_to_twiml(response)
    return response
