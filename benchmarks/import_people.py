"""How long 5,000 rows of a CSV and of an XLSX take to be read, shown and saved, with 50,000 people in the team's book.

    .venv/bin/python -m benchmarks.import_people                     a new SQLite file, thrown away afterwards
    DATABASE_URL=postgres://… .venv/bin/python -m benchmarks.import_people      a new database, which must be empty

The CSV goes into the address book, the XLSX onto the roster of a conference. Each page is asked for as an organizer,
over the whole of Django's request cycle, and the middle of five times is taken. Ends with 1 where the preview takes 2 s
or more or another page half a second or more; fails where a row became something else than it should.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import sys
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.admin_pages import REPEATS, fill, make_team_and_organizer, timed

PEOPLE, CONFERENCES = 100_000, 1_000  # half of them are the organizer's
WRONG, ASKING, SAME, CHANGED, NEW = 300, 300, 700, 700, 3_000
SETTLED = {"new": NEW, "changed": CHANGED, "same": SAME, "wrong": WRONG}
MOST_MS, MOST_MS_OF_A_PREVIEW = 500, 2_000
BOOK = "/admin/participants/participant/"
HEADINGS = ("name", "mobile", "mail")


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
            "DJANGO_READ_DOT_ENV": "off",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SANDBOX": "on",
        }
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(directory, 'line.sqlite3')}")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        return measure()


class Report:
    """Says each figure as it comes, and remembers what is too slow."""

    def __init__(self) -> None:
        self.slow: list[str] = []

    def did(self, what: str, act: Callable[[], object]) -> None:
        print(f"{what:<52}{timed(act) / 1000:>8.1f} s", flush=True)

    def page(self, what: str, browser: Any, address: str, most: int = MOST_MS) -> None:
        def get() -> None:
            assert browser.get(address).status_code == 200, address

        milliseconds = median(timed(get) for _ in range(REPEATS))
        print(f"{what:<52}{milliseconds:>7.0f} ms", flush=True)
        if milliseconds >= most:
            self.slow.append(f"{what}: {milliseconds:.0f} ms")


def measure() -> int:
    from django.db import connection
    from django.test import Client

    from participants.models import Conference

    user = make_team_and_organizer()
    fill(PEOPLE, CONFERENCES, attempts=0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser, report = Client(headers={"Host": "127.0.0.1"}), Report()
    browser.force_login(user)
    conference = Conference.objects.get(title="Room 1")
    page = f"/admin/participants/conference/{conference.pk}/"
    print(f"{connection.vendor}, {PEOPLE // 2:,} people in the team\n")

    tables = rows_of(0), rows_of(1)
    import_file(browser, report, f"{BOOK}import/", "CSV", as_csv(tables[0]))
    import_file(browser, report, f"{page}import/", "XLSX", as_xlsx(tables[1]))
    print()
    report.page("people", browser, BOOK)
    report.page("people, page 50", browser, f"{BOOK}?p=50")
    report.page("people, search by name", browser, f"{BOOK}?q=Person+47")
    report.page("rosters", browser, "/admin/participants/invitation/")
    report.page("roster of 5,000 rows", browser, f"/admin/participants/invitation/?conference={conference.pk}")
    other = Conference.objects.get(title="Room 3")
    report.page("conference page, 12 people", browser, f"/admin/participants/conference/{other.pk}/change/")
    report.page(f"conference page, {conference.invitations.count():,} people", browser, f"{page}change/")
    print("\n" + ("\n".join(report.slow) if report.slow else "Each is quick enough."))
    return bool(report.slow)


def import_file(browser: Any, report: Report, page: str, kind: str, content: bytes) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from participants.importing import import_due
    from participants.models import PeopleImport, Team

    fields = {"token": secrets.token_hex(16), "team": Team.objects.get(name="Team 0").pk, "role": "participant"}
    file = SimpleUploadedFile(f"people.{kind.lower()}", content)
    report.did(f"{kind}, uploading", lambda: browser.post(page, fields | {"file": file}))
    report.did(f"{kind}, reading (the worker)", import_due)
    imported = PeopleImport.objects.get(state=PeopleImport.State.SHOWN)
    assert imported.counts == SETTLED | {"ask": ASKING}, imported.counts
    shown = f"{page}?of={imported.uuid}"
    report.page(f"{kind}, preview", browser, shown, MOST_MS_OF_A_PREVIEW)
    report.page(f"{kind}, preview, those who ask", browser, f"{shown}&fate=ask", MOST_MS_OF_A_PREVIEW)
    report.page(f"{kind}, preview, page 40", browser, f"{shown}&p=40", MOST_MS_OF_A_PREVIEW)
    report.did(f"{kind}, pressing “save”", lambda: browser.post(shown, {"save": "1"}))
    report.did(f"{kind}, saving (the worker)", import_due)
    imported.refresh_from_db()
    assert imported.counts == SETTLED | {"out": ASKING}, imported.counts
    report.page(f"{kind}, what came of it", browser, shown)


def rows_of(half: int) -> list[tuple[str, str, str]]:
    """The rows of a file; two halves share nobody. Names and numbers as fill() gives them: odd ones are of the team."""
    theirs, others = people(1 + 2 * half), people(2 * half)
    rows = [(f"Wrong {n}", "12345", "") for n in range(WRONG)]
    for _n in range(ASKING):
        rows.append((next(theirs)[0], next(others)[1], ""))
    rows += [(*next(theirs), "") for _ in range(SAME)]
    rows += [(*next(theirs), f"changed.{half}.{n}@example.com") for n in range(CHANGED)]
    rows += [(f"New {half} {n}", next(others)[1], f"new.{half}.{n}@example.com") for n in range(NEW)]
    return rows


def people(first: int) -> Iterator[tuple[str, str]]:
    """Every fourth from this one on with a number that nobody else has, and that is one."""
    from phonenumbers import is_valid_number, parse

    for n in range(30_000 + first, 70_000, 4):
        number = f"+1{202 + n // 100}55501{n % 100:02}"
        if is_valid_number(parse(number)):
            yield f"Person {n}", number


def as_csv(rows: list[tuple[str, str, str]]) -> bytes:
    return "\n".join(",".join(row) for row in (HEADINGS, *rows)).encode()


def as_xlsx(rows: list[tuple[str, str, str]]) -> bytes:
    from openpyxl import Workbook

    book, out = Workbook(), BytesIO()
    for row in (HEADINGS, *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
