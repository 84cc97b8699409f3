"""What a caller hears who waits in a room: nobody has started it, or a moderator put the caller on hold."""

from __future__ import annotations

from urllib.parse import urljoin

from django.utils import timezone

from sandbox.exchange import rooms
from sandbox.exchange.documents import fetch, utter
from sandbox.exchange.fields import call_fields
from sandbox.exchange.speech import perform
from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import Asking, WebhookError
from sandbox.models import Leg, Member, Utterance
from sandbox.twiml import Redirect, Verb, read_waiting
from sandbox.twiml.verbs import Play, Prompt

OWN_PLAYLIST = "classical music"
SILENCE = "silence"


def play(leg: Leg, member: Member, wire: Transport) -> bool:
    """Plays on; False where nothing is due. Music takes its time for every phone: it has no end to hurry to."""
    if member.hold or not member.wait_url:
        return begin_own(leg, member)
    if not member.music:
        return fetch_music(leg, member, member.wait_url, member.wait_method, wire)
    if member.music_due_at and member.music_due_at > timezone.now():
        return False
    verbs: tuple[Verb, ...] = read_waiting(member.music)
    if member.music_verb >= len(verbs):
        return False  # "ends in silence unless it loops"
    verb = verbs[member.music_verb]
    if isinstance(verb, Redirect):
        url = urljoin(member.music_url, verb.url) if verb.url else member.music_url
        return fetch_music(leg, member, url, verb.method, wire)
    if isinstance(verb, Prompt):
        length = perform(leg, verb)
        member.store(music_verb=member.music_verb + 1, music_due_at=timezone.now() + length)
    return True


def begin_own(leg: Leg, member: Member) -> bool:
    """Twilio's own playlist: without a waitUrl, and on hold. An empty waitUrl is silence."""
    if member.music:
        return False
    if member.hold or member.wait_url is None:
        utter(leg, Utterance.Kind.MUSIC, OWN_PLAYLIST)
        member.store(music=OWN_PLAYLIST)
    else:
        member.store(music=SILENCE)
    return True


def fetch_music(leg: Leg, member: Member, url: str, method: str, wire: Transport) -> bool:
    """A waitUrl that fails: "the conference is not established for that caller; Dial falls to the next verb"."""
    try:
        document, source = fetch(Asking("wait", url, call_fields(leg), method, leg), wire)
    except WebhookError:
        rooms.leave(leg, "participant_add_failed")
        return True
    read_waiting(document)
    member.store(music=document, music_url=source, music_verb=0, music_due_at=None)
    return True


def sounds(member: Member) -> bool:
    """Whether there is music where the member waits, and not only words and silence."""
    if not member.wait_url or not member.music:
        return member.wait_url != ""
    return any(isinstance(verb, Play) for verb in read_waiting(member.music))


def stop(member: Member) -> None:
    if member.music:
        member.store(music="", music_url="", music_verb=0, music_due_at=None)
