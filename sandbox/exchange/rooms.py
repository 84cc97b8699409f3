"""Rooms: coming in, leaving, starting and ending. Only rows change here; nothing is asked and nobody waits.

https://www.twilio.com/docs/voice/twiml/conference
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone

from sandbox.exchange.callbacks import owe
from sandbox.exchange.documents import resolve
from sandbox.models import Leg, Member, Room
from sandbox.rows import atomic
from sandbox.sids import new_sid
from sandbox.twiml import Conference, Dial


def stay_of(leg: Leg) -> Member | None:
    """The leg's place in a room; None where it is in none."""
    return leg.stays.filter(left_at=None).select_related("room").first()


def join(leg: Leg, dial: Dial) -> Member | None:
    """Puts the leg into the room, or None where the room is full (16020) or the label is taken (16025).

    "The call is not added and continues with the next verb."
    """
    conference = dial.conference
    with atomic():
        room = open_room(leg, conference)
        present = room.present
        if present.count() >= conference.max_participants:
            return None
        if conference.label and present.filter(label=conference.label).exists():
            return None
        now = timezone.now()
        member = Member.objects.create(
            room=room,
            leg=leg,
            label=conference.label,
            muted=conference.muted,
            start_on_enter=conference.start_on_enter,
            end_on_exit=conference.end_on_exit,
            beep=conference.beep,
            wait_url=conference.wait_url and resolve(leg, conference.wait_url),
            wait_method=conference.wait_method,
            joined_at=now,
            updated_at=now,
            limit_at=now + timedelta(seconds=dial.time_limit),
        )
        owe(room, "participant-join", member)
        start_if_ready(room)
    return member


def open_room(leg: Leg, conference: Conference) -> Room:
    """The live room of this name, locked; a new one where there is none. The first one in fixes the callback."""
    live = Room.objects.select_for_update().filter(friendly_name=conference.name)
    live = live.exclude(status=Room.Status.COMPLETED)
    if room := live.first():
        return room
    now = timezone.now()
    try:
        with atomic():
            return Room.objects.create(
                sid=new_sid("CF"),
                friendly_name=conference.name,
                created_at=now,
                updated_at=now,
                callback_url=conference.status_callback and resolve(leg, conference.status_callback),
                callback_method=conference.status_callback_method,
                callback_events=" ".join(conference.status_callback_events),
            )
    except IntegrityError:
        return live.get()


def start_if_ready(room: Room) -> None:
    """A room starts when two or more are in it, one or more of them with startConferenceOnEnter=true."""
    if room.has_started or room.present.count() < 2 or not room.present.filter(start_on_enter=True).exists():
        return
    room.started_at = room.updated_at = timezone.now()
    room.status = Room.Status.IN_PROGRESS
    room.save(update_fields=["started_at", "updated_at", "status"])
    owe(room, "conference-start")


def leave(leg: Leg, reason: str, *, kicked: bool = False) -> None:
    """Takes the leg out of its room, if it is in one; and ends the room if its leaving does."""
    with atomic():
        member = leg.stays.filter(left_at=None).first()
        if member is None:
            return
        room = Room.objects.select_for_update().get(pk=member.room_id)
        if not take_out(room, member, reason):
            return
        how = "kicked" if kicked else "left"
        if member.end_on_exit:
            close(
                room,
                f"participant-with-end-conference-on-exit-{how}",
                "moderator_ended_conference",
                ended_by=member,
            )
        elif not room.present.exists():
            close(room, f"last-participant-{how}", "", ended_by=member)


def take_out(room: Room, member: Member, reason: str) -> bool:
    now = timezone.now()
    out = Member.objects.filter(pk=member.pk, left_at=None)
    if not out.update(left_at=now, updated_at=now, reason_left=reason):
        return False
    owe(room, "participant-leave", member, ReasonParticipantLeft=reason, ParticipantCallStatus=call_status(reason))
    return True


def call_status(reason: str) -> str:
    return "completed" if reason == "participant_hung_up" else "in-progress"


def end(room: Room, reason: str, reason_left: str) -> None:
    """Everybody out."""
    with atomic():
        close(Room.objects.select_for_update().get(pk=room.pk), reason, reason_left)


def close(room: Room, reason: str, reason_left: str, ended_by: Member | None = None) -> None:
    if room.status == Room.Status.COMPLETED:
        return
    for member in room.present.select_related("leg"):
        take_out(room, member, reason_left)
    room.status, room.updated_at, room.reason_ended = Room.Status.COMPLETED, timezone.now(), reason
    room.ended_by = ended_by.leg.sid if ended_by else ""
    room.save(update_fields=["status", "updated_at", "reason_ended", "ended_by"])
    ending: dict[str, str] = {"ReasonConferenceEnded": reason, "Reason": reason.replace("-", " ").capitalize()}
    if ended_by:
        ending["CallSidEndingConference"] = ended_by.leg.sid
        if ended_by.label:
            ending["ParticipantLabelEndingConference"] = ended_by.label
    owe(room, "conference-end", None, **ending)


def change(
    member: Member, *, muted: bool | None = None, hold: bool | None = None, end_on_exit: bool | None = None
) -> None:
    """A REST update of a participant. What is None stays; what changes nothing tells nobody."""
    with atomic():
        room = Room.objects.select_for_update().get(pk=member.room_id)
        member = Member.objects.get(pk=member.pk)
        events = []
        if muted is not None and muted != member.muted:
            member.muted = muted
            events.append("participant-mute" if muted else "participant-unmute")
        if hold is not None and hold != member.hold:
            member.hold = hold
            events.append("participant-hold" if hold else "participant-unhold")
        if end_on_exit is not None and end_on_exit != member.end_on_exit:
            member.end_on_exit = end_on_exit
            events.append("participant-modify")
        if events:
            member.updated_at = timezone.now()
            member.save(update_fields=["muted", "hold", "end_on_exit", "updated_at"])
        for event in events:
            owe(room, event, member)
