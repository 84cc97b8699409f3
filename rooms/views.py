"""Webhooks of a room."""

import uuid

from django.http import HttpRequest, HttpResponse

from conferenceline.telephony.webhooks import from_twilio
from rooms import seats


@from_twilio
def events(request: HttpRequest, room: uuid.UUID) -> HttpResponse:
    """Somebody entered or left. Events come late, twice and out of order: each says only what stays true."""
    call_sid, room_sid = request.POST.get("CallSid", ""), request.POST.get("ConferenceSid", "")
    match request.POST.get("StatusCallbackEvent"):
        case "participant-join":
            seats.entered(call_sid, room, room_sid)
        case "participant-leave":
            seats.left(call_sid, room)
    return HttpResponse(status=204)
