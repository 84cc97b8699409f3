"""Webhooks of a room."""

import uuid

from django.http import HttpRequest, HttpResponse

from conferenceline.telephony.callers import Webhook
from conferenceline.telephony.webhooks import from_twilio
from rooms import seats


@from_twilio
def events(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """Somebody entered or left. Events come late, twice and out of order: each names the seat that it is about."""
    call_sid, label = Webhook.of(request.POST).sid, request.POST.get("ParticipantLabel", "")
    match request.POST.get("StatusCallbackEvent"):
        case "participant-join":
            seats.entered(call_sid, label, room, request.POST.get("ConferenceSid", ""))
        case "participant-leave":
            seats.left(call_sid, label, room)
    return HttpResponse(status=204)
