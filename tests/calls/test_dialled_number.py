"""The number that was dialled says in which language a call begins, and the calling line what Twilio counts by."""

import json

import pytest

from conferenceline.telephony.verify import VerifyCodes
from conferenceline.telephony.voices import VOICES, Voice
from participants.models import DialInNumber
from sandbox.models import Bucket, OwnedNumber, RateLimitHit
from sandbox.rest import observers
from tests import cast
from tests.phone import Phone
from tests.provisioning.run import run
from verification.models import Call

GERMAN = Voice("de-DE", "Polly.Vicki-Neural", "de")
LINE, GERMAN_LINE = "+12025550100", "+12025550140"


@pytest.fixture
def german(monkeypatch) -> None:
    """A line that speaks one language more."""
    monkeypatch.setitem(VOICES, "de", GERMAN)


def spoken(phone: Phone) -> set[str]:
    return {utterance.language for utterance in phone.utterances() if utterance.kind == "say"}


def test_a_call_begins_in_the_language_of_the_number_dialled(ana, bo, german):
    DialInNumber.objects.create(number=LINE, language="en")
    DialInNumber.objects.create(number=GERMAN_LINE, language="de", position=1)
    line = OwnedNumber.objects.named(LINE)
    OwnedNumber.objects.create(number=GERMAN_LINE, voice_url=line.voice_url)

    english, german = Phone(cast.ANA), Phone(cast.BO, line=GERMAN_LINE)
    english.dial()
    german.dial()
    german.press("000")  # a later turn: what was stored
    assert (spoken(english), spoken(german)) == ({"en-US"}, {"de-DE"})
    assert list(Call.objects.order_by("pk").values_list("language", flat=True)) == ["en", "de"]


@pytest.mark.parametrize("listed", [None, "xx"])
def test_a_number_that_is_not_listed_or_in_no_language_we_speak_is_answered_in_the_lines_own(ana, listed):
    if listed:
        DialInNumber.objects.create(number=LINE, language=listed)
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.hears("Welcome.")
    assert spoken(phone) == {"en-US"}


@pytest.fixture
def sends():
    """The fields of every code that is asked of Twilio."""
    seen: list[dict[str, str]] = []

    def note(method, url, fields, status, body):
        if url.endswith("/Verifications"):
            seen.append(fields)

    observers.append(note)
    yield seen
    observers.remove(note)


def test_sends_are_counted_by_twilio_too_and_name_nobody(ana, settings, sends):
    run("provision_number")
    settings.VERIFY_RATE_LIMITS = True
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    keys = json.loads(sends[0]["RateLimits"])
    assert keys["conferenceline-installation"] == "line"
    line = keys["conferenceline-calling-line"]
    assert (len(line), cast.ANA[1:] in line) == (64, False)
    assert set(RateLimitHit.objects.values_list("value", flat=True)) == {"line", line}

    VerifyCodes().send(channel="sms", address=cast.ANA, language="en")  # a withheld line is nobody in particular
    assert json.loads(sends[1]["RateLimits"]) == {"conferenceline-installation": "line"}


def test_a_service_without_limits_is_asked_for_none(ana, sends):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    assert [fields.keys() for fields in sends] == [{"To", "Channel", "Locale"}]


def test_a_line_over_twilios_limit_hears_that_it_is_busy_and_our_count_alone_is_not_trusted(ana, bo, settings):
    run("provision_number")
    Bucket.objects.filter(rate_limit__unique_name="conferenceline-calling-line").update(max=1)
    settings.VERIFY_RATE_LIMITS = True
    first = Phone(cast.ANA)
    first.dial()
    first.press(first.text_code())
    first.hang_up()
    second = Phone(cast.ANA)
    second.dial()
    second.wait(5)
    assert (len(second.messages), second.in_room) == (1, False)
    assert any("busy" in sentence for sentence in second.everything_heard), second.everything_heard
