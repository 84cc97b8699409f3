"""Whom Twilio's From names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conferenceline.telephony.callers import Webhook, attestation, calling_line


@pytest.mark.parametrize("caller", ["+12025550101", "+447700900123", "+12025550101 "])
def test_a_number_is_a_line(caller):
    assert calling_line(caller) == caller.strip()


@pytest.mark.parametrize(
    "caller",
    [
        "",
        "anonymous",
        "Anonymous",
        "UNKNOWN",
        "unavailable",
        "restricted",
        "private",
        "blocked",
        "withheld",
        "+266696687",
        "266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
        "sip:alice@example.com",
        "sip:+12025550101@example.com;user=phone",
        "client:alice",
        "+",
        "+1",
        "+120255501011111111111",
        "2025550101",
        "+1202555010x",
    ],
)
def test_what_is_withheld_or_no_telephone_is_no_line(caller):
    assert calling_line(caller) == ""


@given(st.text(max_size=60))
def test_whatever_stands_there_is_a_number_or_nothing(caller):
    line = calling_line(caller)
    assert line == "" or (line[0] == "+" and line[1:].isascii() and line[1:].isdigit() and len(line) <= 16)


@given(st.text(max_size=60))
def test_keys_are_keys(digits):
    assert set(Webhook.of({"Digits": digits}).keys) <= set("0123456789*#")


def test_a_call_is_over_when_twilio_says_so():
    over = {"completed", "busy", "failed", "no-answer", "canceled"}
    for status in over | {"queued", "ringing", "in-progress", "", "Completed"}:
        assert Webhook.of({"CallStatus": status}).over is (status in over)


@pytest.mark.parametrize(
    ("verstat", "grade"),
    [
        ("TN-Validation-Passed-A", "A"),
        ("TN-Validation-Passed-A-Diverted", "A"),
        ("TN-Validation-Passed-B", "B"),
        ("TN-Validation-Passed-B-Passthrough", "B"),
        ("TN-Validation-Passed-C", "C"),
        ("TN-Validation-Failed", "failed"),
        ("TN-Validation-Failed-A", "failed"),
        ("TN-Validation-Failed-C-Passthrough", "failed"),
        ("No-TN-Validation", ""),
        ("NULL", ""),
        ("", ""),
        ("TN-Validation-Passed", ""),
        ("TN-Validation-Passed-D", ""),
        ("TN-Validation-Passed-Always", ""),
        ("tn-validation-passed-a", ""),
        (" TN-Validation-Passed-A", ""),
    ],
)
def test_what_the_carriers_say_of_a_number(verstat, grade):
    assert attestation(verstat) == grade


@given(st.text(max_size=60))
def test_whatever_they_say_is_one_of_five_things(verstat):
    assert Webhook.of({"StirVerstat": verstat}).attestation in ("A", "B", "C", "failed", "")
