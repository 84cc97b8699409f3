"""A file of people, as a spreadsheet writes it: its cells, and each row as a person. Nothing in it is ever computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language_info, gettext, gettext_lazy

from participants.headings import (
    CODES,
    FIRST,
    LANGUAGE,
    LAST,
    MAIL,
    MOBILE,
    NAME,
    PHONE,
    ROLE,
    ROLE_WORDS,
    are_of_people,
    bare,
    kind_of,
)
from participants.labels import without_labels
from participants.models import Invitation
from participants.names import read_name
from participants.numbers import read_numbers
from participants.pasted import MAIL as MAIL_ADDRESS
from participants.pasted import SHORTENED, Row, reached_at, read_mail, unique
from participants.sheets import ERROR, LINES_MOST, TITLES_MOST, TOO_LARGE, Sheet, csv_sheet, xlsx_sheet

BYTES_MOST = 5 * 2**20
ROWS_MOST = 5_000

NOBODY = gettext_lazy("There is nobody in this file.")
HIDDEN = gettext_lazy("This row is hidden in its sheet. If they are meant, show it there, and import it again.")
TOO_LONG = gettext_lazy("The list has more than %(most)s lines. Import it in parts.")


@dataclass(frozen=True)
class Person:
    """A row of a file: what of it is read as a pasted line is, and what a column says besides."""

    row: Row
    language: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of a file with their line, the kinds of its columns, and the headings that say nothing here.

    `sheet` names the one that was taken, where others hold something too. `hidden` are lines that nobody sees there.
    `guessed`: which letters its bytes are.
    """

    rows: list[tuple[int, list[str]]]
    columns: list[str]
    unused: list[str]
    sheet: str = ""
    hidden: frozenset[int] = frozenset()
    guessed: bool = False


def read_table(content: bytes) -> Table:
    """The people of a file. Raises ValidationError, with what to do, where it is none that can be read."""
    if len(content) > BYTES_MOST:
        raise ValidationError(TOO_LARGE)
    sheet: Sheet = xlsx_sheet(content) if content.startswith(b"PK\x03\x04") else csv_sheet(content)
    rows: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.lines, start=1):
        if number > LINES_MOST or len(rows) > ROWS_MOST:
            raise ValidationError(TOO_LONG, params={"most": ROWS_MOST})
        if any(cells):
            rows.append((number, cells))
    if not rows:
        raise ValidationError(NOBODY)
    above = next((n for n, row in enumerate(rows[:TITLES_MOST]) if are_of_people(map(kind_of, row[1]))), None)
    headings = rows[above or 0][1]
    if above is None:
        raise ValidationError(
            gettext("The first line must have headings, such as name, mobile, mail. It has: %(headings)s.")
            % {"headings": ", ".join(each[:40] for each in headings if each) or "–"}
        )
    rows = rows[above + 1 :]
    if not rows:
        raise ValidationError(NOBODY)
    columns = [kind_of(each) for each in headings]
    if columns.count(NAME) > 1:
        alike = ", ".join(each for each, kind in zip(headings, columns, strict=True) if kind == NAME)
        raise ValidationError(
            gettext("Several columns have the name: %(headings)s. Leave one of them.") % {"headings": alike}
        )
    unused = [each for each, kind in zip(headings, columns, strict=True) if each and not kind]
    return Table(rows, columns, unused, sheet.name if sheet.others else "", sheet.hidden, sheet.guessed)


def people_of(table: Table, region: str) -> Iterator[Person]:
    """Each row as a person. Args: region: whose numbers (ISO 3166, two letters) those without a country code are."""
    for line, cells in table.rows:
        text = f"{line}: " + " | ".join(shown for cell in cells if (shown := cell.strip(ERROR)))
        if line in table.hidden:
            yield Person(Row(line, text, wrong=str(HIDDEN)))
        else:
            yield read_person(line, text, table.columns, cells, region)


def read_person(line: int, text: str, columns: list[str], cells: list[str], region: str) -> Person:
    """What its columns say. What cannot be made out is said in `wrong` of its row."""
    try:
        return person_of(line, text, columns, cells, region)
    except ValidationError as problem:
        return Person(Row(line, text, wrong=" ".join(problem.messages)))


def person_of(line: int, text: str, columns: list[str], cells: list[str], region: str) -> Person:
    found: dict[str, list[str]] = {}
    for kind, cell in zip(columns, cells, strict=False):
        if kind and (cell.startswith(ERROR) or any(character.isalnum() for character in cell)):
            found.setdefault(kind, []).append(cell)
    for cell in (cell for each in found.values() for cell in each if cell.startswith(ERROR)):
        if cell == ERROR:
            raise ValidationError(
                gettext("There is a formula without a value. Copy its column, and paste it as values.")
            )
        raise ValidationError(
            gettext("There is %(text)s where a name, number or address should be. Mend that cell.")
            % {"text": cell.strip(ERROR)}
        )
    numbers = [each for kind in (MOBILE, PHONE) for cell in found.get(kind, []) for each in numbers_of(cell, region)]
    mails = [each for cell in found.get(MAIL, []) for each in mails_of(cell)]
    for cell in found.get(CODES, []):
        _words, to_numbers, to_mails = reached_at(cell, region)
        numbers, mails = numbers + to_numbers, mails + to_mails
    row = Row(line, text, read_name(name_of(found)), tuple(unique(numbers)), tuple(unique(mails)))
    role = role_of(found.get(ROLE, []))
    return Person(replace(row, role=role), language_of(found.get(LANGUAGE, [])))


def name_of(found: dict[str, list[str]]) -> str:
    """The whole name. Beside its parts a column of names has it once more, or is of the last name, or of the first."""
    whole, first, last = (" ".join(found.get(kind, [])) for kind in (NAME, FIRST, LAST))
    if {*first.split(), *last.split()} <= {*whole.split()}:
        return whole
    if first and last:
        return f"{first} {last}"
    return " ".join(filter(None, (first, whole, last)))


def numbers_of(text: str, region: str) -> list[str]:
    if SHORTENED.search(text):
        raise ValidationError(gettext("A spreadsheet has shortened a number. Make its column text, and save it again."))
    text = re.sub(r"^(\d+)\.0$", r"\1", text)  # of a program that took it for a measure
    words, numbers, mails = reached_at(text, region)
    if numbers and not mails and not any(character.isalnum() for character in without_labels(words)):
        return numbers
    return read_numbers(text, region)


def mails_of(text: str) -> list[str]:
    return [read_mail(each) for each in MAIL_ADDRESS.findall(text) or [text]]


def role_of(cells: list[str]) -> str:
    """Of Invitation.Role; "" where the column is empty."""
    known = [ROLE_WORDS.get(bare(cell), cell) for cell in cells]
    return among(known, [(str(value), str(label)) for value, label in Invitation.Role.choices])


def language_of(cells: list[str]) -> str:
    own = {get_language_info(code)["name_local"].casefold(): code for code, _name in settings.LANGUAGES}
    known = [own.get(cell.casefold(), cell) for cell in cells]
    return among(known, [(code, str(name)) for code, name in settings.LANGUAGES])


def among(cells: Iterable[str], choices: Sequence[tuple[str, str]]) -> str:
    for cell in cells:
        for value, label in choices:
            if cell.casefold() in (value.casefold(), label.casefold()):
                return value
        raise ValidationError(
            gettext("%(text)s is none of these: %(choices)s.")
            % {"text": cell[:40], "choices": ", ".join(label for _value, label in choices)}
        )
    return ""
