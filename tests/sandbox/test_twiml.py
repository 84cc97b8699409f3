"""The strict reader."""

import pytest

from sandbox.twiml import (
    BadTwiml,
    Conference,
    Dial,
    Gather,
    Pause,
    Play,
    Redirect,
    Say,
    UnreadableTwiml,
    read,
    read_waiting,
)

BAD = {
    "<Sing>la</Sing>": "<Sing> is unknown",
    '<Say tempo="fast">Hello</Say>': "no attribute tempo",
    "<Say></Say>": "without words",
    "<Say>a</Say>loose words": "Text after <Say>",
    "loose words<Say>a</Say>": "Text in <Response>",
    '<Say voice="robot">Hello</Say>': "voice='robot'",
    '<Say voice="Google.de-DE-Standard-A" language="en-US">Hello</Say>': "does not speak en-US",
    '<Say loop="1001">Hello</Say>': "from 0 to 1000",
    "<Say>Hello <b>you</b></Say>": "<b> inside <Say> is no SSML",
    '<Say><break length="500ms"/>Hello</Say>': "<break> has no attribute length",
    '<Say><break time="a while"/>Hello</Say>': "like 500ms",
    '<Say><prosody rate="brisk">Hello</prosody></Say>': "one of x-slow, slow, medium, fast, x-fast, or 20% to 200%",
    '<Say><prosody rate="10%">Hello</prosody></Say>': "20% to 200%",
    '<Say voice="Polly.Joanna-Neural"><prosody pitch="low">Hello</prosody></Say>': "A neural voice knows no pitch",
    '<Say voice="Polly.Joanna-Neural">Hello <emphasis>you</emphasis></Say>': "A neural voice knows no <emphasis>",
    '<Pause length="-1"/>': "length='-1'",
    "<Gather><Redirect>/x/</Redirect></Gather>": "<Redirect> is unknown, or may not stand here",
    '<Gather numDigits="six"/>': "numDigits='six'",
    '<Gather finishOnKey="##"/>': "one key, or nothing",
    '<Gather input="voice"/>': "input='voice'",
    '<Gather action="mailto:ana@example.com"/>': "an http or https URL",
    '<Gather actionOnEmptyResult="yes"/>': "true or false",
    '<Redirect method="PUT">/x/</Redirect>': "method='PUT'",
    "<Redirect>/x/#rc=9</Redirect>": "from 0 to 5",
    "<Redirect>/x/#rp=never</Redirect>": "rp=never",
    "<Redirect>/x/#top</Redirect>": "connection overrides",
    "<Redirect>/x/#speed=1</Redirect>": "unknown connection override",
    "<Say>a</Say><Reject/>": "first verb",
    "<Dial>+12025550101</Dial>": "Text in <Dial>",
    "<Dial><Number>+12025550101</Number></Dial>": "one <Conference>",
    "<Dial><Conference></Conference></Dial>": "1 to 128",
    f"<Dial><Conference>{'x' * 129}</Conference></Dial>": "1 to 128",
    '<Dial><Conference startConferenceOnEnter="no">a</Conference></Dial>': "true or false",
    '<Dial><Conference participantLabel="a/b">a</Conference></Dial>': "no slash",
    '<Dial><Conference maxParticipants="251">a</Conference></Dial>': "to 250",
    '<Dial><Conference statusCallbackEvent="start,end" statusCallback="/e/">a</Conference></Dial>': "space between",
    '<Dial><Conference statusCallbackEvent="start">a</Conference></Dial>': "without statusCallback",
    '<Dial timeLimit="0"><Conference>a</Conference></Dial>': "timeLimit='0'",
    '<Play loop="1">/a b.mp3</Play>': "without white space",
    "<Hangup/>now": "Text after",
}


@pytest.mark.parametrize(("document", "named"), BAD.items())
def test_a_broken_rule_is_named(document, named):
    with pytest.raises(BadTwiml) as raised:
        read(f"<Response>{document}</Response>")
    assert named in str(raised.value)
    assert not isinstance(raised.value, UnreadableTwiml)


@pytest.mark.parametrize("document", ["", "<Response>", "Hello", "<Answer/>", "<Response><Say>\x0b</Say></Response>"])
def test_what_is_no_document_cannot_be_read(document):
    with pytest.raises(UnreadableTwiml) as raised:
        read(document)
    assert raised.value.code == 12100


def test_a_document_has_64_kilobytes_at_most():
    def document(size):
        return "<Response>" + " " * (size - len("<Response></Response>")) + "</Response>"

    assert read(document(64 * 1024)) == ()
    with pytest.raises(UnreadableTwiml) as raised:
        read(document(64 * 1024 + 1))
    assert raised.value.code == 11750


def test_verbs_have_twilios_defaults():
    assert read(
        "<Response><Say>Hello <emphasis>you</emphasis></Say><Pause/><Play>/a.mp3</Play><Gather/><Redirect/>"
        "<Dial><Conference>room</Conference></Dial></Response>"
    ) == (
        Say("Hello you"),
        Pause(1),
        Play("/a.mp3"),
        Gather(timeout=5, finish_on_key="#", num_digits=0),
        Redirect("", "POST"),
        Dial(Conference("room", start_on_enter=True, end_on_exit=False, wait_url=None), time_limit=14_400),
    )


@pytest.mark.parametrize(("written", "rate"), [("80%", 0.8), ("x-slow", 0.5), ("medium", 1.0), ("200%", 2.0)])
def test_how_fast_something_is_said_is_read(written, rate):
    (say,) = read(f'<Response><Say><break time="500ms"/><prosody rate="{written}">Hello</prosody></Say></Response>')
    assert say == Say("Hello", rate=rate)


def test_attributes_are_read():
    (gather,) = read(
        '<Response><Gather numDigits="6" timeout="20" finishOnKey="" action="https://line.example.com/k/#rc=2&amp;rp=ct,rt"'
        ' input="dtmf"><Say>a</Say><Pause length="2"/></Gather></Response>'
    )
    assert gather == Gather(
        prompts=(Say("a"), Pause(2)),
        action="https://line.example.com/k/#rc=2&rp=ct,rt",
        timeout=20,
        finish_on_key="",
        num_digits=6,
    )


@pytest.mark.parametrize("verb", ["<Gather/>", "<Hangup/>", "<Dial><Conference>a</Conference></Dial>"])
def test_a_wait_url_serves_only_sound(verb):
    with pytest.raises(BadTwiml) as raised:
        read_waiting(f"<Response><Say>Wait.</Say>{verb}</Response>")
    assert raised.value.code == 13238
