"""Setting up an authenticator app: the link is used up, Twilio makes the secret, and the first code makes it count.

Each step asks Twilio once, outside every transaction. The secret passes through, and is kept nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from conferenceline.telephony import authenticators
from conferenceline.telephony.errors import (
    AuthenticatorGoneError,
    MisconfiguredError,
    OutcomeUnknownError,
    TooBusyError,
    TooManyChecksError,
    TwilioFaultError,
)
from participants.models import Authenticator
from verification.models import UsedCode


class LinkUsedError(Exception):
    """The link was used, withdrawn or too old already."""


class NotMadeError(Exception):
    """Twilio made no secret; the link is as good as before. The words are for whoever tries."""


class Confirming(Enum):
    """What came of the first code."""

    RIGHT = auto()
    WRONG = auto()
    NOT_CHECKED = auto()
    OVER = auto()  # no code makes this app count any more


@dataclass(frozen=True)
class Shown:
    """What an app must be given, to be shown once."""

    key: str = field(repr=False)  # as one types it, in groups of four
    uri: str = field(repr=False)  # as a QR code


def begin(authenticator: Authenticator, browser: str) -> Shown:
    """Uses up the link for a new secret, or has another one made for the browser that has used it.

    Raises LinkUsedError, NotMadeError.
    """
    if not authenticator.begin(browser):
        raise LinkUsedError
    try:
        made = authenticators.begin(authenticator.identity, _("Conference calls"))
    except TwilioFaultError as fault:
        authenticator.give_back()
        raise NotMadeError(_why_not_made(fault)) from None
    authenticator.keep(made.factor_sid)
    person = authenticator.participant
    return Shown(
        " ".join(made.key[at : at + 4] for at in range(0, len(made.key), 4)),
        _uri(made.key, person.team.name if person else ""),
    )


def confirm(authenticator: Authenticator, code: str) -> Confirming:
    """Whether the first code is right. Then the app is the person's contact, and the code is used up."""
    try:
        right = authenticators.confirm(authenticator.identity, authenticator.factor_sid, code)
    except (TooManyChecksError, AuthenticatorGoneError):
        return Confirming.OVER
    except TwilioFaultError:
        return Confirming.NOT_CHECKED
    if not right:
        return Confirming.WRONG
    UsedCode.objects.use(authenticator.identity, code)
    return Confirming.RIGHT if authenticator.confirm() else Confirming.OVER


def _uri(key: str, team: str) -> str:
    """As Twilio would write it, with the team's name for whoever is in two books. It tells Twilio nothing of the team.

    https://github.com/google/google-authenticator/wiki/Key-Uri-Format
    """
    issuer = settings.OTP_TOTP_ISSUER
    shape = {"algorithm": "SHA1", "digits": authenticators.DIGITS, "period": authenticators.STEP}
    query = urlencode({"secret": key, "issuer": issuer, **shape}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(team)}?{query}"


def _why_not_made(fault: TwilioFaultError) -> str:
    match fault:
        case OutcomeUnknownError() | TooBusyError():
            return _("This did not work just now. Please try again in a minute.")
        case MisconfiguredError():
            return _("This line has a fault. Please tell whoever invites you to your conferences.")
        case _fault:
            return _("No authenticator app can be set up now. Please try again tomorrow.")
