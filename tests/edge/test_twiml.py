"""Each reply becomes a document that Twilio takes: verbs, attributes, values and addresses."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from typing import Any

import pytest

from conferenceline.telephony.twiml import render, response
from sandbox.overrides import Overrides, split_overrides
from sandbox.twiml import Dial, Pause, Redirect, Say, read
from verification.replies import Ask, HangUp, Join, OwnWords, Reply, Wait

NEXT = "https://line.example.com/voice/turn/2/#rc=2&amp;rp=ct,rt,5xx&amp;rt=6000"
EVENTS = "https://line.example.com/rooms/1/events/#rc=2&amp;rp=ct,rt,5xx&amp;rt=6000"
WAITING = "https://line.example.com/rooms/1/waiting/{}#rc=2&amp;rp=ct,rt,5xx&amp;rt=6000"
SAY = '<Say language="en-US" voice="Polly.Joanna-Neural"><break time="500ms"/>{}</Say>'

LISTENER = Join(
    words="Thank you, Ana.",
    own_words=(),
    room="line-1",
    label="call-1-2",
    starts_room=False,
    ends_room=False,
    muted=True,
    tones="none",
    waiting_path="/rooms/1/waiting/?silence",
    events_path="/rooms/1/events/",
    seconds=3600,
)
MODERATOR = Join(
    words="Thank you, Bo.",
    own_words=(OwnWords("Bienvenidos.", "es"),),
    room="line-2",
    label="call-3-4",
    starts_room=True,
    ends_room=True,
    muted=False,
    tones="both",
    waiting_path="/rooms/1/waiting/",
    events_path="/rooms/1/events/",
    seconds=100_000,
)

DOCUMENTS: list[tuple[Reply, str]] = [
    (
        Ask("Enter the code.", digits=6),
        f"""<Gather input="dtmf" action="{NEXT}" method="POST" numDigits="6" finishOnKey="#" timeout="20"
        actionOnEmptyResult="true" language="en-US">{SAY.format("Enter the code.")}</Gather>""",
    ),
    (
        Ask("One or two?", digits=1, seconds=7),
        f"""<Gather input="dtmf" action="{NEXT}" method="POST" numDigits="1" finishOnKey="#" timeout="7"
        actionOnEmptyResult="true" language="en-US">{SAY.format("One or two?")}</Gather>""",
    ),
    (
        Wait("One moment.", seconds=3),
        f"""{SAY.format("One moment.")}<Pause length="3"/><Redirect method="POST">{NEXT}</Redirect>""",
    ),
    (Wait(""), f"""<Pause length="1"/><Redirect method="POST">{NEXT}</Redirect>"""),
    (HangUp("Goodbye."), f"""{SAY.format("Goodbye.")}<Hangup/>"""),
    (
        LISTENER,
        f"""{SAY.format("Thank you, Ana.")}<Dial action="{NEXT}" method="POST" timeLimit="3600">
        <Conference participantLabel="call-1-2" startConferenceOnEnter="false" endConferenceOnExit="false"
        muted="true" beep="false" waitUrl="{WAITING.format("?silence")}" waitMethod="POST"
        statusCallback="{EVENTS}" statusCallbackMethod="POST"
        statusCallbackEvent="join leave announcement">line-1</Conference></Dial>""",
    ),
    (
        MODERATOR,
        f"""{SAY.format("Thank you, Bo.")}<Say language="es-US" voice="Polly.Lupe-Neural">
        <break time="500ms"/>Bienvenidos.</Say><Dial action="{NEXT}" method="POST" timeLimit="86400">
        <Conference participantLabel="call-3-4" startConferenceOnEnter="true" endConferenceOnExit="true"
        muted="false" beep="true" waitUrl="{WAITING.format("")}" waitMethod="POST"
        statusCallback="{EVENTS}" statusCallbackMethod="POST"
        statusCallbackEvent="join leave announcement">line-2</Conference></Dial>""",
    ),
]
REPLIES = [reply for reply, _document in DOCUMENTS]


def rendered(reply: Reply) -> str:
    return render(reply, next_path="/voice/turn/2/", language="en")


def canonical(document: str) -> str:
    return ET.canonicalize(document, strip_text=True)


@pytest.mark.parametrize(("reply", "document"), DOCUMENTS)
def test_each_reply_is_this_document_and_no_more(reply, document):
    assert canonical(rendered(reply)) == canonical(f"<Response>{document}</Response>")
    assert read(rendered(reply))


def test_a_document_is_sent_as_xml_in_utf_8():
    sent = response(rendered(HangUp("Grüße 💥")))
    assert (sent.status_code, sent.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert read(sent.content.decode())[0] == Say("Grüße 💥", "Polly.Joanna-Neural", "en-US")


@pytest.mark.parametrize(("tones", "beep"), [("none", "false"), ("entry", "onEnter"), ("both", "true")])
def test_the_tones_of_a_room_are_twilios_beeps(tones, beep):
    dial = read(rendered(replace(LISTENER, tones=tones)))[-1]
    assert isinstance(dial, Dial)
    assert dial.conference.beep == beep


@pytest.mark.parametrize(("seconds", "time_limit"), [(-1, 1), (0, 1), (1, 1), (86_400, 86_400), (86_401, 86_400)])
def test_the_time_limit_of_a_room_is_one_that_twilio_takes(seconds, time_limit):
    """In the last second of a room's time nothing is left, and Twilio takes no zero."""
    dial = read(rendered(replace(LISTENER, seconds=seconds)))[-1]
    assert isinstance(dial, Dial)
    assert dial.time_limit == time_limit


