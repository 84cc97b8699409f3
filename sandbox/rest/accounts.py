"""The account itself, and its auth tokens. https://www.twilio.com/docs/iam/api/authtoken"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone

from sandbox.models import AuthTokens
from sandbox.rest.answers import API_VERSION, Answered, Asked, ProblemError, iso, not_found, rfc2822

OPENED = datetime(2026, 1, 1, tzinfo=UTC)
TOKENS = "https://accounts.twilio.com/v1/AuthTokens"


def fetch(asked: Asked) -> Answered:
    here = f"/{API_VERSION}/Accounts/{asked.account_sid}"
    names = ("Calls", "Conferences", "IncomingPhoneNumbers", "Messages", "Recordings")
    return Answered(
        200,
        {
            "auth_token": AuthTokens.objects.signing(),
            "date_created": rfc2822(OPENED),
            "date_updated": rfc2822(OPENED),
            "friendly_name": "The sandbox's account",
            "owner_account_sid": asked.account_sid,
            "sid": asked.account_sid,
            "status": "active",
            "subresource_uris": {name.lower(): f"{here}/{name}.json" for name in names},
            "type": "Full",
            "uri": f"{here}.json",
        },
    )


def create_secondary(asked: Asked) -> Answered:
    """A second token, which opens the account and signs nothing yet. Made again, it takes the place of the first."""
    return Answered(201, as_json("Secondary", secondary_auth_token=AuthTokens.objects.make_secondary()))


def delete_secondary(asked: Asked) -> Answered:
    if not AuthTokens.objects.drop_secondary():
        raise not_found("/AuthTokens/Secondary")
    return Answered(204)


def promote(asked: Asked) -> Answered:
    """ "The primary signs until the secondary is promoted; then the new one signs at once"."""
    token = AuthTokens.objects.promote()
    if not token:
        raise ProblemError(20404, 404, "There is no secondary auth token")
    return Answered(200, as_json("Promote", auth_token=token))


def as_json(path: str, **token: str) -> dict[str, object]:
    now = iso(timezone.now())
    return {
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "date_created": now,
        "date_updated": now,
        "url": f"{TOKENS}/{path}",
        **token,
    }
