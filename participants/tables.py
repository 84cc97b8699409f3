"""A file of people, as a spreadsheet writes it: its cells, and each row as a person. Nothing in it is ever computed."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy
from openpyxl import load_workbook

from participants.models import Invitation, Participant
from participants.numbers import read_number
from participants.pasted import SHORTENED, Row, read_mail, unique

BYTES_MOST = 5 * 2**20
UNPACKED_MOST = 60 * 2**20  # of an XLSX, which is a ZIP: a few kilobytes may unpack to gigabytes
PARTS_MOST = 500
ROWS_MOST = 5_000
LINES_MOST = 20_000  # empty ones count: a sheet may say that it has a million
COLUMNS_MOST = 50
CELL_MOST = 1_000  # characters
EXACT = 10**15  # whole numbers beyond it have lost digits in a spreadsheet

NAME, FIRST, LAST, MOBILE, PHONE, MAIL, ROLE, LANGUAGE = (
    "name", "first name", "last name", "mobile", "phone", "mail", "role", "language",
)  # fmt: skip
HEADINGS = {
    NAME: "name|full name|person|participant|nombre completo|nom complet",
    FIRST: "first name|given name|forename|vorname|nombre|prénom",
    LAST: "last name|surname|family name|nachname|familienname|apellido|apellidos|nom",
    MOBILE: "mobile|mobile number|mobile phone|cell|cell phone|mobil|mobilnummer|handy|móvil|celular|portable",
    PHONE: "phone|phone number|telephone|telephone number|number|tel|landline|telefon|telefonnummer|teléfono|téléphone",
    MAIL: "mail|e-mail|email|mail address|e-mail address|email address|correo|correo electrónico|courriel",
    ROLE: "role|rolle|rol|rôle",
    LANGUAGE: "language|sprache|idioma|langue",
}
COLUMN = {heading: kind for kind, headings in HEADINGS.items() for heading in headings.split("|")}

NO_TABLE = gettext_lazy("This is neither a CSV nor an XLSX file. Save the list as one of these, and choose it again.")
OLD_EXCEL = gettext_lazy("This is an old Excel file, or one with a password. Save it as XLSX without one, or as CSV.")
DAMAGED = gettext_lazy("This file is damaged, and cannot be read. Save it once more as XLSX or CSV.")
TOO_LARGE = gettext_lazy("This file is too large to be read. Save the list of people alone, as CSV.")
TOO_LONG = gettext_lazy("The list has more than %(most)s lines. Import it in parts.")
UNCOMPUTED = "\0"  # stands in a cell for a formula whose value the file does not have


@dataclass(frozen=True)
class Person:
    """A row of a file: what of it is read as a pasted line is, and what a column says besides."""

    row: Row
    role: str = ""
    language: str = ""


@dataclass(frozen=True)
class Table:
    """The rows of a file with their line, the kinds of its columns, and the headings that say nothing here."""

    rows: list[tuple[int, list[str]]]
    columns: list[str]
    unused: list[str]


def read_table(content: bytes) -> Table:
    """The people of a file. Raises ValidationError, with what to do, where it is none that can be read."""
    if len(content) > BYTES_MOST:
        raise ValidationError(TOO_LARGE)
    lines = xlsx_lines(content) if content.startswith(b"PK\x03\x04") else csv_lines(content)
    rows: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(lines, start=1):
        if number > LINES_MOST or len(rows) > ROWS_MOST:
            raise ValidationError(TOO_LONG, params={"most": ROWS_MOST})
        if any(cells):
            rows.append((number, cells))
    if not rows:
        raise ValidationError(gettext("There is nobody in this file."))
    headings = rows.pop(0)[1]
    columns = [COLUMN.get(re.sub(r"\W*\d*\W*$", "", each.casefold().strip()), "") for each in headings]
    if not {NAME, FIRST, LAST} & {*columns} or not {MOBILE, PHONE, MAIL} & {*columns}:
        raise ValidationError(
            gettext("The first line must have headings, such as name, mobile, mail. It has: %(headings)s.")
            % {"headings": ", ".join(each[:40] for each in headings if each) or "–"}
        )
    unused = [each for each, kind in zip(headings, columns, strict=True) if each and not kind]
    return Table(rows, columns, unused)


def csv_lines(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    first, newline, rest = text.partition("\n")
    if told := re.fullmatch(r"sep=([;,\t])\s*", first):  # Excel's own
        separator, text = told[1], newline + rest
    else:
        separator = max(";,\t", key=first.count)
    try:
        for cells in csv.reader(StringIO(text), delimiter=separator, strict=True):
            yield [clean(cell) for cell in cells[:COLUMNS_MOST]]
    except csv.Error:
        raise ValidationError(DAMAGED) from None


def decoded(content: bytes) -> str:
    """Text as spreadsheets write it: UTF-8, UTF-16 with its mark, or the Western code page of Windows."""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(OLD_EXCEL)
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise ValidationError(NO_TABLE)


def xlsx_lines(content: bytes) -> Iterator[list[str]]:
    """The first sheet. A formula counts as the value that the file has for it."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
        if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MOST:
            raise ValidationError(TOO_LARGE)
        values, formulas = (
            load_workbook(BytesIO(content), read_only=True, data_only=data_only) for data_only in (True, False)
        )
        sheets = [book.worksheets[0] for book in (values, formulas)]
        for sheet in sheets:
            sheet.reset_dimensions()  # what the file says of its size need not be so
        rows = (sheet.iter_rows(max_col=COLUMNS_MOST, max_row=LINES_MOST + 1) for sheet in sheets)
        for row, written in zip_longest(*rows, fillvalue=()):
            yield [as_text(cell.value, other.data_type) for cell, other in zip(row, written, strict=False)]
    except ValidationError:
        raise
    except Exception:  # whatever is wrong with a file that anybody may have made: openpyxl promises no kinds
        raise ValidationError(DAMAGED) from None


