"""Who else is in the room, and who hears whom."""

from __future__ import annotations

from sandbox.exchange import rooms
from sandbox.models import Handset, Leg, Member
from sandbox.page import callers
from sandbox.phone import WITHHELD


def of(leg: Leg) -> list[dict[str, object]]:
    """Everybody in the leg's room, the leg itself first."""
    mine = rooms.stay_of(leg) if leg.is_live else None
    if mine is None:
        return []
    present = list(mine.room.present.select_related("leg", "room"))
    present.sort(key=lambda member: member.leg_id != leg.pk)
    return [
        {
            "id": f"member-{member.pk}",
            "name": "You" if is_me else name_of(member.leg),
            "words": hearing(member, is_me=is_me),
            "heard": not member.is_waiting and not member.muted,
        }
        for member in present
        for is_me in [member.leg_id == leg.pk]
    ]


def name_of(leg: Leg) -> str:
    """The holder of the phone where it lies on a page; else whose number it is."""
    if handset := Handset.objects.filter(leg=leg).exclude(person=None).first():
        person = callers.person(handset.person) if handset.person else None
        if person:
            return person.name
    return "A withheld number" if leg.from_number == WITHHELD else callers.name_of_number(leg.from_number)


def hearing(member: Member, *, is_me: bool) -> str:
    """Whom this one hears, and whether anybody hears them: what comes after "You" or a name."""
    hear, are = ("hear", "are") if is_me else ("hears", "is")
    if member.hold:
        return f"{are} on hold: {hear} music, and {are} not heard"
    if member.is_waiting:
        return f"{are} waiting: {hear} nobody yet, and {are} not heard"
    return f"{hear} everybody, and {are} {'not ' if member.muted else ''}heard"
