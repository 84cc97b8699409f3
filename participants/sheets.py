"""The cells of a file as a spreadsheet writes it, CSV or XLSX. Nothing in it is ever computed."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import zip_longest
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

from participants.headings import are_of_people, kind_of
from participants.names import visible

UNPACKED_MOST = 60 * 2**20  # of an XLSX, which is a ZIP: a few kilobytes may unpack to gigabytes
PARTS_MOST = 500
LINES_MOST = 20_000  # empty ones count: a sheet may say that it has a million
COLUMNS_MOST = 50
CELL_MOST = 1_000  # characters
TITLES_MOST = 10  # lines down to the headings
EXACT = 10**15  # whole numbers beyond it have lost digits in a spreadsheet

LONG, ROUNDED = 10**9, 10**4
AS_TEXT = re.compile(r"""^(?:="([^"]*)"|'([=+\-@].*))$""")
ROW = f"{{{SHEET_MAIN_NS}}}row"

NO_TABLE = gettext_lazy("This is neither a CSV nor an XLSX file. Save the list as one of these, and choose it again.")
NO_LETTERS = gettext_lazy("The letters of this file cannot be read. Save it as “CSV UTF-8” or as XLSX.")
OLD_EXCEL = gettext_lazy("This is an old Excel file, or one with a password. Save it as XLSX without one, or as CSV.")
DAMAGED = gettext_lazy("This file is damaged, and cannot be read. Save it once more as XLSX or CSV.")
TOO_LARGE = gettext_lazy("This file is too large to be read. Save the list of people alone, as CSV.")
ERROR = "\0"  # begins a cell that holds no text: what it holds follows; nothing, for a formula without a value


@dataclass(frozen=True)
class Sheet:
    """The lines of a file, each as its cells, and whether other sheets that can be seen hold something too.

    `hidden`: the numbers (from 1) of those that a filter or a hand has hidden. `guessed`: the code page of its letters.
    """

    lines: Iterator[list[str]]
    name: str = ""
    others: bool = False
    hidden: frozenset[int] = frozenset()
    guessed: bool = False


def csv_sheet(content: bytes) -> Sheet:
    """Raises ValidationError where it is no text, now or while it is read."""
    text, guessed = decoded(content)
    return Sheet(csv_lines(text), guessed=guessed)


def csv_lines(text: str) -> Iterator[list[str]]:
    first, newline, rest = text.partition("\n")
    if told := re.fullmatch(r"sep=([;,\t])\s*", first):  # Excel's own
        separator, text = told[1], newline + rest
    else:
        separator = separator_of(text.split("\n", TITLES_MOST)[:TITLES_MOST])
    try:
        for cells in csv.reader(StringIO(text), delimiter=separator, strict=True):
            yield [clean(cell) for cell in cells[:COLUMNS_MOST]]
    except csv.Error:
        raise ValidationError(DAMAGED) from None


def separator_of(lines: list[str]) -> str:
    """What stands between the headings, where there are some in these lines; or in the first line."""
    found = (each for line in lines for each in ";,\t" if are_of_people(map(kind_of, line.split(each))))
    return next(found, max(";,\t", key=lines[0].count))


def decoded(content: bytes) -> tuple[str, bool]:
    """Text as spreadsheets write it, and whether its code page is a guess.

    That is UTF-8, UTF-16 with its mark, or what says nothing of itself: the Western code page of Windows, then.
    """
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(OLD_EXCEL)
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n"), encoding == "cp1252"
    raise ValidationError(NO_TABLE if b"\0" in content else NO_LETTERS)


@contextmanager
def faults_are_damage() -> Iterator[None]:
    try:
        yield
    except ValidationError:
        raise
    except Exception:  # whatever is wrong with a file that anybody may have made: openpyxl promises no kinds
        raise ValidationError(DAMAGED) from None


def xlsx_sheet(content: bytes) -> Sheet:
    """The first sheet that can be seen and holds something. A formula counts as the value that the file has for it.

    Raises ValidationError where the file is too large or damaged, now or while it is read.
    """
    with faults_are_damage():
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
        if len(parts) > PARTS_MOST or sum(part.file_size for part in parts) > UNPACKED_MOST:
            raise ValidationError(TOO_LARGE)
        values, formulas = (
            load_workbook(BytesIO(content), read_only=True, data_only=data_only) for data_only in (True, False)
        )
        seen = [n for n, sheet in enumerate(formulas.worksheets) if sheet.sheet_state == "visible"]
        held = [n for n in seen if any(any(row) for row in rows_of(formulas.worksheets[n], values_only=True))]
        if not held:
            return Sheet(iter(()))
        sheets = [book.worksheets[held[0]] for book in (values, formulas)]
        return Sheet(xlsx_lines(*sheets), sheets[0].title, len(held) > 1, hidden_rows(sheets[0]))


def rows_of(sheet: Any, **kwargs: Any) -> Iterator[tuple[Any, ...]]:
    sheet.reset_dimensions()  # what the file says of its size need not be so
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(max_col=COLUMNS_MOST, max_row=LINES_MOST + 1, **kwargs)
    return rows


def hidden_rows(sheet: Any) -> frozenset[int]:
    """Their numbers, from 1. openpyxl says nothing of them where it reads row by row."""
    hidden, number = set(), 0
    with sheet.parent._archive.open(sheet._worksheet_path) as source:
        for _event, element in iterparse(source):
            if element.tag == ROW:
                number = int(element.get("r") or number + 1)
                if element.get("hidden") in ("1", "true"):
                    hidden.add(number)
                element.clear()
    return frozenset(hidden)


def xlsx_lines(values: Any, formulas: Any) -> Iterator[list[str]]:
    with faults_are_damage():
        for row, written in zip_longest(rows_of(values), rows_of(formulas), fillvalue=()):
            yield [as_text(cell, other) for cell, other in zip(row, written, strict=False)]


def as_text(cell: Any, written: Any) -> str:
    """The value of a cell, as the file has it. Args: written: the same cell, with its formula where it has one."""
    value = cell.value
    if value is None:
        return ERROR if written.data_type == "f" else ""
    if cell.data_type in ("e", "b"):  # as #N/A, or TRUE
        return ERROR + str(value).upper()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | float) and (abs(value) >= EXACT or lost_digits(value, cell.number_format)):
        return f"{value:.5E}"  # it is refused, as what a spreadsheet shortened
    return clean(str(value))


def lost_digits(value: float, number_format: str) -> bool:
    """Whether it is one such as 4.9152E+11, opened from a CSV: what was behind the dot is noughts by now."""
    return "E+" in number_format.upper() and value >= LONG and value % ROUNDED == 0


def clean(cell: str) -> str:
    """Without what spreadsheets are given so that they take it for text: ="0123", or our own lists' '+44."""
    text = visible(cell).replace("\u00a0", " ").strip()[:CELL_MOST]
    return AS_TEXT.sub(r"\1\2", text)
