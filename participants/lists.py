"""A list of people as it is pasted: lines as people write them, or rows of a spreadsheet under their headings."""

from __future__ import annotations

import csv
import re

from participants.headings import are_of_people, kind_of
from participants.names import visible
from participants.pasted import Row, read_line
from participants.tables import read_person

SEPARATORS = "\t;,|"
SENT_TO = re.compile(r"^\s*(?:to|cc|bcc|from|an|von|para|de|à)\s*:\s*(?=.*@)", re.IGNORECASE)  # in the head of a mail
RECIPIENT = r"[^@<>]*<[^@<>\s]+@[^@<>\s]+>|[^@<>\s,;]+@[^@<>\s,;]+"  # Bell, Ana <ana@example.com>, or the address alone
RECIPIENTS = re.compile(rf"(?:{RECIPIENT})(?:\s*[;,]\s*(?:{RECIPIENT}))+[\s;,]*")
AFTER_ONE = re.compile(r"(?<=>)\s*[;,]\s*")


def read_list(text: str, region: str) -> list[Row]:
    """The people of a pasted list, in its order. Empty lines, rules and headings are none.

    Args: region: whose numbers (ISO 3166, two letters) those without a country code are.
    """
    headings = headings_of(text)
    separator = separator_of(headings)
    columns = [kind_of(each) for each in cells_of(headings, separator)]
    rows: list[Row] = []
    for number, line in enumerate(visible(text).splitlines(), start=1):
        if not any(character.isalnum() for character in line) or is_heading(line):
            continue
        if headings and separator in line:
            rows.append(read_cells(number, line, columns, cells_of(line, separator), region))
        else:
            rows += [read_line(number, each, region) for each in recipients(line)]
    return rows


def headings_of(text: str) -> str:
    """Its first line, where that says what the columns of a list are; or ""."""
    first = next((line for line in visible(text).splitlines() if line.strip()), "")
    return first if are_of_people(kind_of(each) for each in cells_of(first, separator_of(first))) else ""


def separator_of(line: str) -> str:
    return max(SEPARATORS, key=line.count)


def cells_of(line: str, separator: str) -> list[str]:
    return [cell.strip() for cells in csv.reader([line], delimiter=separator, skipinitialspace=True) for cell in cells]


def read_cells(number: int, line: str, columns: list[str], cells: list[str], region: str) -> Row:
    """By its columns; or, where that does not do and a line of its own does, as such."""
    text = line.strip()
    row = read_person(number, text, columns, cells, region).row
    if row.wrong or any(character.isdigit() for character in row.name):
        free = read_line(number, text, region)
        return row if free.wrong and row.wrong else free
    return row


def is_heading(line: str) -> bool:
    fields = [field for field in re.split(r"[,;\t|]", line) if field.strip()]
    kinds = [kind_of(field) for field in fields]
    return bool(kinds) and (all(kinds) or are_of_people(kinds))


def recipients(line: str) -> list[str]:
    """Each of those to whom a mail went; or the line as it is."""
    line = SENT_TO.sub("", line)
    if RECIPIENTS.fullmatch(line.strip()):
        parts = re.findall(RECIPIENT, line)
    else:
        parts = AFTER_ONE.split(line) if line.count("@") > 1 else [line]
    return [part for each in parts if (part := each.strip(" \t;,"))]
