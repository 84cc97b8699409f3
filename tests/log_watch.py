"""Reads everything that is logged during the whole suite, and fails the test in which something private was.

A pytest plugin (tests/conftest.py). It reads what the formatters are given, before the mask of conferenceline/logs.py:
that is the last net, and nothing of ours may need it.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

import phonenumbers
import pytest

from conferenceline.logs import FIELDS
from participants import demo
from sandbox.models import Verification
from sandbox.rest import observers

NAMES = {"Ana", "Bo", "Board meeting", *(person.name for person in demo.PEOPLE)}
# Any number or address of the tests, in whichever spelling: those kept for fiction, and mail at example.com.
FICTION = re.compile(r"555[\s.)-]*01\d\d(?!\d)|@example\.com|@demo\.invalid")


@dataclass
class LogWatch(logging.Handler):
    """What was logged, and what was sent or typed that must not be in it."""

    lines: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    seen: int = 0

    def __post_init__(self) -> None:
        super().__init__(logging.DEBUG)

    __hash__ = logging.Handler.__hash__

    def emit(self, record: logging.LogRecord) -> None:
        extra = {name: value for name, value in vars(record).items() if name in FIELDS}
        error = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.levelname} {record.getMessage()} {extra} {error}")

    def __call__(self, method: str, url: str, fields: Mapping[str, str], status: int, body: str) -> None:
        """Of every request to the sandbox's Twilio: the code that was sent or typed, and where it went."""
        self.secrets |= {fields[name] for name in ("Code", "AuthPayload", "To", "From") if fields.get(name)}
        if fields.get("Channel") and status == 201:
            self.secrets.add(Verification.objects.filter(to=fields["To"]).latest("pk").code)
        if fields.get("FactorType") and status == 201:
            self.secrets.add(json.loads(body)["binding"]["secret"])

    def found(self) -> list[str]:
        """The lines since the last time that hold what they must not, and what."""
        lines, self.lines = self.lines, []
        spellings = {spelling for secret in self.secrets for spelling in spellings_of(secret)} | NAMES
        self.secrets = set()
        self.seen += len(lines)
        private = re.compile("|".join(rf"(?<!\w){re.escape(each)}(?!\w)" for each in sorted(spellings)))
        return [
            f"{hit[0]!r} in: {line}" for line in lines for hit in (private.search(line) or FICTION.search(line),) if hit
        ]


def spellings_of(secret: str) -> Iterator[str]:
    """A number as it is stored, as it travels, and as people write it; anything else as it is."""
    yield secret
    yield quote(secret, safe="")
    if secret.startswith("+"):
        yield secret.removeprefix("+")
        number = phonenumbers.parse(secret)
        yield str(number.national_number)
        for form in (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL):
            yield phonenumbers.format_number(number, form)


WATCH = LogWatch()


@pytest.fixture(scope="session", autouse=True)
def log_is_watched() -> Iterator[None]:
    every = [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)]
    watched = [logging.root, *(each for each in every if not each.propagate)]
    for logger in watched:
        logger.addHandler(WATCH)
    observers.append(WATCH)
    yield
    observers.remove(WATCH)
    for logger in watched:
        logger.removeHandler(WATCH)


@pytest.fixture(autouse=True)
def nothing_private_is_logged(log_is_watched: None, request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    found = WATCH.found()
    assert not found, "\n".join(["Private, and logged:", *found])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """On several cores each process counts for itself, and the first adds them up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["log_lines"] = WATCH.seen


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node) -> None:
    WATCH.seen += getattr(node, "workeroutput", {}).get("log_lines", 0)


def pytest_terminal_summary(terminalreporter) -> None:
    terminalreporter.write_line(
        f"{WATCH.seen} lines of the log were read: no code, number, address or name was in them."
    )
