"""A reply becomes TwiML. The only writer of TwiML."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch

from django.conf import settings
from django.http import HttpResponse
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Dial, Gather, Say, VoiceResponse

from conferenceline.telephony.voices import SLOW_RATE, VOICES
from verification.replies import Ask, HangUp, Join, Reply, Wait

# What Twilio does when we do not answer (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides):
# two more tries, also after 6 s of silence or a 5xx, inside its 15 s. Copies are harmless: see the turn protocol.
CONNECTION_OVERRIDES = "#rc=2&rp=ct,rt,5xx&rt=6000"

TONES = {
    "none": "false",
    "entry": "onEnter",
    "both": "true",
}  # the conference's announcements, as `beep` has them
PATIENCE, PATIENCE_SLOW = 20, 40  # seconds of silence in which to find a message
WORDS_MOST = 4096  # characters in one Say
MUSIC, MUSIC_SECONDS = "waiting.wav", 10
SOUND_SECONDS = 30  # between two sentences, while somebody waits
NOTHING = str(VoiceResponse())
TIME_LIMIT_MOST = 24 * 60 * 60  # seconds


def webhook_url(path: str) -> str:
    """The absolute address, with the connection overrides, at which Twilio reaches this path."""
    return f"{settings.PUBLIC_URL}{path}{CONNECTION_OVERRIDES}"


def response(twiml: str) -> HttpResponse:
    """The answer to a webhook."""
    return HttpResponse(twiml, content_type="text/xml; charset=utf-8")


def silence() -> HttpResponse:
    """The answer to a text that gets none. https://www.twilio.com/docs/messaging/twiml"""
    return response(str(MessagingResponse()))


@dataclass(frozen=True)
class Speech:
    """In which language the words are, and whether they are said slowly."""

    language: str
    slow: bool


def render(reply: Reply, *, next_path: str = "", language: str, slow: bool = False) -> str:
    """The TwiML document that says and does what the reply means; the call goes on at `next_path`."""
    document = VoiceResponse()
    _write(reply, document, webhook_url(next_path), Speech(language, slow))
    return str(document)


@singledispatch
def _write(reply: Reply, document: VoiceResponse, next_url: str, speech: Speech) -> None:
    raise TypeError(f"no TwiML for {reply!r}")


@_write.register
def _ask(reply: Ask, document: VoiceResponse, next_url: str, speech: Speech) -> None:
    gather = Gather(
        input="dtmf",
        action=next_url,
        method="POST",
        num_digits=reply.digits,
        finish_on_key="#",
        timeout=reply.seconds or (PATIENCE_SLOW if speech.slow else PATIENCE),
        action_on_empty_result=True,
        language=VOICES[speech.language].language,
    )
    gather.append(_said(reply.words, speech))
    document.append(gather)


@_write.register
def _wait(reply: Wait, document: VoiceResponse, next_url: str, speech: Speech) -> None:
    if reply.words:
        document.append(_said(reply.words, speech))
    document.pause(length=reply.seconds)
    document.redirect(next_url, method="POST")


@_write.register
def _join(reply: Join, document: VoiceResponse, next_url: str, speech: Speech) -> None:
    document.append(_said(reply.words, speech))
    for own in reply.own_words:
        document.append(_said(own.words, replace(speech, language=own.language)))
    dial = Dial(action=next_url, method="POST", time_limit=max(1, min(reply.seconds, TIME_LIMIT_MOST)))
    dial.conference(
        reply.room,
        participant_label=reply.label,
        start_conference_on_enter=reply.starts_room,
        end_conference_on_exit=reply.ends_room,
        muted=reply.muted,
        beep=TONES[reply.tones],
        wait_url=webhook_url(reply.waiting_path),
        wait_method="POST",
        # Twilio takes these from whoever comes first and ignores the others': they are the same for everyone.
        status_callback=webhook_url(reply.events_path),
        status_callback_method="POST",
        status_callback_event="join leave announcement",
    )
    document.append(dial)


@_write.register
def _hang_up(reply: HangUp, document: VoiceResponse, next_url: str, speech: Speech) -> None:
    document.append(_said(reply.words, speech))
    document.hangup()


def while_waiting(said: Sequence[str], path: str, *, music: bool, language: str = "", slow: bool = False) -> str:
    """What is heard until a room starts: half a minute of music or silence before each sentence; then `path` again."""
    document = VoiceResponse()
    for words in said or ("",):
        if music:
            document.play(settings.PUBLIC_URL + settings.STATIC_URL + MUSIC, loop=SOUND_SECONDS // MUSIC_SECONDS)
        else:
            document.pause(length=SOUND_SECONDS)
        if words:
            document.append(_said(words, Speech(language, slow)))
    document.redirect(webhook_url(path), method="POST")
    return str(document)


def announcement(words: str, *, language: str) -> str:
    """What a whole room hears."""
    document = VoiceResponse()
    document.append(_said(words, Speech(language, slow=False)))
    return str(document)


def _said(words: str, speech: Speech) -> Say:
    voice = VOICES[speech.language]
    say = Say(language=voice.language, voice=voice.name)
    say.break_(time="500ms")  # after pressing keys the phone must come back to the ear
    words = speakable(words)[:WORDS_MOST]
    if speech.slow:
        say.prosody(words, rate=SLOW_RATE)
    else:
        say.append(words)
    return say


def speakable(words: str) -> str:
    """The words without control characters, which no XML document may hold: a name must not end a call."""
    return "".join(
        " " if unicodedata.category(character) in ("Cc", "Cs", "Cn", "Co") else character for character in words
    )
