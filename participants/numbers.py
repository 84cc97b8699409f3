"""Telephone numbers as people write them, in a form, a list or a file: the one rule of how they are read."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from phonenumber_field.phonenumber import PhoneNumber, to_python

from participants.names import visible

BLANK, DASH = r" \u00a0\u2000-\u200a\u202f\u3000", r"\-\u2010-\u2015\u2212"  # those of Word and of web pages, too


def refuse_extension(number: Any) -> None:
    """E.164 has no room for an extension: it would be dropped, and the code sent to the switchboard."""
    if getattr(to_python(number), "extension", None):
        raise ValidationError(
            gettext("A number with an extension cannot be called or texted by itself. Give the direct number."),
            code="extension",
        )


def read_number(text: str, region: str = "") -> str:
    """In E.164. Raises ValidationError, with what to do, where nobody can have it or it has an extension.

    Args: region: whose number (ISO 3166, two letters) it is without a country code; "" for that of the installation.
    """
    region = region or settings.PHONENUMBER_DEFAULT_REGION
    text = re.sub(f"[{DASH}]", "-", re.sub(f"[{BLANK}]", " ", visible(text))).strip()
    written = f"+{text[2:]}" if text.startswith("00") else text
    number = to_python(written, region=region)
    refuse_extension(number)
    with_plus = None if text.startswith(("+", "\uff0b", "0")) else to_python("+" + re.sub(r"\D", "", text))
    abroad = with_plus if isinstance(with_plus, PhoneNumber) and with_plus.is_valid() else None
    if isinstance(number, PhoneNumber) and number.is_valid():
        if abroad and abroad.country_code == number.country_code and abroad != number:
            raise ValidationError(
                gettext("%(text)s may be two numbers. Write %(one)s or %(other)s.")
                % {"text": text, "one": abroad.as_international, "other": number.as_national},
                code="ambiguous",
            )
        return str(number.as_e164)
    if abroad:
        raise ValidationError(
            gettext("%(text)s is no number here. If a spreadsheet took the plus away, write %(number)s.")
            % {"text": text, "number": abroad.as_international},
            code="invalid",
        )
    raise ValidationError(
        gettext("%(text)s is no telephone number. Write it as %(example)s, or with + and the code of its country.")
        % {"text": text, "example": example_of(region)},
        code="invalid",
    )


def read_numbers(text: str, region: str) -> list[str]:
    """As read_number(), of several with a slash between them, or of two with a blank. Either may stand in one, too."""
    with suppress(ValidationError):
        return [read_number(each, region) for each in text.split("/")]
    try:
        return [read_number(text, region)]
    except ValidationError:
        if two := in_two(text, region):
            return two
        raise


def in_two(text: str, region: str) -> list[str]:
    """The two numbers that it can be cut into at a blank; none where it is not clear at which."""
    cuts = []
    for blank in re.finditer(r"\s+", text):
        with suppress(ValidationError):
            halves = text[: blank.start()], text[blank.end() :]
            cuts.append((halves, [read_number(each, region) for each in halves]))
    if len(cuts) > 1:  # the second begins as the first does: with a plus, a nought, a bracket
        cuts = [cut for cut in cuts if cut[0][1].startswith(cut[0][0].lstrip()[:1])]
    return cuts[0][1] if len(cuts) == 1 else []


def example_of(region: str) -> str:
    """A number of this country as people there write it."""
    number = phonenumbers.example_number(region)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL) if number else "+44 20 7946 0000"