def as_text(value: Any, data_type: str) -> str:
    if value is None:
        return UNCOMPUTED if data_type == "f" else ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXACT:
        return f"{value:.5E}"  # it is refused, as what a spreadsheet shortened
    return clean(str(value))


def clean(cell: str) -> str:
    return cell.replace("\0", "").replace("\u00a0", " ").strip()[:CELL_MOST]


def people_of(table: Table, region: str) -> Iterator[Person]:
    """Each row as a person. Args: region: whose numbers (ISO 3166, two letters) those without a country code are."""
    for line, cells in table.rows:
        text = f"{line}: " + " | ".join(cell for cell in cells if cell.strip("\0"))
        try:
            yield person_of(line, text, table.columns, cells, region)
        except ValidationError as problem:
            yield Person(Row(line, text, wrong=" ".join(problem.messages)))


def person_of(line: int, text: str, columns: list[str], cells: list[str], region: str) -> Person:
    found: dict[str, list[str]] = {}
    for kind, cell in zip(columns, cells, strict=False):
        if kind and cell:
            found.setdefault(kind, []).append(cell)
    if any(UNCOMPUTED in cell for each in found.values() for cell in each):
        raise ValidationError(gettext("There is a formula without a value. Copy its column, and paste it as values."))
    names = [" ".join(cell.split()) for kind in (NAME, FIRST, LAST) for cell in found.get(kind, [])]
    numbers = [
        number_of(each, region)
        for kind in (MOBILE, PHONE)
        for cell in found.get(kind, [])
        for each in re.split(r"[;,\n]| / ", cell)
        if each.strip()
    ]
    mails = [read_mail(each) for cell in found.get(MAIL, []) for each in re.split(r"[;,\s]+", cell) if each]
    row = Row(line, text, name_of(" ".join(names)), tuple(unique(numbers)), tuple(unique(mails)))
    return Person(row, role_of(found.get(ROLE, [])), language_of(found.get(LANGUAGE, [])))


def number_of(text: str, region: str) -> str:
    if SHORTENED.search(text):
        raise ValidationError(gettext("A spreadsheet has shortened a number. Make its column text, and save it again."))
    return read_number(text, region)


def name_of(name: str) -> str:
    longest = Participant._meta.get_field("name").max_length or 0
    if len(name) > longest:
        raise ValidationError(gettext("The name is longer than %(longest)s characters.") % {"longest": longest})
    return name


def role_of(cells: list[str]) -> str:
    """Of Invitation.Role; "" where the column is empty."""
    return among(cells, [(str(value), str(label)) for value, label in Invitation.Role.choices])


def language_of(cells: list[str]) -> str:
    return among(cells, [(code, str(name)) for code, name in settings.LANGUAGES])


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
