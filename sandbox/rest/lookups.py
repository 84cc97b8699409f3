"""Lookup v2. https://www.twilio.com/docs/lookup/v2-api"""

from __future__ import annotations

from datetime import datetime, timedelta

import phonenumbers
from django.utils import timezone

from sandbox.models import Forwarding, Reassignment, SimSwap
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found

# In this world; every other number is a mobile. The first three are people's of the demo.
LANDLINES = ("+12025550120", "+12025550141", "+12025550154", "+12025550160")
PACKAGES = (
    *("caller_name", "sim_swap", "call_forwarding", "line_status", "line_type_intelligence", "identity_match"),
    *("reassigned_number", "sms_pumping_risk", "phone_number_quality_score", "pre_fill"),
)
SIM_SWAP = ("last_sim_swap", "carrier_name", "mobile_country_code", "mobile_network_code")


def fetch(asked: Asked) -> Answered:
    """What is known of a number; "null for not requested"."""
    number = asked.path["number"]
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        raise not_found(f"/v2/PhoneNumbers/{number}") from None
    packages: dict[str, object] = dict.fromkeys(PACKAGES)
    asked_for = asked.fields.get("Fields", "").split(",")
    if "line_type_intelligence" in asked_for:
        packages["line_type_intelligence"] = {
            "mobile_country_code": "310",
            "mobile_network_code": "999",
            "carrier_name": "Sandbox",
            "type": "landline" if number in LANDLINES else "mobile",
            "error_code": None,
        }
    if "sim_swap" in asked_for:
        packages["sim_swap"] = sim_swap(number)
    country = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    if "reassigned_number" in asked_for:
        packages["reassigned_number"] = reassigned(number, country, asked.fields.get("LastVerifiedDate", ""))
    if "call_forwarding" in asked_for and country == "GB":  # "unsupported countries or carriers returns null"
        forwarded = Forwarding.objects.filter(number=number).exists()
        packages["call_forwarding"] = {"call_forwarding_enabled": forwarded, "error_code": None}
    return Answered(
        200,
        {
            "calling_country_code": str(parsed.country_code),
            "country_code": phonenumbers.region_code_for_number(parsed),
            "phone_number": number,
            "national_format": phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL),
            "valid": phonenumbers.is_possible_number(parsed),
            "validation_errors": [],
            **packages,
            "url": f"https://lookups.twilio.com/v2/PhoneNumbers/{number}",
        },
    )


def sim_swap(number: str) -> dict[str, object]:
    """Null values where the carrier tells nothing (60601), as of a landline, which has no SIM."""
    if number in LANDLINES:
        return dict.fromkeys(SIM_SWAP) | {"error_code": 60601}
    last = SimSwap.objects.filter(number=number).first()
    return {
        "last_sim_swap": {
            "last_sim_swap_date": iso(last.at) if last else None,
            "swapped_period": "PT24H",
            "swapped_in_period": bool(last and last.at > timezone.now() - timedelta(days=1)),
        },
        "carrier_name": "Sandbox",
        "mobile_country_code": "310",
        "mobile_network_code": "999",
        "error_code": None,
    }


def reassigned(number: str, country: str, since: str) -> dict[str, object]:
    """What became of the number since that day (YYYYMMDD). "Only available for US phone numbers"."""
    try:
        day = datetime.strptime(since, "%Y%m%d").date()
    except ValueError:
        raise ProblemError(20001, 400, f"Invalid parameter LastVerifiedDate: {since}") from None
    if country != "US":
        return {"last_verified_date": None, "is_number_reassigned": None, "error_code": "60600"}
    gone = Reassignment.objects.filter(number=number, on__gt=day).exists()
    answer = "yes" if gone else "no"
    return {"last_verified_date": day.isoformat(), "is_number_reassigned": answer, "error_code": None}
