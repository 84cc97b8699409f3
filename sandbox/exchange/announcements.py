"""Announcements: what a whole room hears because REST asked for it. Owed then, heard when a phone goes on.

https://www.twilio.com/docs/voice/api/conference-resource: AnnounceUrl. Nowhere documented is who hears one in a room
that has not begun; here whoever waits, or is on hold, goes on hearing what they hear.
"""

from __future__ import annotations

from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone

from sandbox.exchange.callbacks import owe
from sandbox.exchange.documents import fetch
from sandbox.exchange.speech import perform
from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import Asking, WebhookError
from sandbox.models import Announcement, Room
from sandbox.rows import atomic
from sandbox.twiml import Redirect, Verb, read_waiting
from sandbox.twiml.verbs import Prompt

MOST_PAGES = 10  # of one announcement that redirects


def play_owed(wire: Transport) -> None:
    """Fetches what was to be announced, each once, and lets everybody in the room hear it."""
    for announcement in Announcement.objects.filter(begun_at=None).select_related("room"):
        mine = Announcement.objects.filter(pk=announcement.pk, begun_at=None)
        if mine.update(begun_at=timezone.now()) and announcement.room.status != Room.Status.COMPLETED:
            play(announcement, wire)


def play(announcement: Announcement, wire: Transport) -> None:
    room, url = announcement.room, announcement.url
    fields = {"AccountSid": settings.TWILIO_ACCOUNT_SID, "ConferenceSid": room.sid, "FriendlyName": room.friendly_name}
    told = {"AnnounceUrl": url}
    try:
        said = _verbs(Asking("announce", url, fields, announcement.method), wire)
    except WebhookError as problem:
        tell(room, "announcement-fail", **told, ReasonAnnouncementFailed=str(problem))
        return
    hearing = [member for member in room.present.select_related("leg", "room") if not member.is_waiting]
    for verb in said:
        for member in hearing:
            perform(member.leg, verb)
    tell(room, "announcement-end", **told)


def tell(room: Room, event: str, **more: str) -> None:
    with atomic():
        owe(Room.objects.select_for_update().get(pk=room.pk), event, None, **more)


def _verbs(asking: Asking, wire: Transport) -> list[Prompt]:
    """What is to be heard, from page to page. Raises WebhookError."""
    said: list[Prompt] = []
    for _page in range(MOST_PAGES):
        document, source = fetch(asking, wire)
        verbs: tuple[Verb, ...] = read_waiting(document)
        said += [verb for verb in verbs if isinstance(verb, Prompt)]
        on = next((verb for verb in verbs if isinstance(verb, Redirect)), None)
        if on is None:
            break
        asking = Asking("announce", urljoin(source, on.url), asking.fields, on.method)
    return said
