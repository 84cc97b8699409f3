"""The account itself: whether its credentials open it, what Twilio's clock says, and its auth tokens."""

import logging
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.utils import timezone
from twilio.rest import Client

from conferenceline.telephony.client import http_client, twilio_errors
from conferenceline.telephony.errors import SETUP_ERRORS, RefusedError


@dataclass(frozen=True)
class Account:
    """What Twilio says of the account, and by how many seconds this host's clock is ahead of Twilio's."""

    name: str
    is_active: bool
    is_trial: bool
    clock_ahead: float


def opened_by(token: str) -> Account:
    """The account, by one of its auth tokens: an API key does not open it.

    That a token is none of its is an answer, and no alarm in the log: during a rotation one of two opens nothing.
    Raises MisconfiguredError where the token is none of its, TooBusyError, OutcomeUnknownError, RefusedError.
    """
    asked_at = timezone.now()
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError, refused=logging.INFO):
        answer = _by_token(token).api.v2010.accounts(settings.TWILIO_ACCOUNT_SID).fetch_with_http_info()
    account = answer.data
    between = asked_at + (timezone.now() - asked_at) / 2
    ahead = (between - parsedate_to_datetime(answer.headers["Date"])).total_seconds()
    return Account(account.friendly_name or "", account.status == "active", account.type == "Trial", ahead)


def make_secondary_token() -> str:
    """A second auth token, which opens the account and signs nothing yet. Raises as opened_by() does."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        return str(
            _by_token(settings.TWILIO_AUTH_TOKEN).accounts.v1.secondary_auth_token().create().secondary_auth_token
        )


def drop_secondary_token() -> None:
    """Raises NotThereError where there is none; else as opened_by()."""
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        _by_token(settings.TWILIO_AUTH_TOKEN).accounts.v1.secondary_auth_token().delete()


def promote_secondary_token() -> str:
    """From now on the second token is the only one: Twilio signs with it, and the first opens nothing any more.

    Returns it. Raises as drop_secondary_token() does.
    """
    with twilio_errors(SETUP_ERRORS, otherwise=RefusedError):
        promoted = _by_token(settings.TWILIO_AUTH_TOKEN).accounts.v1.auth_token_promotion().update()
    return str(promoted.auth_token)


def _by_token(token: str) -> Client:
    return Client(settings.TWILIO_ACCOUNT_SID, token, http_client=http_client())
