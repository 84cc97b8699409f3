"""Authenticator apps: Twilio Verify makes the secret, keeps it, and checks the codes that the app shows (TOTP).

https://www.twilio.com/docs/verify/quickstarts/totp. An identity says nothing of anybody: it is a random UUID.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings

from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import (
    AlreadyConfirmedError,
    AuthenticatorGoneError,
    CodeUsedError,
    MisconfiguredError,
    NotThereError,
    RefusedError,
    TooBusyError,
    TooManyChecksError,
    TwilioFaultError,
    WrongCodeError,
)

# What every app understands, asked for by name: the service may say otherwise.
DIGITS = 6
STEP = 30  # seconds that a code is shown
SKEW = 1  # steps before and after the present one, for clocks that differ
VALID = timedelta(seconds=STEP * (2 * SKEW + 1))  # how long one code can be right, from the first moment to the last

# https://www.twilio.com/docs/api/errors/NNNNN
BUSY = dict.fromkeys((20429, 429, 60328), TooBusyError)
CREATE_ERRORS: dict[int, type[TwilioFaultError]] = {
    20404: MisconfiguredError,  # the service
    60326: RefusedError,  # a day's worth, and no matter of a moment
    **BUSY,
}
CONFIRM_ERRORS: dict[int, type[TwilioFaultError]] = {
    20404: AuthenticatorGoneError,
    404: AuthenticatorGoneError,
    60310: TooManyChecksError,
    60311: WrongCodeError,
    60317: AlreadyConfirmedError,
    60324: WrongCodeError,
    **BUSY,
}
CHECK_ERRORS: dict[int, type[TwilioFaultError]] = {
    20404: AuthenticatorGoneError,
    404: AuthenticatorGoneError,
    60306: AuthenticatorGoneError,  # a request that Twilio takes for invalid: nothing in it changes but factor and code
    60308: TooManyChecksError,
    60310: TooManyChecksError,
    60311: WrongCodeError,
    60312: TooManyChecksError,
    60318: AuthenticatorGoneError,
    60322: CodeUsedError,
    60323: TooBusyError,  # the challenge, not the code: the next one is new
    60324: WrongCodeError,
    **BUSY,
}
DELETE_ERRORS: dict[int, type[TwilioFaultError]] = {20404: NotThereError, 404: NotThereError, **BUSY}


@dataclass(frozen=True)
class Secret:
    """A new authenticator: its factor, and what the app must be given. Twilio says it this once."""

    factor_sid: str
    key: str = field(repr=False)  # Base32
    uri: str = field(repr=False)  # otpauth://totp/..., for a QR code


def begin(identity: str, label: str) -> Secret:
    """Makes a secret for this identity (8 to 64 letters, digits and dashes). It counts once it is confirmed.

    Args: `label` stands in the app, beside the name of the Verify service; at most 64 characters.
    Raises RefusedError (60315, 60326 ...), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    with twilio_errors(CREATE_ERRORS, otherwise=RefusedError):
        factor = _entity(identity).new_factors.create(
            friendly_name=label,
            factor_type="totp",
            config_alg="sha1",
            config_code_length=DIGITS,
            config_time_step=STEP,
            config_skew=SKEW,
        )
    return Secret(factor.sid, factor.binding["secret"], factor.binding["uri"])


def confirm(identity: str, factor_sid: str, code: str) -> bool:
    """Whether this is the code that the app shows: then the authenticator counts from now on.

    Raises AuthenticatorGoneError, TooManyChecksError (60310: five wrong ones), RefusedError, TooBusyError,
    OutcomeUnknownError, MisconfiguredError.
    """
    try:
        with twilio_errors(CONFIRM_ERRORS, otherwise=RefusedError):
            factor = _entity(identity).factors(factor_sid).update(auth_payload=code)
    except WrongCodeError:
        return False
    except AlreadyConfirmedError:  # by an earlier try, whose answer was lost
        return True
    return factor.status == "verified"


def check(identity: str, factor_sid: str, code: str) -> bool:
    """Whether this is the code that the app shows now. Only "approved" is a yes.

    Whether Twilio takes a code twice is not documented: whoever asks sees to that.
    Raises AuthenticatorGoneError, CodeUsedError, TooManyChecksError, TooBusyError, OutcomeUnknownError,
    MisconfiguredError.
    """
    try:
        with twilio_errors(CHECK_ERRORS, otherwise=MisconfiguredError):
            challenge = _entity(identity).challenges.create(factor_sid=factor_sid, auth_payload=code)
    except WrongCodeError:
        return False
    if challenge.status == "expired":
        raise TooBusyError
    return challenge.status == "approved"


def delete(identity: str, factor_sid: str) -> None:
    """Has Twilio forget the secret: the factor, where its SID is known, and the identity with whatever hangs on it.

    Doing it twice changes nothing. Raises RefusedError, TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    if factor_sid:
        _gone(lambda: _entity(identity).factors(factor_sid).delete())
    _gone(lambda: _entity(identity).delete())


def _gone(forget) -> None:
    try:
        with twilio_errors(DELETE_ERRORS, otherwise=RefusedError):
            forget()
    except NotThereError:
        return


def _entity(identity: str):
    return client().verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID).entities(identity)
