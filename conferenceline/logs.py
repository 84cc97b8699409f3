"""How a line of the log looks: for a terminal, or JSON for whoever collects logs. No number leaves by it.

Everything logs through the standard library. What a line says besides its words comes from FIELDS (given as `extra`)
and from the context (structlog.contextvars): the request, the call's SID, the room.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

TRAFFIC = "conferenceline.traffic"  # the logger of what came in and what was asked of Twilio, a line each
# Nothing else that a record carries is written: Django's, for one, carry the request with its query.
FIELDS = frozenset(("method", "path", "status", "ms", "operation", "code"))

# The last net. Lines are written without numbers and addresses in the first place, and a test of the suite's whole
# log holds that; but nobody knows the words of every error.
PHONE_NUMBER = re.compile(r"(?:\+|%2B)\d[\d ().-]{4,}(\d\d)|\(?\b\d{3}\)?[ .-]\d{3}[ .-]\d{2}(\d\d)\b", re.IGNORECASE)
MANY_DIGITS = re.compile(r"(?<![\w.-])\d{6,}(?![\w-])")  # a code, a roster number, a number without its plus
MAIL_ADDRESS = re.compile(r"[^\s@<>\"'(),;:=/]+@[\w-]+(?:\.[\w-]+)*")

Line = MutableMapping[str, Any]


def masked(text: str) -> str:
    """The text without phone numbers (their last two digits stay), runs of six digits or more, and mail addresses."""
    text = MAIL_ADDRESS.sub("…@…", text)
    text = PHONE_NUMBER.sub(lambda found: f"+…{found[1] or found[2]}", text)
    return MANY_DIGITS.sub("…", text)


def mask(_logger: Any, _name: str, line: Line) -> Line:
    """The structlog processor that masks every text of a line but the identifiers that we made ourselves."""
    return {name: masked(value) if isinstance(value, str) else value for name, value in line.items()}


def on_one_line(_logger: Any, _name: str, line: Line) -> Line:
    """No visitor's path can pretend to be a line of its own. A traceback has lines, and comes last."""
    for name, value in line.items():
        if isinstance(value, str) and name != "exception" and not value.isprintable():
            line[name] = value.encode("unicode_escape").decode()
    return line


def formatter(as_json: bool) -> logging.Formatter:
    """The formatter that settings.LOGGING and gunicorn.conf.py name."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            pad_event_to=0,
            exception_formatter=structlog.dev.plain_traceback,  # never one with the values of variables
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.ExtraAdder(FIELDS),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask,
            on_one_line,
            structlog.processors.TimeStamper(fmt="%Y-%m-%dT%H:%M:%SZ", utc=True),
            renderer,
        ],
    )
