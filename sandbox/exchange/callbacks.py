"""Conference status callbacks: owed when something happens in a room, delivered when a phone asks.

https://www.twilio.com/docs/voice/twiml/conference: "delivery is unordered and at least once".
"""

from __future__ import annotations

from email.utils import format_datetime

from django.conf import settings
from django.utils import timezone

from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import Asking, WebhookError, ask
from sandbox.models import Callback, Member, Room, Switch

SUBSCRIPTIONS = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


def owe(room: Room, event: str, member: Member | None = None, **more: str) -> None:
    """Notes an event, if the room's first caller subscribed to it."""
    if not room.callback_url or SUBSCRIPTIONS[event] not in room.callback_events.split():
        return
    room.sequence += 1
    room.save(update_fields=["sequence"])
    fields = {
        "ConferenceSid": room.sid,
        "FriendlyName": room.friendly_name,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "SequenceNumber": str(room.sequence),
        "Timestamp": format_datetime(timezone.now()),
        "StatusCallbackEvent": event,
        **(participant_fields(member) if member else {}),
        **more,
    }
    Callback.objects.create(room=room, sequence=room.sequence, fields=fields)


def participant_fields(member: Member) -> dict[str, str]:
    fields = {
        "CallSid": member.leg.sid,
        "Muted": flag(member.muted),
        "Hold": flag(member.hold),
        "Coaching": "false",
        "EndConferenceOnExit": flag(member.end_on_exit),
        "StartConferenceOnEnter": flag(member.start_on_enter),
    }
    if member.label:
        fields["ParticipantLabel"] = member.label
    return fields


def flag(value: bool) -> str:
    return "true" if value else "false"


def deliver_owed(wire: Transport) -> int:
    """Delivers what is owed to anybody, as the switch says; the number of requests made."""
    owed = Callback.objects.filter(delivered_at=None).select_related("room")
    if not owed.exists() or (how := Switch.how_to_deliver()) == Switch.Delivery.HELD:
        return 0
    made = 0
    for callback in owed.order_by("-pk" if how == Switch.Delivery.REVERSED else "pk"):
        mine = Callback.objects.filter(pk=callback.pk, delivered_at=None)
        if not mine.update(delivered_at=timezone.now()) or how == Switch.Delivery.NEVER:
            continue
        for _time in range(2 if how == Switch.Delivery.TWICE else 1):
            made += 1
            tell(callback, wire)
    return made


def tell(callback: Callback, wire: Transport) -> None:
    """Whatever comes back, a conference goes on: Twilio only notes it in its debugger."""
    room = callback.room
    try:
        ask(Asking("conference", room.callback_url, callback.fields, room.callback_method), wire)
    except WebhookError:
        return
