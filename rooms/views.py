"""Webhooks of a room."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse

from conferenceline.telephony import twiml
from conferenceline.telephony.callers import Webhook
from conferenceline.telephony.webhooks import from_twilio
from rooms import ending as end_of_room
from rooms import seats
from rooms import waiting as waiting_room

logger = logging.getLogger(__name__)


@from_twilio
def events(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """Somebody entered or left, or an announcement failed. Events come late, twice and out of order; each of the first
    two names the seat that it is about.
    """
    call_sid, label = Webhook.of(request.POST).sid, request.POST.get("ParticipantLabel", "")
    match request.POST.get("StatusCallbackEvent"):
        case "participant-join":
            seats.entered(call_sid, label, room, request.POST.get("ConferenceSid", ""))
        case "participant-leave":
            seats.left(call_sid, label, room)
        case "announcement-fail":
            logger.warning("room %s did not hear an announcement", room)
    return HttpResponse(status=204)


@from_twilio
def waiting(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """The sound and the words until the room starts. Twilio puts a caller out whose waiting page fails."""
    path, music = request.get_full_path(), "silence" not in request.GET
    try:
        return twiml.response(waiting_room.page(room, Webhook.of(request.POST).sid, path, music=music))
    except Exception:  # without words, and without the database, which may be what is down
        logger.exception("a waiting page without words")
    return twiml.response(twiml.while_waiting((), path, music=music))


@from_twilio
def ending(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """What everybody in the room hears before it ends."""
    return twiml.response(end_of_room.page(room))
