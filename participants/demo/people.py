"""The people of the demo: somebody for everything that can happen to a caller.

Numbers are of the range kept for fiction (555-01xx), and differ except where sharing is the point.
"""

from __future__ import annotations

from dataclasses import dataclass

from participants.demo.rooms import HARBOUR, QUAY
from participants.models import Contact, Invitation

MODERATOR, PARTICIPANT, LISTENER = Invitation.Role.MODERATOR, Invitation.Role.PARTICIPANT, Invitation.Role.LISTENER
STRANGER = "+12025550199"  # on no roster


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
    read_at: str = ""  # where the first code comes in, where that is not `texts`

    @property
    def dialled(self) -> str:
        """What `./run dial` needs to be told: who calls, and where they read the code, where that is not the line."""
        read_at = self.read_at or self.texts or self.calls_from
        return self.calls_from if read_at == self.calls_from else f"{self.calls_from} --texts {read_at}"


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
        read_at="+12025550150",
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
        read_at="vera.nash@example.com",
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
        read_at="zara.finch@example.com",
    ),
)
