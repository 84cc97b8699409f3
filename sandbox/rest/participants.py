"""The people in a conference. https://www.twilio.com/docs/voice/api/conference-participant-resource"""

from __future__ import annotations

from sandbox.exchange import rooms
from sandbox.models import Member, Room
from sandbox.rest.answers import API_VERSION, Answered, Asked, not_found, rfc2822
from sandbox.rest.pages import page


def collection(asked: Asked) -> Answered:
    """Those who are in it now: "list and fetch only work during the conference; afterwards empty or 404"."""
    room = find_room(asked)
    found = room.present.select_related("leg", "room").order_by("-pk")
    for parameter, field in (("Muted", "muted"), ("Hold", "hold")):
        if (wanted := asked.flag(parameter)) is not None:
            found = found.filter(**{field: wanted})
    if asked.flag("Coaching"):
        found = found.none()
    rows = [as_json(member, asked.account_sid) for member in found]
    return page(asked, "participants", f"{uri(asked.account_sid, room)}.json", rows)


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked), asked.account_sid))


def update(asked: Asked) -> Answered:
    """Mutes, holds, or changes what happens to the room when this one leaves."""
    member = find(asked)
    rooms.change(
        member,
        muted=asked.flag("Muted"),
        hold=asked.flag("Hold"),
        end_on_exit=asked.flag("EndConferenceOnExit"),
    )
    member.refresh_from_db()
    return Answered(200, as_json(member, asked.account_sid))


def delete(asked: Asked) -> Answered:
    """Out of the room. Whether the leg hangs up or goes on is documented nowhere; here it goes on."""
    member = find(asked)
    rooms.leave(member.leg, "participant_updated_via_api", kicked=True)
    return Answered(204)


def find_room(asked: Asked) -> Room:
    room = Room.objects.filter(sid=asked.path["room"]).first()
    if room is None:
        raise not_found(f"/{API_VERSION}/Accounts/{asked.account_sid}/Conferences/{asked.path['room']}.json")
    return room


def find(asked: Asked) -> Member:
    """By call SID or by label."""
    room, key = find_room(asked), asked.path["sid"]
    by = {"leg__sid": key} if key.startswith("CA") and len(key) == 34 else {"label": key}
    member = room.present.select_related("leg", "room").filter(**by).first()
    if member is None:
        raise not_found(f"{uri(asked.account_sid, room)}/{key}.json")
    return member


def uri(account_sid: str, room: Room) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{room.sid}/Participants"


def as_json(member: Member, account_sid: str) -> dict[str, object]:
    return {
        "account_sid": account_sid,
        "call_sid": member.leg.sid,
        "label": member.label or None,
        "conference_sid": member.room.sid,
        "date_created": rfc2822(member.joined_at),
        "date_updated": rfc2822(member.updated_at),
        "end_conference_on_exit": member.end_on_exit,
        "muted": member.muted,
        "hold": member.hold,
        "status": "connected",
        "start_conference_on_enter": member.start_on_enter,
        "coaching": False,
        "call_sid_to_coach": None,
        "queue_time": None,
        "uri": f"{uri(account_sid, member.room)}/{member.leg.sid}.json",
    }
