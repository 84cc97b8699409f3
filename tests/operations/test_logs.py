"""The log: what a line says, and what no line says."""

import json
import logging
import re
import sys
import uuid

import pytest
from structlog.contextvars import bound_contextvars

from conferenceline.logs import TRAFFIC, formatter, masked
from conferenceline.telephony import accounts
from sandbox.models import Fault
from tests import cast
from tests.edge.signed import call_fields, post
from tests.phone import Phone


class Lines(logging.Handler):
    """Every line as production writes it."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[dict[str, object]] = []
        self.setFormatter(formatter(as_json=True))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines():
    handler = Lines()
    logging.root.addHandler(handler)
    yield handler.lines
    logging.root.removeHandler(handler)


def test_each_turn_leaves_a_line_for_itself_and_one_for_what_was_asked_of_twilio(ana, lines):
    assert post("/voice/", call_fields()).status_code == 200

    twilio, turn = lines
    request = turn["request"]
    assert re.fullmatch("[0-9a-f]{12}", str(request))
    assert {name: turn[name] for name in turn if name not in ("ms", "timestamp")} == {
        "event": "request",
        "level": "info",
        "logger": TRAFFIC,
        "request": request,
        "call": call_fields()["CallSid"],
        "method": "POST",
        "path": "/voice/",
        "status": 200,
    }
    assert {name: twilio[name] for name in twilio if name not in ("ms", "timestamp")} == {
        "event": "twilio",
        "level": "info",
        "logger": TRAFFIC,
        "request": request,
        "call": call_fields()["CallSid"],
        "operation": "POST verify.twilio.com/v2/Services/…/Verifications",
        "status": 201,
        "code": "",
    }


def test_what_a_visitor_sends_is_no_id_and_no_query_is_written(client, lines, db):
    client.get("/admin/login/?q=%2B12025550101", headers={"X-Request-ID": "mine"})

    assert [line["path"] for line in lines] == ["/admin/login/"]
    assert "mine" not in json.dumps(lines)


def test_a_refused_request_has_no_call_since_nobody_has_proved_that_there_is_one(client, lines):
    client.post("/voice/", {"CallSid": "CA" + "a" * 32})

    assert [(line["event"], line.get("call")) for line in lines] == [
        ("refused a request to /voice/: signature missing", None),
        ("request", None),
    ]


def test_from_the_door_on_the_lines_name_the_room(ana, lines, room):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())

    turns = [line for line in lines if line["event"] == "request" and "/voice/turn/" in str(line["path"])]
    rooms = {line.get("room") for line in lines if "room" in line}
    assert len(turns) == 1
    assert rooms <= {str(cast.occurrence_of(room).uuid)}


def test_twilios_error_is_in_the_line_and_the_address_is_not(ana, lines):
    Fault.objects.inject("verify.send", 60205, status=403)
    Phone(cast.ANA).dial()

    refused = next(line for line in lines if line["event"] == "twilio")
    assert (refused["level"], refused["status"], refused["code"]) == ("warning", 403, "60205")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("to +12025550101 by text", "to +…01 by text"),
        ("?From=%2B12025550101", "?From=+…01"),
        ("call (202) 555-0101 now", "call +…01 now"),
        ("Key (number)=(12025550101) exists", "Key (number)=(…) exists"),
        ("typed 482913.", "typed …."),
        ("<ana.b@mail.example.com>", "<…@…>"),
        ("postgres://line:secret@db.example.com/line", "postgres://line:…@…/line"),
        ("error 60203 after 5012 ms in turn 3", "error 60203 after 5012 ms in turn 3"),
        ("CA" + "1" * 32, "CA" + "1" * 32),
        ("12345678-1234-4234-8234-123456789012", "12345678-1234-4234-8234-123456789012"),
    ],
)
def test_the_last_net(text, written):
    assert masked(text) == written


def test_an_errors_own_words_go_through_the_net_too():
    try:
        raise ValueError("no such number: +1 202 555 01" + "01")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "failed", None, sys.exc_info())
    written = json.loads(formatter(as_json=True).format(record))["exception"]

    assert written.startswith("Traceback")
    assert written.endswith("ValueError: no such number: +…01")


def test_a_path_cannot_pretend_to_be_a_line_of_its_own():
    record = logging.LogRecord(TRAFFIC, logging.INFO, "", 0, "request", None, None)
    record.path = "/a\n2026 critical: all is lost"

    assert len(formatter(as_json=False).format(record).splitlines()) == 1


def test_a_terminal_gets_words():
    record = logging.LogRecord(TRAFFIC, logging.INFO, "", 0, "request", None, None)
    record.status = 200
    with bound_contextvars(call="CA1", room=str(uuid.UUID(int=0))):
        line = formatter(as_json=False).format(record)

    assert re.search(
        r"info +.*request.* call=CA1 .*room=0+-0000-0000-0000-0+ .*status=200", re.sub(r"\x1b\[\d+m", "", line)
    )


def test_a_question_about_the_account_itself_leaves_its_line_too(db, lines, settings):
    accounts.opened_by(settings.TWILIO_AUTH_TOKEN)

    (line,) = lines
    assert (line["event"], line["operation"]) == ("twilio", "GET api.twilio.com/2010-04-01/Accounts/…")
