"""Lookup v2. https://www.twilio.com/docs/lookup/v2-api"""

from __future__ import annotations

import phonenumbers

from sandbox.rest.answers import Answered, Asked, not_found

# In this world; every other number is a mobile. The first three are people's of the demo.
LANDLINES = ("+12025550120", "+12025550141", "+12025550154", "+12025550160")
PACKAGES = (
    *("caller_name", "sim_swap", "call_forwarding", "line_status", "line_type_intelligence", "identity_match"),
    *("reassigned_number", "sms_pumping_risk", "phone_number_quality_score", "pre_fill"),
)


def fetch(asked: Asked) -> Answered:
    """What is known of a number; "null for not requested"."""
    number = asked.path["number"]
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        raise not_found(f"/v2/PhoneNumbers/{number}") from None
    packages: dict[str, object] = dict.fromkeys(PACKAGES)
    if "line_type_intelligence" in asked.fields.get("Fields", "").split(","):
        packages["line_type_intelligence"] = {
            "mobile_country_code": "310",
            "mobile_network_code": "999",
            "carrier_name": "Sandbox",
            "type": "landline" if number in LANDLINES else "mobile",
            "error_code": None,
        }
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
