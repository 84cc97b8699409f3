"""What a number's line is, and whether its SIM was changed. Never asked in a call: it takes time and money."""

from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import MisconfiguredError, TooBusyError, UndeliverableError

# 404: no such number; 60600, 60601, 60606: not covered there, or the package is not enabled; 60620: not all was told
ERRORS = {20429: TooBusyError, 429: TooBusyError, 20404: UndeliverableError, 404: UndeliverableError}
ERRORS |= dict.fromkeys((60600, 60601, 60606, 60620), UndeliverableError)


def line_type(number: str) -> str:
    """The type of this number's line (E.164) in Twilio's words, such as "mobile" or "landline"; "" if unknown.

    https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence
    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        found = client().lookups.v2.phone_numbers(number).fetch(fields="line_type_intelligence")
    return (found.line_type_intelligence or {}).get("type") or ""


def sim_swapped_at(number: str) -> datetime | None:
    """When the SIM of this mobile (E.164) was last changed (aware); None where that is not known, or never was.

    Some carriers only say that it was within their period, such as a day: that counts as now, the latest it can have
    been. https://www.twilio.com/docs/lookup/v2-api/sim-swap

    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        found = client().lookups.v2.phone_numbers(number).fetch(fields="sim_swap").sim_swap or {}
    if error := found.get("error_code"):
        raise UndeliverableError(error)
    last = found.get("last_sim_swap") or {}
    if last.get("last_sim_swap_date"):
        return parse_datetime(last["last_sim_swap_date"])
    return timezone.now() if last.get("swapped_in_period") else None
