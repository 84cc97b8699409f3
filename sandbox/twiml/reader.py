"""Reads an answer as Twilio would, and refuses what Twilio would only warn about.

The rules are those of https://www.twilio.com/docs/voice/twiml and the page of each verb. For the 64 kB and the
content types see errors 11750 and 12300 there.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

from sandbox.twiml import values
from sandbox.twiml.errors import BadTwiml, UnreadableTwiml
from sandbox.twiml.verbs import Conference, Dial, Gather, Hangup, Pause, Play, Redirect, Reject, Say, Verb

LARGEST = 64 * 1024
LONGEST_SAY = 4096
WAITING_VERBS = frozenset({"Say", "Play", "Pause", "Redirect"})

# Attribute as written: the field of the verb it fills ("" for none: it is checked, and changes nothing here), and
# what it may say.
Attributes = dict[str, tuple[str, values.Read]]

SAY: Attributes = {
    "voice": ("voice", values.VOICE),
    "language": ("language", values.LANGUAGE),
    "loop": ("loop", values.LOOP),
}
# https://www.twilio.com/docs/voice/twiml/say/text-speech
SSML: dict[str, Attributes] = {
    "break": {
        "strength": ("", values.one_of("none", "x-weak", "weak", "medium", "strong", "x-strong")),
        "time": ("", values.matching(r"\d+(\.\d+)?m?s", "seconds or milliseconds, like 500ms")),
    },
    "emphasis": {"level": ("", values.one_of("strong", "moderate", "reduced"))},
    "lang": {"{http://www.w3.org/XML/1998/namespace}lang": ("", values.LANGUAGE)},
    "p": {},
    "phoneme": {"alphabet": ("", str), "ph": ("", str)},
    "prosody": {"volume": ("", str), "rate": ("rate", values.rate), "pitch": ("pitch", str)},
    "s": {},
    "say-as": {"interpret-as": ("", str), "format": ("", str)},
    "sub": {"alias": ("", str)},
    "w": {"role": ("", str)},
}
PLAY: Attributes = {
    "loop": ("loop", values.LOOP),
    "digits": ("digits", values.matching(r"[0-9*#wW]+", "keys, and w for half a second")),
}
PAUSE: Attributes = {"length": ("length", values.number(0, 86_400))}
GATHER: Attributes = {
    "action": ("action", values.url),
    "method": ("method", values.METHOD),
    "timeout": ("timeout", values.number(1, 600)),
    "finishOnKey": ("finish_on_key", values.matching(r"[0-9*#]?", "one key, or nothing")),
    "numDigits": ("num_digits", values.number(1, 1000)),
    "actionOnEmptyResult": ("action_on_empty_result", values.boolean),
    "input": ("", values.one_of("dtmf", "speech", "dtmf speech", "speech dtmf")),
    "speechTimeout": ("", values.matching(r"auto|\d+", "auto or seconds")),
    "maxSpeechTime": ("", values.number(1, 600)),
    "profanityFilter": ("", values.boolean),
    "partialResultCallback": ("", values.url),
    "partialResultCallbackMethod": ("", values.METHOD),
    "language": ("", values.LANGUAGE),
    "hints": ("", str),
    "bargeIn": ("", values.boolean),
    "speechModel": ("", str),
    "enhanced": ("", values.boolean),
}
REDIRECT: Attributes = {"method": ("method", values.METHOD)}
REJECT: Attributes = {"reason": ("reason", values.one_of("rejected", "busy"))}
DIAL: Attributes = {
    "action": ("action", values.needed_url),
    "method": ("method", values.METHOD),
    "hangupOnStar": ("hangup_on_star", values.boolean),
    "timeLimit": ("time_limit", values.number(1, 86_400)),
    "timeout": ("", values.number(1, 600)),
    "answerOnBridge": ("", values.boolean),
}
CONFERENCE: Attributes = {
    "muted": ("muted", values.boolean),
    "beep": ("beep", values.one_of("true", "false", "onEnter", "onExit")),
    "startConferenceOnEnter": ("start_on_enter", values.boolean),
    "endConferenceOnExit": ("end_on_exit", values.boolean),
    "participantLabel": ("label", values.label),
    "jitterBufferSize": ("", values.one_of("off", "small", "medium", "large")),
    "waitUrl": ("wait_url", values.url),
    "waitMethod": ("wait_method", values.METHOD),
    "maxParticipants": ("max_participants", values.number(2, 250)),
    "record": ("", values.one_of("do-not-record", "record-from-start")),
    "trim": ("", values.one_of("trim-silence", "do-not-trim")),
    "region": ("", values.one_of("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1")),
    "coach": ("", values.matching(r"CA[0-9a-f]{32}", "a call SID")),
    "statusCallbackEvent": ("status_callback_events", values.EVENTS),
    "statusCallback": ("status_callback", values.needed_url),
    "statusCallbackMethod": ("status_callback_method", values.METHOD),
    "recordingStatusCallback": ("", values.needed_url),
    "recordingStatusCallbackMethod": ("", values.METHOD),
    "recordingStatusCallbackEvent": ("", values.words_of("in-progress", "completed", "absent")),
}


def read(document: str) -> tuple[Verb, ...]:
    """The verbs of a document. Raises BadTwiml, or UnreadableTwiml where there is no document at all."""
    if len(document.encode()) > LARGEST:
        raise UnreadableTwiml(f"A document of more than {LARGEST} bytes.", 11750)
    try:
        root = ET.fromstring(document)  # noqa: S314 - written by the application, read by its own demo and tests
    except ET.ParseError as problem:
        raise UnreadableTwiml(f"Not well-formed XML: {problem}.") from problem
    if root.tag != "Response":
        raise UnreadableTwiml(f"The root is <{root.tag}>, and must be <Response>.")
    refuse_attributes(root)
    refuse_text(root)
    verbs = tuple(read_verb(element, VERBS) for element in root)
    if any(isinstance(verb, Reject) for verb in verbs[1:]):
        raise BadTwiml("<Reject> only works as the first verb.")
    return verbs


def read_waiting(document: str) -> tuple[Verb, ...]:
    """What a waitUrl answers: "may serve only Say, Play, Pause, Redirect" (13238)."""
    verbs = read(document)
    for verb in verbs:
        if type(verb).__name__ not in WAITING_VERBS:
            raise BadTwiml(f"<{type(verb).__name__}> in the TwiML of a waitUrl.", 13238)
    return verbs


def read_verb(element: ET.Element, known: dict[str, Callable[[ET.Element], Any]]) -> Any:
    if element.tag not in known:
        raise BadTwiml(f"<{element.tag}> is unknown, or may not stand here. Known here: {', '.join(known)}.")
    if element.tail and element.tail.strip():
        raise BadTwiml(f"Text after <{element.tag}>: {element.tail.strip()[:40]!r}.")
    return known[element.tag](element)


def read_attributes(element: ET.Element, allowed: Attributes) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, written in element.attrib.items():
        if name not in allowed:
            raise BadTwiml(f"<{element.tag}> has no attribute {name}.")
        field, value_of = allowed[name]
        try:
            value = value_of(written)
        except ValueError as problem:
            raise BadTwiml(f"<{element.tag} {name}={written!r}>: must be {problem}.") from problem
        if field:
            fields[field] = value
    return fields


def refuse_attributes(element: ET.Element) -> None:
    read_attributes(element, {})


def refuse_text(element: ET.Element) -> None:
    if element.text and element.text.strip():
        raise BadTwiml(f"Text in <{element.tag}>: {element.text.strip()[:40]!r}.")


def refuse_children(element: ET.Element) -> None:
    if len(element):
        raise BadTwiml(f"<{element[0].tag}> inside <{element.tag}>.")


def read_say(element: ET.Element) -> Say:
    fields = read_attributes(element, SAY)
    for child in element.iterfind(".//*"):
        if child.tag not in SSML:
            raise BadTwiml(f"<{child.tag}> inside <Say> is no SSML that Twilio knows.")
        spoken = read_attributes(child, SSML[child.tag])
        if fields.get("voice", "").endswith("-Neural") and (child.tag == "emphasis" or "pitch" in spoken):
            # https://docs.aws.amazon.com/polly/latest/dg/supportedtags.html
            raise BadTwiml(f"A neural voice knows no {'pitch' if 'pitch' in spoken else '<emphasis>'}.")
        fields |= {name: value for name, value in spoken.items() if name == "rate"}
    text = " ".join("".join(element.itertext()).split())
    if not text:
        raise BadTwiml("<Say> without words.")
    if len(text) > LONGEST_SAY:
        raise BadTwiml(f"<Say> of more than {LONGEST_SAY} characters.")
    spoken_by, language = fields.get("voice", ""), fields.get("language", "")
    if spoken_by.startswith("Google.") and language and not spoken_by.startswith(f"Google.{language}"):
        raise BadTwiml(f"The voice {spoken_by} does not speak {language}: the verb would fail.")
    return Say(text=text, **fields)


def read_play(element: ET.Element) -> Play:
    refuse_children(element)
    fields, address = read_attributes(element, PLAY), (element.text or "").strip()
    if not address and "digits" not in fields:
        raise BadTwiml("<Play> without a URL.")
    return Play(url=check_url(element, address), **fields)


def read_pause(element: ET.Element) -> Pause:
    refuse_children(element)
    refuse_text(element)
    return Pause(**read_attributes(element, PAUSE))


def read_gather(element: ET.Element) -> Gather:
    refuse_text(element)
    fields = read_attributes(element, GATHER)
    return Gather(prompts=tuple(read_verb(child, PROMPTS) for child in element), **fields)


def read_redirect(element: ET.Element) -> Redirect:
    refuse_children(element)
    address = (element.text or "").strip()
    return Redirect(url=check_url(element, address), **read_attributes(element, REDIRECT))


def read_hangup(element: ET.Element) -> Hangup:
    refuse_children(element)
    refuse_text(element)
    refuse_attributes(element)
    return Hangup()


def read_reject(element: ET.Element) -> Reject:
    refuse_children(element)
    refuse_text(element)
    return Reject(**read_attributes(element, REJECT))


def read_dial(element: ET.Element) -> Dial:
    refuse_text(element)
    if [child.tag for child in element] != ["Conference"]:
        raise BadTwiml("<Dial> must hold one <Conference>: the sandbox connects to nothing else.")
    return Dial(conference=read_conference(element[0]), **read_attributes(element, DIAL))


def read_conference(element: ET.Element) -> Conference:
    refuse_children(element)
    name = (element.text or "").strip()
    if not 1 <= len(name) <= 128:
        raise BadTwiml("The name of a <Conference> has 1 to 128 characters.", 13237)
    fields = read_attributes(element, CONFERENCE)
    if fields.get("status_callback_events") and not fields.get("status_callback"):
        raise BadTwiml("<Conference statusCallbackEvent> without statusCallback.")
    return Conference(name=name, **fields)


def check_url(element: ET.Element, address: str) -> str:
    try:
        return values.url(address)
    except ValueError as problem:
        raise BadTwiml(f"<{element.tag}>{address}: must be {problem}.") from problem


PROMPTS: dict[str, Callable[[ET.Element], Any]] = {"Say": read_say, "Play": read_play, "Pause": read_pause}
VERBS: dict[str, Callable[[ET.Element], Any]] = PROMPTS | {
    "Gather": read_gather,
    "Redirect": read_redirect,
    "Hangup": read_hangup,
    "Reject": read_reject,
    "Dial": read_dial,
}
