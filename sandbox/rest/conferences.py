"""Conferences. https://www.twilio.com/docs/voice/api/conference-resource"""

from __future__ import annotations

from django.db import models

from sandbox.exchange import rooms
from sandbox.models import Room
from sandbox.rest.answers import API_VERSION, Answered, Asked, ProblemError, not_found, rfc2822
from sandbox.rest.pages import page

DATE_FILTERS = {
    "DateCreated": "created_at__date",
    "DateCreated<": "created_at__date__lte",
    "DateCreated>": "created_at__date__gte",
    "DateUpdated": "updated_at__date",
    "DateUpdated<": "updated_at__date__lte",
    "DateUpdated>": "updated_at__date__gte",
}


def collection(asked: Asked) -> Answered:
    """The account's conferences, newest first. Dates are whole days, UTC."""
    found: models.QuerySet[Room] = Room.objects.order_by("-pk")
    if "FriendlyName" in asked.fields:
        found = found.filter(friendly_name=asked.fields["FriendlyName"])
    for parameter, lookup in DATE_FILTERS.items():
        if parameter in asked.fields:
            found = found.filter(**{lookup: asked.fields[parameter]})
    rows = list(found)
    if status := asked.fields.get("Status"):
        if status not in Room.Status.values:
            raise ProblemError(20001, 400, f"Invalid parameter Status: {status}")
        rows = [room for room in rows if shown_status(room) == status]
    uri = f"/{API_VERSION}/Accounts/{asked.account_sid}/Conferences.json"
    return page(asked, "conferences", uri, [as_json(room, asked.account_sid) for room in rows])


def fetch(asked: Asked) -> Answered:
    return Answered(200, as_json(find(asked), asked.account_sid))


def update(asked: Asked) -> Answered:
    """Status=completed ends the conference for all; AnnounceUrl has something played to it."""
    room = find(asked)
    if url := asked.fields.get("AnnounceUrl"):
        if room.status == Room.Status.COMPLETED:  # documented nowhere; so it is with participants afterwards
            raise not_found(f"/{API_VERSION}/Accounts/{asked.account_sid}/Conferences/{room.sid}.json")
        room.announcements.create(url=url, method=asked.fields.get("AnnounceMethod", "POST"))
        return Answered(200, as_json(room, asked.account_sid))
    if asked.fields.get("Status") != "completed":
        raise ProblemError(20001, 400, f"Invalid parameter Status: {asked.fields.get('Status', '')}")
    rooms.end(room, "conference-ended-via-api", "conference_ended_via_api")
    room.refresh_from_db()
    return Answered(200, as_json(room, asked.account_sid))


def find(asked: Asked) -> Room:
    room = Room.objects.filter(sid=asked.path["sid"]).first()
    if room is None:
        raise not_found(f"/{API_VERSION}/Accounts/{asked.account_sid}/Conferences/{asked.path['sid']}.json")
    return room


def shown_status(room: Room) -> str:
    """Seen live: with two callers in it a room is `in-progress`, though nobody has started it."""
    if room.status == Room.Status.INIT and room.present.count() > 1:
        return Room.Status.IN_PROGRESS
    return room.status


def as_json(room: Room, account_sid: str) -> dict[str, object]:
    here = f"/{API_VERSION}/Accounts/{account_sid}/Conferences/{room.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.updated_at),
        "friendly_name": room.friendly_name,
        "region": "us1",
        "sid": room.sid,
        "status": shown_status(room),
        "uri": f"{here}.json",
        "subresource_uris": {
            "participants": f"{here}/Participants.json",
            "recordings": f"{here}/Recordings.json",
        },
        "reason_conference_ended": room.reason_ended or None,
        "call_sid_ending_conference": room.ended_by or None,
    }
