"""The phone in a terminal."""

import os
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpResponse
from django.utils import timezone
from time_machine import travel

from sandbox import mishaps
from sandbox.keyboard import Keyboard
from sandbox.management.commands.dial import e164, find_fault
from sandbox.phone import PhoneError
from sandbox.script import Act, BadScriptError, read_script
from sandbox.terminal import HungUpError, ScriptCutShortError, TerminalCall, mask
from sandbox.twiml import BadTwiml
from tests import cast
from tests.phone import Phone

ROOM = '<Say>Welcome.</Say><Dial action="/left/"><Conference>line-1</Conference></Dial>'


@pytest.fixture
def printed():
    return []


@pytest.fixture
def call(line, printed):
    line["/voice/"] = '<Gather numDigits="6" action="/keys/"><Say>Your code?</Say></Gather><Say>Goodbye.</Say>'
    line["/keys/"] = lambda request: ROOM if request.POST["Digits"] == "123456" else "<Say>Wrong.</Say>"
    line["/left/"] = "<Say>Goodbye.</Say>"
    return TerminalCall(Phone("+12025550101"), lambda who, what: printed.append((who, what)))


def test_a_script_is_read_and_refused():
    assert read_script("code, 12*#,wait:2.5,silence,stay,hangup") == [
        Act("code"),
        Act("keys", "12*#"),
        Act("wait", "2.5"),
        Act("silence"),
        Act("stay"),
        Act("hangup"),
    ]
    with pytest.raises(BadScriptError, match="'dance'"):
        read_script("1,dance")


def test_a_script_that_reaches_the_room_hangs_up(call, printed):
    call.by_script([Act("keys", "123456")])
    assert printed == [
        ("Line", "Your code?"),
        ("You", "123456"),
        ("Line", "Welcome."),
        ("Music", "classical music"),
        ("Room", "You wait for the room to start, alone."),
        ("You", "(hung up)"),
    ]
    assert call.was_in_room


def test_a_script_that_is_cut_short_is_an_error(call, printed):
    with pytest.raises(ScriptCutShortError, match=re.escape("The call ended before keys 1.")):
        call.by_script([Act("silence"), Act("keys", "1")])
    assert printed[-1] == ("Line", "Goodbye.")
    assert not call.we_hung_up


def test_company_is_named_by_its_last_four_digits(call, printed, line):
    other = Phone("+12025550102")
    line["/voice/"] = ROOM
    other.dial()
    call.by_script([])
    assert ("Room", "You are in the room with 1 other (…0102).") in printed


def test_ctrl_c_hangs_up_at_the_next_look(call, printed):
    call.phone.dial()
    call.interrupted = True
    with pytest.raises(HungUpError):
        call.look()
    assert call.phone.is_over
    assert printed[-1] == ("You", "(hung up)")


def test_a_line_that_breaks_a_rule_can_still_be_hung_up(call, line):
    line["/keys/"] = "<Sing>la</Sing>"
    with pytest.raises(BadTwiml):
        call.by_script([Act("keys", "123456")])
    call.hang_up()
    assert call.phone.leg.is_over


def test_keys_from_a_pipe_go_line_by_line(call, printed, monkeypatch):
    reads, writes = os.pipe()
    os.write(writes, b"123\n456\n")
    os.close(writes)
    with os.fdopen(reads) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        call.by_hand(Keyboard())
    assert [what for who, what in printed if who == "You"] == ["123", "456", "(hung up)"]
    assert call.was_in_room


@pytest.mark.parametrize(
    ("number", "masked"),
    [("+12025550101", "…0101"), ("+266696687", "withheld"), ("sip:ana@example.com", "a…@example.com")],
)
def test_numbers_are_masked(number, masked):
    assert mask(number) == masked


def test_numbers_are_typed_as_people_do():
    assert e164("(202) 555-0101") == e164("2025550101") == e164("+1 202 555 0101") == "+12025550101"
    assert e164("+44 7700 900123") == "+447700900123"
    with pytest.raises(CommandError, match="no telephone number"):
        e164("Ana")
    with pytest.raises(CommandError, match="too short or too long"):
        e164("555")


def test_command_refuses_to_pretend_without_the_sandbox(settings, db):
    settings.SANDBOX = False
    with pytest.raises(CommandError, match="SANDBOX=on"):
        call_command("dial", "+12025550101")


def test_command_says_how_to_start_the_line(settings, db):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match=r"^Nobody answers at http://127\.0\.0\.1:9\. Start the line with \./run"):
        call_command("dial", "+12025550101")


@pytest.mark.django_db(transaction=True)
def test_command_calls_a_running_server(live_server, line, settings):
    settings.PUBLIC_URL = live_server.url
    line["/voice/"] = ROOM
    line["/left/"] = HttpResponse(status=404)
    out = StringIO()
    call_command("dial", "2025550101", "--quick", "--keys", "", "--expect", "room", stdout=out)
    assert "Line: Welcome." in out.getvalue()
    with pytest.raises(CommandError, match="Expected refused"):
        call_command("dial", "2025550101", "--quick", "--keys", "", "--expect", "refused", stdout=out)


@pytest.mark.django_db(transaction=True)
def test_command_lets_twilio_answer_an_error_to_the_next_code_and_to_no_later_one(live_server, line, settings):
    settings.PUBLIC_URL = live_server.url
    met = []
    line["/voice/"] = lambda request: met.append(mishaps.chosen()) or "<Say>Hello.</Say>"
    call_command("dial", "2025550101", "--quick", "--keys", "", "--fault", "60205", stdout=StringIO())
    assert (met, mishaps.chosen()) == (["verify.send-60205"], "")


def test_an_error_code_that_several_requests_have_is_named_with_the_request():
    assert find_fault("verify.check-60202") == "verify.check-60202"
    assert find_fault("verify.send-timeout") == "verify.send-timeout"
    assert find_fault("") == ""
    with pytest.raises(CommandError, match=r"Say which: verify\.send-60202, verify\.check-60202\."):
        find_fault("60202")
    with pytest.raises(CommandError, match="not known to answer 99999"):
        find_fault("99999")


def test_the_code_is_what_the_app_shows_until_a_message_comes(call, printed, room):
    ana = cast.person(room.team, "Ana", "+12025550101")
    with travel(timezone.now().replace(second=5), tick=False):
        app = cast.app(ana)
        call.by_script([Act("code")])
        assert ("App", f"shows {app.code()}") in printed
        assert ("You", app.code()) in printed
        call.got_message = True
        with pytest.raises(PhoneError, match="No code has arrived"):
            call.newest_code()
