"""A list of people as it is pasted from a mail or a spreadsheet: each line as a name, numbers and mail addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from participants.names import read_name, visible
from participants.numbers import read_number

MAIL = re.compile(r"""[^\s<>,;:()"']*@[^\s<>,;()"']*""")
NUMBER = re.compile(r"(?:\+|\b00|\()?[\d(][\d \u00a0().\-–/]{4,}\d(?: *(?:ext\.?|extension|x) *\d+)?", re.IGNORECASE)
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)  # 1.20256E+10, as a spreadsheet shows long numbers
BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
LABEL = re.compile(r"\b(?:tel|phone|mobile|cell|mob|fax|e-?mail|mailto)\b\.?:?|mailto:", re.IGNORECASE)
HEADING = {"name", "number", "phone", "telephone", "mobile", "mail", "e-mail", "email", "address", "full name"}
RECIPIENTS = re.compile(r"(?<=>)\s*[;,]\s*")  # Ana Bell <ana@example.com>; Bo Cole <bo@example.com>


@dataclass(frozen=True)
class Row:
    """One person of a list. Numbers in E.164, mail addresses in small letters; `wrong` says why it cannot be used."""

    line: int  # from 1, as it stands in the list
    text: str
    name: str = ""
    numbers: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    wrong: str = ""


def read_list(text: str, region: str) -> list[Row]:
    """The people of a pasted list, in its order. Empty lines and a line of headings are none.

    Args: region: whose numbers (ISO 3166, two letters) those without a country code are.
    """
    lines = [
        (number, each.strip())
        for number, line in enumerate(visible(text).splitlines(), start=1)
        for each in (RECIPIENTS.split(line) if line.count("@") > 1 else [line])
    ]
    return [read_line(number, line, region) for number, line in lines if line and not is_heading(line)]


def is_heading(line: str) -> bool:
    fields = [field.strip().casefold() for field in re.split(r"[,;\t|]", line) if field.strip()]
    return bool(fields) and all(field in HEADING for field in fields)


def read_line(line: int, text: str, region: str) -> Row:
    """A name, numbers and addresses in any order. What cannot be made out is said in `wrong`."""
    rest = LABEL.sub(" ", BULLET.sub("", text))
    try:
        if SHORTENED.search(rest):
            raise ValidationError(
                gettext("A spreadsheet has shortened a number. Make its column text there, and copy it again.")
            )
        mails = [read_mail(found) for found in MAIL.findall(rest)]
        rest = MAIL.sub(" ", rest)
        numbers = [read_number(found, region) for found in NUMBER.findall(rest)]
        return Row(line, text, find_name(NUMBER.sub(" ", rest)), tuple(unique(numbers)), tuple(unique(mails)))
    except ValidationError as problem:
        return Row(line, text, wrong=" ".join(problem.messages))


def unique(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def read_mail(text: str) -> str:
    """In small letters. Raises ValidationError where it is no address."""
    address = text.strip(".").lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ValidationError(gettext("%(text)s is no mail address.") % {"text": text}) from None
    return address


def find_name(text: str) -> str:
    """What is left of a line. Columns of a spreadsheet may be two names of one person; other lists have one name."""
    quoted = re.fullmatch(r"[\s<>()\[\]|;,:]*\"([^\"]+)\"[\s<>()\[\]|;,:]*", text)
    between = r"[;|\t<>()\[\]]" if "\t" in text else r"[;|,<>()\[\]]"
    fields = [quoted[1]] if quoted else re.split(between, text)
    fields = [" ".join(field.split()).strip(" \"':-–") for field in fields]
    fields = [field for field in fields if field]
    if len(fields) > (2 if "\t" in text else 1):
        raise ValidationError(
            gettext("Which of these is the name: %(fields)s? Leave one.") % {"fields": " / ".join(fields)}
        )
    name = " ".join(fields)
    if any(character.isdigit() for character in name):
        raise ValidationError(gettext("%(text)s is neither a name nor a telephone number.") % {"text": name})
    return read_name(name)
