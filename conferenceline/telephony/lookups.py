"""What a number's line is, and whether it is in other hands. Never asked in a call: it takes time and money."""

from datetime import date, datetime
from typing import Any

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
    return _package("line_type_intelligence", number).get("type") or ""


def sim_swapped_at(number: str) -> datetime | None:
    """When the SIM of this mobile (E.164) was last changed (aware); None where that is not known, or never was.

    Some carriers only say that it was within their period, such as a day: that counts as now, the latest it can have
    been. https://www.twilio.com/docs/lookup/v2-api/sim-swap

    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    found = _known("sim_swap", number)
    last = found.get("last_sim_swap") or {}
    if last.get("last_sim_swap_date"):
        return parse_datetime(last["last_sim_swap_date"])
    return timezone.now() if last.get("swapped_in_period") else None


def is_reassigned(number: str, since: date) -> bool:
    """Whether this number (E.164, of the United States) was given to somebody else after this day.

    False where that is not known. https://www.twilio.com/docs/lookup/v2-api/reassigned-number

    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    found = _known("reassigned_number", number, last_verified_date=f"{since:%Y%m%d}")
    return found.get("is_number_reassigned") == "yes"  # else "no" or "no_data_available"


def forwards_calls(number: str) -> bool:
    """Whether all calls to this mobile (E.164, of the United Kingdom) are forwarded; False where that is not known.

    https://www.twilio.com/docs/lookup/v2-api/call-forwarding

    Raises UndeliverableError (nothing can be known), TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    return _known("call_forwarding", number).get("call_forwarding_enabled") is True


def _known(package: str, number: str, **more: str) -> dict[str, Any]:
    """The package. Raises UndeliverableError where it says itself that it has nothing to say."""
    found = _package(package, number, **more)
    if error := found.get("error_code"):
        raise UndeliverableError(int(error))
    return found


def _package(package: str, number: str, **more: str) -> dict[str, Any]:
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        found = client().lookups.v2.phone_numbers(number).fetch(fields=package, **more)
    return getattr(found, package) or {}
