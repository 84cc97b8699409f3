"""A list of people as it is pasted from a mail or a spreadsheet: each line as a name, numbers and mail addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from participants.headings import ROLE_WORDS, ROLES, are_of_people, bare, kind_of
from participants.names import read_name, visible
from participants.numbers import read_numbers

MAIL = re.compile(r"""[^\s<>,;:()"']*@[^\s<>,;()"']*""")
NUMBER = re.compile(r"(?:\+|\b00|\()?[\d(][\d \u00a0().\-–/]{4,}\d(?: *(?:ext\.?|extension|x) *\d+)?", re.IGNORECASE)
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)  # 1.20256E+10, as a spreadsheet shows long numbers
BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,3}[.)])\s+")
LABEL = re.compile(r"\b(?:tel|phone|mobile|cell|mob|fax|e-?mail|mailto)\b\.?:?|mailto:", re.IGNORECASE)
ROLE_WORD = "|".join(sorted({*ROLE_WORDS, *"|".join(ROLES.values()).split("|")}, key=len, reverse=True))
ROLE_FIELD = re.compile(rf"(?:^|(?<=[,;|\t(\[])) *({ROLE_WORD})\s*(?=[,;:|\t)\]<]|$)", re.IGNORECASE)
ROLE_AT_END = re.compile(rf"(?:^|(?<=[\s,;]))({ROLE_WORD})\W*$", re.IGNORECASE)
IN_NAME = r"[^<>()\[\],;|\t\"@\d]"
LAST_NAME_FIRST = re.compile(rf"^\s*({IN_NAME}+,{IN_NAME}*\w)\s*(?=<[^<>]*@)")  # Bell, Ana <ana@example.com>
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
    role: str = ""  # of Invitation.Role; "" where the list says none


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
    fields = [field for field in re.split(r"[,;\t|]", line) if field.strip()]
    kinds = [kind_of(field) for field in fields]
    return bool(kinds) and (all(kinds) or are_of_people(kinds))


def read_line(line: int, text: str, region: str) -> Row:
    """A name, numbers and addresses in any order. What cannot be made out is said in `wrong`."""
    rest = LABEL.sub(" ", BULLET.sub("", text))
    try:
        if SHORTENED.search(rest):
            raise ValidationError(
                gettext("A spreadsheet has shortened a number. Make its column text there, and copy it again.")
            )
        rest, roles = without_roles(ROLE_FIELD, rest)
        rest = LAST_NAME_FIRST.sub(r'"\1" ', rest)
        mails = [read_mail(found) for found in MAIL.findall(rest)]
        rest = MAIL.sub(" ", rest)
        numbers = [number for found in NUMBER.findall(rest) for number in read_numbers(found, region)]
        rest, last = without_roles(ROLE_AT_END, NUMBER.sub(" ", rest))
        role = one_role(unique(roles + last))
        return Row(line, text, find_name(rest), tuple(unique(numbers)), tuple(unique(mails)), role=role)
    except ValidationError as problem:
        return Row(line, text, wrong=" ".join(problem.messages))


def without_roles(pattern: re.Pattern[str], text: str) -> tuple[str, list[str]]:
    return pattern.sub(" ", text), [ROLE_WORDS[bare(found)] for found in pattern.findall(text)]


def one_role(roles: list[str]) -> str:
    if len(roles) > 1:
        raise ValidationError(
            gettext("Which of these is the role: %(roles)s? Leave one.") % {"roles": " / ".join(roles)}
        )
    return "".join(roles)


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
    fields = [" ".join(field.split()).strip(" \"':-–/") for field in fields]
    fields = [field for field in fields if field]
    if len(fields) > (2 if "\t" in text else 1):
        raise ValidationError(
            gettext("Which of these is the name: %(fields)s? Leave one.") % {"fields": " / ".join(fields)}
        )
    name = " ".join(fields)
    if any(character.isdigit() for character in name):
        raise ValidationError(gettext("%(text)s is neither a name nor a telephone number.") % {"text": name})
    return read_name(name)
