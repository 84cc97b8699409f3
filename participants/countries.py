"""Which country a number is of, and to which countries a team's codes may go."""

from collections.abc import Iterable

import phonenumbers

COUNTRIES = frozenset((*phonenumbers.SUPPORTED_REGIONS, "001"))  # 001: numbers of no country, such as satellite phones


def country_of(address: str) -> str:
    """The country (ISO 3166, two letters) of this number (E.164); "001" for one of no country, "" for a mailbox."""
    try:
        number = phonenumbers.parse(address)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(number)
    if found in (None, phonenumbers.UNKNOWN_REGION):  # a number that nobody can have: by its country code
        found = phonenumbers.region_code_for_country_code(number.country_code or 0)
    return "" if found == phonenumbers.UNKNOWN_REGION else found


def listed(countries: str) -> list[str]:
    """The countries of a list such as "DE, US"."""
    return sorted({each.strip().upper() for each in countries.split(",") if each.strip()})


def as_list(countries: Iterable[str]) -> str:
    return ", ".join(sorted(set(countries)))
