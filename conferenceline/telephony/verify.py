"""Codes: Twilio Verify makes them, sends them and checks them. We never see one but in a caller's keys."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.crypto import salted_hmac

from conferenceline.telephony import authenticators
from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import (
    ChannelDownError,
    MisconfiguredError,
    NoSuchCodeError,
    TooBusyError,
    TooManyChecksError,
    TooManySendsError,
    UndeliverableError,
)
from conferenceline.telephony.voices import VOICES

# Of the service, not of an address: no or no working mail integration (60215, 60217 to 60219, 60222, 60253, 60603,
# 60604), channel disabled or without a feature (60204, 60214, 60223), no message template (60201, 60224, 60228, 60229,
# 60242), no WhatsApp sender (68008), the account is under review (60238).
CHANNEL_DOWN = (
    *(60201, 60204, 60214, 60215, 60217, 60218, 60219, 60222, 60223, 60224, 60228, 60229, 60238),
    *(60242, 60253, 60603, 60604, 68008),
)

# https://www.twilio.com/docs/api/errors/NNNNN. Any other refusal to send means: not to this address this way.
SEND_ERRORS = {
    20404: MisconfiguredError,  # the service
    20429: TooBusyError,
    429: TooBusyError,
    60202: TooManyChecksError,
    60203: TooManySendsError,
    60212: TooBusyError,
    **dict.fromkeys(CHANNEL_DOWN, ChannelDownError),
}
CHECK_ERRORS = {
    20404: NoSuchCodeError,
    404: NoSuchCodeError,
    60200: NoSuchCodeError,  # what a check answers for an address that never had a code
    20429: TooBusyError,
    429: TooBusyError,
    60202: TooManyChecksError,
    60212: TooBusyError,
}


# The service's rate limits that a send counts against (https://www.twilio.com/docs/verify/api/programmable-rate-limits)
BY_INSTALLATION = "conferenceline-installation"
BY_LINE = "conferenceline-calling-line"


@dataclass(frozen=True)
class Sent:
    """A code on its way: the verification's SID, and when by Twilio's clock it was first sent (UTC)."""

    sid: str
    first_at: datetime | None


def rate_limits(line: str) -> dict[str, dict[str, str]]:
    """What a send says for Twilio to count by: this installation, and the calling line as a hash that only we can make.

    Nothing where the service has no such limits: it would refuse to send.
    """
    if not settings.VERIFY_RATE_LIMITS:
        return {}
    values = {BY_INSTALLATION: settings.ROOM_NAME_PREFIX}
    if line:
        values[BY_LINE] = salted_hmac("conferenceline.telephony.verify", line, algorithm="sha256").hexdigest()
    return {"rate_limits": values}


class VerifyCodes:
    """Codes by Twilio Verify. Each method is one request, with the client's time-out.

    Args: `line` is the calling line (E.164) that asks for them; "" where it is withheld.
    """

    def __init__(self, line: str = ""):
        self.line = line

    def send(self, *, channel: str, address: str, language: str) -> Sent:
        """Sends a code, or within ten minutes of the first sending the same code again.

        Raises UndeliverableError (ChannelDownError where it is not the address's fault), TooManySendsError,
        TooBusyError, OutcomeUnknownError, MisconfiguredError.
        """
        with twilio_errors(SEND_ERRORS, otherwise=UndeliverableError):
            verification = self._service.verifications.create(
                to=address, channel=channel, locale=VOICES[language].verify_locale, **rate_limits(self.line)
            )
        return Sent(verification.sid, verification.date_created)

    def check(self, code: str, *, sid: str, address: str) -> bool:
        """Whether this is the code. By the verification's SID; by the address only where no SID is known.

        Raises NoSuchCodeError, TooManyChecksError, TooBusyError, OutcomeUnknownError, MisconfiguredError.
        """
        whose = {"verification_sid": sid} if sid else {"to": address}
        with twilio_errors(CHECK_ERRORS, otherwise=MisconfiguredError):
            check = self._service.verification_checks.create(code=code, **whose)
        return check.status == "approved"

    def cancel(self, sid: str) -> None:
        """Withdraws a code, so that the next one sent is a new one. Raises as check() does."""
        with twilio_errors(CHECK_ERRORS, otherwise=MisconfiguredError):
            self._service.verifications(sid).update(status="canceled")

    def check_app(self, code: str, *, identity: str, factor_sid: str) -> bool:
        """Whether this is what the authenticator app shows. As authenticators.check(), which says what it raises."""
        return authenticators.check(identity, factor_sid, code)

    @property
    def _service(self):
        return client().verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID)
