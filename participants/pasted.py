"""A line of a list as people write it, paste it and mail it: a name, numbers and mail addresses, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext

from participants.headings import ROLE_WORDS, ROLES, bare
from participants.labels import MARK, without_labels
from participants.names import read_name
from participants.numbers import BLANK, DASH, read_numbers

MAIL = re.compile(r"""[^\s<>,;:()\[\]"']*@[^\s<>,;()\[\]"']*""")
DIGITS = rf"(?:[+\uff0b]|\b00|\()?\(?\d[\d{BLANK}().{DASH}/]{{4,}}\d"
NUMBER = re.compile(rf"{DIGITS}(?: *(?:ext\.?|extension|x) *\d+)?", re.IGNORECASE)
FAX = re.compile(rf"\b(?:tele)?fax\b[\s.:]*(?:{DIGITS})?", re.IGNORECASE)
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)  # 1.20256E+10, as a spreadsheet shows long numbers
DAY = r"\d{1,2}([./\-])\d{1,2}\1\d{4}|\d{4}-\d\d-\d\d"
DATE = re.compile(rf"(?<![\d+./\-])(?:{DAY})(?![./\-]?\d)")
CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?\s?m\.?)?"
SENT = r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}"
# WhatsApp's, before what somebody wrote
STAMP = re.compile(
    rf"^\s*(?:\[(?:{CLOCK}, *{SENT}|{SENT}, *{CLOCK})\]|{SENT},? {CLOCK} -)\s*", re.IGNORECASE
)  # WhatsApp's
BULLET = re.compile(r"^\s*(?:\d{1,4}(?:[.)]\s+|\t)|[o§]\t)")
ROLE_WORD = "|".join(sorted({*ROLE_WORDS, *"|".join(ROLES.values()).split("|")}, key=len, reverse=True))
ROLE_FIELD = re.compile(rf"(?:^|(?<=[,;|\t(\[])) *({ROLE_WORD})\s*(?=[,;:|\t)\]<]|$)", re.IGNORECASE)
ROLE_AT_END = re.compile(rf"(?:^|(?<=[\s,;{MARK}]))({ROLE_WORD})\W*$", re.IGNORECASE)
NOTHING = re.compile(r"[(\[]\s*[)\]]")
NOT_IN_NAME = rf"<>\[\];|\t\"\d{MARK}"
DISPLAYED = re.compile(rf"^\s*([^{NOT_IN_NAME}]*\w[^{NOT_IN_NAME}]*?)\s*(?=<{MARK})")  # Bell, Ana <ana@example.com>


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


def read_line(line: int, text: str, region: str) -> Row:
    """A name, numbers and addresses in any order. What cannot be made out is said in `wrong`."""
    rest = BULLET.sub("", STAMP.sub("", text))
    try:
        rest, roles = without_roles(ROLE_FIELD, rest)
        rest, numbers, mails = reached_at(FAX.sub(" ", NOTHING.sub(" ", rest)), region)
        rest, last = without_roles(ROLE_AT_END, without_labels(rest))
        role = one_role(unique(roles + last))
        name = find_name(DISPLAYED.sub(r'"\1" ', rest).replace(MARK, " "))
        return Row(line, text, name, tuple(unique(numbers)), tuple(unique(mails)), role=role)
    except ValidationError as problem:
        return Row(line, text, wrong=" ".join(problem.messages))


def reached_at(text: str, region: str) -> tuple[str, list[str], list[str]]:
    """The text with a MARK for each number and address in it; the numbers; the addresses. Raises ValidationError."""
    if SHORTENED.search(text):
        raise ValidationError(
            gettext("A spreadsheet has shortened a number. Make its column text there, and copy it again.")
        )
    if date := DATE.search(text):
        raise ValidationError(gettext("%(text)s is a date, and no number. Take it out.") % {"text": date[0]})
    mails = [read_mail(found) for found in MAIL.findall(text)]
    text = MAIL.sub(MARK, text)
    numbers = [number for found in NUMBER.findall(text) for number in read_numbers(found, region)]
    return NUMBER.sub(MARK, text), numbers, mails


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
    fields = [field for each in fields if (field := bare_name(each))]
    if len(fields) > (2 if "\t" in text else 1):
        raise ValidationError(
            gettext("Which of these is the name: %(fields)s? Leave one, or write them without a mark between.")
            % {"fields": " / ".join(fields)}
        )
    name = " ".join(fields)
    if any(character.isdigit() for character in name):
        raise ValidationError(gettext("%(text)s is neither a name nor a telephone number.") % {"text": name})
    return read_name(name)


def bare_name(text: str) -> str:
    """Without the bullets, ticks, asterisks and dashes around it."""
    words = text.split()
    for end in (0, -1):
        while words and not any(character.isalnum() for character in words[end]):
            words.pop(end)
    return " ".join(words).strip(" \"':-–/~*_,")
