"""What kind of line a number is. Asked when a contact is new, never in a call: it takes time and money."""

from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import MisconfiguredError, TooBusyError, UndeliverableError

# 404: no such number; 60600, 60601, 60606: not covered there, or the package is not enabled
ERRORS = {20429: TooBusyError, 429: TooBusyError, 20404: UndeliverableError, 404: UndeliverableError}
ERRORS |= dict.fromkeys((60600, 60601, 60606), UndeliverableError)


def line_type(number: str) -> str:
    """The type of this number's line (E.164) in Twilio's words, such as "mobile" or "landline"; "" if unknown.

    https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        found = client().lookups.v2.phone_numbers(number).fetch(fields="line_type_intelligence")
    return (found.line_type_intelligence or {}).get("type") or ""
