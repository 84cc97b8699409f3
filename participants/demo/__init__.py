"""The demo: two teams, their rooms and their people.

Every row is found again by a UUID made from its name: laying the demo out twice makes nothing twice, and only moves
the dates.
"""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from participants import schedule
from participants.demo.people import MODERATOR, PEOPLE, STRANGER, Person
from participants.demo.rooms import HARBOUR, QUAY, ROOMS, Room
from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Invitation,
    Occurrence,
    Participant,
    Passcode,
    PeopleGroup,
    Team,
)

__all__ = ["HARBOUR", "PEOPLE", "QUAY", "ROOMS", "STRANGER", "Room", "lay_out", "mark", "team_of"]

MARK = uuid5(NAMESPACE_URL, "conferenceline demo")


def mark(kind: str, name: str) -> UUID:
    return uuid5(MARK, f"{kind} {name}")


@transaction.atomic
def lay_out(now: datetime) -> None:
    """Makes what is missing, and moves the dates so that what should be open is open now."""
    for name in (HARBOUR, QUAY):
        Team.objects.get_or_create(uuid=mark("team", name), defaults={"name": name})
    for room in ROOMS:
        hold(room, now)
    for person in PEOPLE:
        enter(person)
    gather()


def gather() -> None:
    """A group: those who moderate the board of Harbour. Once made, it stays as it is."""
    group, made = PeopleGroup.objects.get_or_create(team=team_of(HARBOUR), name="Board")
    if made:
        board = Invitation.objects.filter(conference__uuid=mark("room", "Harbour board"), role=MODERATOR)
        for invitation in board:
            group.members.create(participant=invitation.participant)


def team_of(name: str) -> Team:
    return Team.objects.get(uuid=mark("team", name))


def hold(room: Room, now: datetime) -> None:
    """Makes the conference, or moves it and opens it again. Whatever else was changed of it stays changed."""
    starts_at = (now + room.starts).replace(minute=0, second=0, microsecond=0)
    if room.rule:
        zone = ZoneInfo(room.zone)
        first = room.rule.first(starts_at.astimezone(zone).replace(tzinfo=None))
        starts_at = schedule.on_the_wall(first, zone)
    opening: dict[str, object] = {"status": Conference.Status.SCHEDULED}
    earlier = Conference.objects.filter(uuid=mark("room", room.title)).first()
    if earlier and not earlier.rule and earlier.occurrences.count() == 1:
        opening["starts_at"] = earlier.starts_at = starts_at
        move(earlier)
    conference, made = Conference.objects.update_or_create(
        uuid=mark("room", room.title),
        defaults=opening,
        create_defaults=opening
        | {
            "starts_at": starts_at,
            "recurrence": room.rule.text() if room.rule else "",
            "team": team_of(room.team),
            "title": room.title,
            "time_zone": room.zone,
            "duration": room.minutes,
            "starts_with": room.starts_with,
            "moderator_exit": room.moderator_exit,
            "admission": room.admission,
            "least_grade": room.least_grade,
            "comes_back": room.comes_back,
            "checks_numbers": room.checks_numbers,
            "seats": room.seats,
            "number": room.number,
        },
    )
    if room.passcode and made:
        Passcode.objects.make(conference, room.passcode)
    Occurrence.objects.filter(conference=conference).update(locked=False, cancelled=False)


def move(conference: Conference) -> None:
    """Moves its one date, even if that is over or going on, which no organizer could."""
    wall_time = schedule.wall_start(conference)
    times = schedule.times_of(conference, wall_time, conference.starts_at)
    conference.occurrences.update(recurrence_id=f"{wall_time:{schedule.RECURRENCE_ID}}", **times)


def enter(person: Person) -> None:
    """Makes the person with their line and contact, once; and puts them on their rosters."""
    participant, made = Participant.objects.get_or_create(
        uuid=mark("person", person.name),
        defaults={
            "team": team_of(person.team),
            "name": person.name,
            "language": person.language,
            "slow_pace": person.slow_pace,
        },
    )
    if made and person.listed:
        CallingLine.objects.create(participant=participant, number=person.calls_from)
    if made and person.texts:
        for position, (channel, address) in enumerate(((person.reached_by, person.texts), *person.or_by)):
            Contact.objects.create(participant=participant, channel=channel, address=address, position=position)
    for seat in person.seats:
        Invitation.objects.get_or_create(
            conference=Conference.objects.get(uuid=mark("room", seat.room)),
            participant=participant,
            defaults={"role": seat.role, "roster_number": seat.roster_number},
        )
