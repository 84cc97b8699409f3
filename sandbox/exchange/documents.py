"""Fetching the document that a call obeys, and what happens where none can be had."""

from __future__ import annotations

from urllib.parse import urljoin
from xml.sax.saxutils import escape

from django.utils import timezone

from sandbox.exchange.fields import call_fields
from sandbox.exchange.transport import Answer, Transport
from sandbox.exchange.webhooks import Asking, WebhookError, ask
from sandbox.models import Leg, OwnedNumber, Utterance
from sandbox.twiml import BadTwiml, UnreadableTwiml, read

APPLICATION_ERROR = "We are sorry. An application error has occurred. Goodbye."

TWIML_TYPES = ("text/xml", "application/xml", "text/html")


def load(leg: Leg, wire: Transport, url: str, method: str = "POST", **fields: str) -> None:
    """Asks what to do now; on trouble asks the fallback URL; on trouble there says so and hangs up.

    "The fallback URL is requested immediately when TwiML cannot be fetched or run; the request carries ErrorCode and
    ErrorUrl, and its TwiML continues the call." (docs/usage/security/availability-reliability)
    """
    try:
        document, source = fetch(Asking("call", url, call_fields(leg) | fields, method, leg), wire)
    except WebhookError as problem:
        answer = ask_fallback(leg, problem, wire)
        if answer is None:
            utter(leg, Utterance.Kind.SYSTEM, APPLICATION_ERROR)
            leg.end()
            return
        document, source = answer
    obey(leg, document, source)


def ask_fallback(leg: Leg, problem: WebhookError, wire: Transport) -> tuple[str, str] | None:
    """What the number's fallback URL says; None where it has none, or that fails too."""
    number = OwnedNumber.objects.named(leg.to_number)
    if number is None or not number.voice_fallback_url:
        return None
    error = {"ErrorCode": str(problem.code), "ErrorUrl": problem.url}
    fields = call_fields(leg) | error
    try:
        return fetch(Asking("fallback", number.voice_fallback_url, fields, number.voice_fallback_method, leg), wire)
    except WebhookError:
        return None


def obey(leg: Leg, document: str, source: str) -> None:
    """From here on the call does what this document says."""
    leg.store(document=document, url=source, verb=0, prompt=0, keys="", state=Leg.State.READY, due_at=None, order=None)


def resolve(leg: Leg, url: str) -> str:
    """The absolute form of an address in the leg's document; the document's own where it is empty."""
    if not leg.url and "://" not in url:
        raise BadTwiml(f"{url!r}: TwiML that was given by REST has no address of its own, so its URLs are absolute.")
    return urljoin(leg.url, url) if url else leg.url


def fetch(asking: Asking, wire: Transport) -> tuple[str, str]:
    """A readable document and its address. BadTwiml goes through: a broken rule is for a developer to see."""
    answer, source = ask(asking, wire)
    return document_of(answer, source), source


def document_of(answer: Answer, source: str) -> str:
    """As TwiML: XML and HTML are; audio is played; plain text is TwiML or else read aloud (docs/voice/twiml)."""
    content_type = answer.content_type.partition(";")[0].strip().lower()
    if content_type.startswith("audio/"):
        return f"<Response><Play>{escape(source)}</Play></Response>"
    if content_type not in (*TWIML_TYPES, "text/plain"):
        raise WebhookError(12300, source, f"Content type {content_type or 'missing'}")
    try:
        read(answer.body)
    except UnreadableTwiml as problem:
        if content_type == "text/plain" and answer.body.strip():
            return f"<Response><Say>{escape(answer.body)}</Say></Response>"
        raise WebhookError(problem.code, source, str(problem)) from problem
    return answer.body


def utter(leg: Leg, kind: str, text: str, voice: str = "", language: str = "", rate: float = 1.0) -> None:
    Utterance.objects.create(
        leg=leg, at=timezone.now(), kind=kind, text=text, voice=voice, language=language, rate=rate
    )
