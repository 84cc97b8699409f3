"""The demo: two teams, and somebody for everything that can happen to a caller.

Numbers are of the range kept for fiction (555-01xx), and differ except where sharing is the point. Every row is
found again by a UUID made from its name: laying the demo out twice makes nothing twice, and only moves the dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.db import transaction

from participants import schedule
from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Grade,
    Invitation,
    Occurrence,
    Participant,
    Passcode,
    PeopleGroup,
    Policy,
    Team,
)
from participants.recurrence import WEEKLY, Rule

MARK = uuid5(NAMESPACE_URL, "conferenceline demo")
HARBOUR, QUAY = "Harbour", "Quay"
MODERATOR, PARTICIPANT, LISTENER = Invitation.Role.MODERATOR, Invitation.Role.PARTICIPANT, Invitation.Role.LISTENER
HOUR = timedelta(hours=1)
HALF_A_DAY = 12 * 60


@dataclass(frozen=True)
class Room:
    team: str
    title: str
    zone: str
    starts: timedelta  # from now
    minutes: int = 60
    starts_with: str = Conference.StartsWith.MODERATOR
    moderator_exit: str = Conference.ModeratorExit.GOES_ON
    admission: str = Policy.CODE
    least_grade: int = Grade.NOTHING
    comes_back: bool = False
    checks_numbers: bool = False
    seats: int = 50
    rule: Rule | None = None  # by which it repeats, from the first date that it has then
    number: str | None = None  # where the passcode alone opens it
    passcode: str = ""


@dataclass(frozen=True)
class Seat:
    """A place on a roster. The roster number is fixed, so that the documentation can quote it."""

    room: str
    role: Invitation.Role
    roster_number: str


@dataclass(frozen=True)
class Person:
    name: str
    calls_from: str
    texts: str | None
    seats: tuple[Seat, ...]
    expect: str
    team: str = HARBOUR
    listed: bool = True  # whether the line they call from is in the address book
    reached_by: str = Contact.Channel.SMS  # how the code goes to `texts`
    or_by: tuple[tuple[str, str], ...] = ()  # further contacts: channel and address
    language: str = ""
    slow_pace: bool = False
    app: bool = False  # whether they have set up an authenticator app, which then comes first


ROOMS = (
    Room(
        HARBOUR,
        "Harbour board",
        "Europe/London",
        -HOUR,
        minutes=HALF_A_DAY,
        moderator_exit=Conference.ModeratorExit.ENDS,
        checks_numbers=True,
    ),
    Room(
        HARBOUR,
        "Pilots on duty",
        "Europe/London",
        -HOUR,
        minutes=HALF_A_DAY,
        starts_with=Conference.StartsWith.ANYONE,
        comes_back=True,
    ),
    Room(
        HARBOUR,
        "Open rehearsal",
        "Europe/London",
        -HOUR,
        minutes=HALF_A_DAY,
        starts_with=Conference.StartsWith.ANYONE,
        admission=Policy.PASSCODE,
        number="30000001",
        passcode="271828",
    ),
    Room(
        HARBOUR,
        "Salvage talks",
        "Europe/London",
        -HOUR,
        minutes=HALF_A_DAY,
        starts_with=Conference.StartsWith.ANYONE,
        admission=Policy.CODE_AND_PASSCODE,
        least_grade=Grade.PHONE,
        passcode="161803",
    ),
    Room(
        HARBOUR,
        "Tug crew",
        "Europe/London",
        -HOUR,
        minutes=HALF_A_DAY,
        starts_with=Conference.StartsWith.ANYONE,
        seats=2,
    ),
    Room(HARBOUR, "Budget", "America/New_York", 24 * HOUR),
    Room(HARBOUR, "Crew call", "Europe/London", 24 * HOUR, rule=Rule(WEEKLY, days=(1,), count=12)),
    Room(HARBOUR, "Storm review", "Europe/London", -20 * HOUR),
    Room(QUAY, "Quay choir", "America/New_York", -HOUR, minutes=HALF_A_DAY),
)

PEOPLE = (
    Person(
        "Mia Stone",
        "+12025550110",
        "+12025550110",
        (
            Seat("Harbour board", MODERATOR, "20000001"),
            Seat("Budget", MODERATOR, "20000002"),
            Seat("Crew call", MODERATOR, "20000041"),
        ),
        "a code by text, then in; the room starts, and ends when a moderator leaves",
    ),
    Person(
        "Theo Marsh",
        "+12025550111",
        "+12025550111",
        (Seat("Harbour board", MODERATOR, "20000003"), Seat("Storm review", MODERATOR, "20000004")),
        "a code by text, then in, as the second moderator",
    ),
    Person(
        "Ana Bell",
        "+12025550101",
        "+12025550101",
        (Seat("Harbour board", PARTICIPANT, "20000005"), Seat("Budget", PARTICIPANT, "20000006")),
        "a code by text, then music until a moderator is in",
    ),
    Person(
        "Ben Ford",
        "+12025550102",
        "+12025550102",
        (Seat("Harbour board", PARTICIPANT, "20000007"),),
        "the other team has this number too: one code, then the choice of two rooms",
    ),
    Person(
        "Cora Lake",
        "+12025550103",
        "+12025550103",
        (Seat("Harbour board", LISTENER, "20000008"),),
        "a code by text, then hears the room and is not heard",
    ),
    Person(
        "Dora Reed",
        "+12025550104",
        "+12025550104",
        (Seat("Harbour board", PARTICIPANT, "20000009"), Seat("Pilots on duty", PARTICIPANT, "20000010")),
        "a code by text, then the choice of two open rooms",
    ),
    Person(
        "Olaf Finn",
        "+12025550109",
        "+12025550109",
        (Seat("Pilots on duty", PARTICIPANT, "20000011"),),
        "a code by text, then in: this room starts with the first person",
    ),
    Person(
        "Ed Hill",
        "+12025550120",
        "+12025550121",
        (Seat("Harbour board", PARTICIPANT, "20000012"),),
        "a landline shared with Fay Hill: key the roster number, and the code goes to his mobile",
    ),
    Person(
        "Fay Hill",
        "+12025550120",
        "+12025550122",
        (Seat("Harbour board", PARTICIPANT, "20000013"),),
        "the same landline: with her roster number the code goes to hers",
    ),
    Person(
        "Gus Vale",
        "+12025550105",
        None,
        (Seat("Harbour board", PARTICIPANT, "20000014"),),
        "no contact to send a code to: turned away",
    ),
    Person(
        "Hana Moss",
        "+12025550190",
        "+12025550108",
        (Seat("Harbour board", PARTICIPANT, "20000015"),),
        "a borrowed phone: key the roster number, and the code goes to +12025550108",
        listed=False,
    ),
    Person(
        "Ivo Lane",
        "+12025550106",
        "+12025550106",
        (Seat("Budget", PARTICIPANT, "20000016"),),
        "too early: it opens tomorrow, and a mail says so within a minute",
        or_by=((Contact.Channel.EMAIL, "ivo.lane@example.com"),),
    ),
    Person(
        "Kim Wray",
        "+12025550107",
        "+12025550107",
        (Seat("Storm review", PARTICIPANT, "20000017"),),
        "too late: it is over, and a mail says so within a minute",
        or_by=((Contact.Channel.EMAIL, "kim.wray@example.com"),),
    ),
    Person(
        "Nell Wood",
        "+12025550130",
        "+12025550130",
        (Seat("Quay choir", MODERATOR, "20000018"),),
        "a code by text, then in; the organizer of Harbour sees nothing of it",
        team=QUAY,
    ),
    Person(
        "Benny Ford",
        "+12025550102",
        "+12025550102",
        (Seat("Quay choir", PARTICIPANT, "20000019"),),
        "Ben Ford under another name: two teams, two people, one telephone",
        team=QUAY,
    ),
    Person(
        "Pia Holt",
        "+12025550140",
        "+12025550140",
        (Seat("Harbour board", PARTICIPANT, "20000020"),),
        "a code by WhatsApp; with star, pound, then 2 by text",
        reached_by=Contact.Channel.WHATSAPP,
        or_by=((Contact.Channel.SMS, "+12025550140"),),
    ),
    Person(
        "Rolf Kern",
        "+12025550141",
        "+12025550142",
        (Seat("Harbour board", PARTICIPANT, "20000021"),),
        "a landline: his other phone rings, and says the code after a key; with star, pound, then 2 by e-mail",
        reached_by=Contact.Channel.CALL,
        or_by=((Contact.Channel.EMAIL, "rolf.kern@example.com"),),
    ),
    Person(
        "Sue Dean",
        "+12025550143",
        "sue.dean@example.com",
        (Seat("Harbour board", PARTICIPANT, "20000022"),),
        "a code by e-mail",
        reached_by=Contact.Channel.EMAIL,
    ),
    Person(
        "Lucía Prado",
        "+12025550112",
        "+12025550112",
        (Seat("Harbour board", PARTICIPANT, "20000023"),),
        "the line speaks Spanish, and the code comes in a Spanish text",
        language="es",
    ),
    Person(
        "Otto Lind",
        "+12025550113",
        "+12025550113",
        (Seat("Harbour board", PARTICIPANT, "20000024"),),
        "the line speaks slowly, waits longer for keys, and reminds once more",
        slow_pace=True,
    ),
    Person(
        "Rosa Hale",
        "+12025550150",
        "rosa.hale@example.com",
        (Seat("Salvage talks", PARTICIPANT, "20000030"),),
        "a code by text, though her mailbox comes first: this room asks for that; then its passcode, 161803",
        reached_by=Contact.Channel.EMAIL,
        or_by=((Contact.Channel.SMS, "+12025550150"),),
    ),
    Person(
        "Sven Ostby",
        "+12025550151",
        "sven.ostby@example.com",
        (Seat("Salvage talks", PARTICIPANT, "20000031"),),
        "a code by e-mail, which this room takes for too little: turned away with words",
        reached_by=Contact.Channel.EMAIL,
    ),
    Person(
        "Tess Quill",
        "+12025550152",
        "+12025550152",
        (Seat("Harbour board", PARTICIPANT, "20000032"),),
        "the code of her authenticator app, which shows beside her phone at /phone/; with star, pound by text",
        app=True,
    ),
    Person(
        "Uma Frost",
        "+12025550153",
        "+12025550153",
        (Seat("Harbour board", PARTICIPANT, "20000033"),),
        "a code by text; on her page in the admin send her the link, and set up an authenticator app",
        or_by=((Contact.Channel.EMAIL, "uma.frost@example.com"),),
    ),
    Person(
        "Vera Nash",
        "+12025550154",
        "+12025550154",
        (Seat("Harbour board", PARTICIPANT, "20000034"),),
        "a landline, entered for texts: Lookup has said so, no text goes there, and the code comes by e-mail",
        or_by=((Contact.Channel.EMAIL, "vera.nash@example.com"),),
    ),
    Person(
        "Will Penn",
        "+442079460155",
        "+442079460156",
        (Seat("Harbour board", PARTICIPANT, "20000035"),),
        "a British number, as the phone is that rings and says the code; where its calls are forwarded, by e-mail",
        reached_by=Contact.Channel.CALL,
        or_by=((Contact.Channel.EMAIL, "will.penn@example.com"),),
    ),
    Person(
        "Xenia Boll",
        "+12025550157",
        "+12025550157",
        (Seat("Tug crew", PARTICIPANT, "20000036"),),
        "a code by text, then in, on the only seat that is not kept for a moderator",
    ),
    Person(
        "Yuri Cole",
        "+12025550158",
        "+12025550158",
        (Seat("Tug crew", PARTICIPANT, "20000037"),),
        "a code by text; then, while Xenia Boll is in, the line says that it is full, as a mail does within a minute",
        or_by=((Contact.Channel.EMAIL, "yuri.cole@example.com"),),
    ),
    Person(
        "Zara Finch",
        "+12025550159",
        "+442079460159",
        (Seat("Quay choir", PARTICIPANT, "20000038"),),
        "her other number is British, and codes of this team go to the United States alone: the code comes by e-mail",
        team=QUAY,
        or_by=((Contact.Channel.EMAIL, "zara.finch@example.com"),),
    ),
)
STRANGER = "+12025550199"  # on no roster


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