def test_every_field_of_a_join_reaches_the_document():
    other: dict[str, Any] = {
        "words": "Welcome.",
        "own_words": (OwnWords("Bienvenidos.", "es"),),
        "room": "line-2",
        "label": "call-3-4",
        "starts_room": True,
        "ends_room": True,
        "muted": False,
        "tones": "both",
        "waiting_path": "/rooms/2/waiting/",
        "events_path": "/rooms/2/events/",
        "seconds": 60,
    }
    assert other.keys() == vars(LISTENER).keys()
    documents = {rendered(replace(LISTENER, **{name: value})) for name, value in other.items()}
    assert len(documents | {rendered(LISTENER)}) == len(other) + 1


def test_only_replies_are_written():
    with pytest.raises(TypeError, match="no TwiML for"):
        rendered("Goodbye.")  # type: ignore[arg-type]


def test_a_wait_without_words_says_nothing():
    assert read(rendered(Wait(""))) == (Pause(1), Redirect(NEXT.replace("&amp;", "&")))


# Addresses

PATHS = ("/voice/turn/2/", "/rooms/1/events/", "/rooms/1/waiting/", "/rooms/1/waiting/?silence")


def addresses(document: str) -> list[str]:
    """Wherever the document sends a request to."""
    elements = list(ET.fromstring(document).iter())  # noqa: S314 (our own document)
    named = [element.get(name, "") for element in elements for name in ("action", "statusCallback", "waitUrl")]
    return [*filter(None, named), *(element.text or "" for element in elements if element.tag == "Redirect")]


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("public_url", ["https://line.example.com", "http://127.0.0.1:8001"])
def test_every_address_is_absolute_with_the_same_overrides(settings, reply, public_url):
    settings.PUBLIC_URL = public_url
    found = addresses(rendered(reply))
    assert len(found) == {Ask: 1, Wait: 1, Join: 3, HangUp: 0}[type(reply)]
    for address in found:
        bare, overrides = split_overrides(address)
        assert bare in [f"{public_url}{path}" for path in PATHS]
        assert overrides == Overrides(rc=2, rp=frozenset({"ct", "rt", "5xx"}), rt=6000)
