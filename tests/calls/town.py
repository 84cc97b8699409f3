"""The people, rooms and telephones among which any calls are made: tests/calls/test_any_calls.py."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import F

from participants.models import Conference, Contact, Grade, Invitation, Participant, Passcode, Policy
from sandbox.models import Factor, Message
from tests import cast
from tests.calls.log import wrong
from tests.calls.quay import OWN, Quay
from tests.phone import Phone
from verification.models import Call

ANA, BO, SWITCHBOARD, COUPLE, GUEST, HAL = (f"+1202555010{digit}" for digit in "123456")
CLEO, GUS, GUS_AT_HOME, NEW_SIM = (f"+1202555011{digit}" for digit in "1234")
BO_MAIL, DAN_MAIL, COUPLE_MAIL = "bo@example.com", "dan@example.com", "couple@example.com"


@dataclass
class Rooms:
    """Each with another way in, and few seats."""

    ledger: Conference  # by code, and back in after a drop
    orchid: Conference  # by code and passcode
    pelican: Conference  # by passcode
    vermilion: Conference  # by nothing less than a telephone
    passcodes: dict[int, str]  # of a conference, by its key

    @property
    def all(self) -> list[Conference]:
        return [self.ledger, self.orchid, self.pelican, self.vermilion]


class Hand:
    """Somebody with a telephone: the number that it shows, and the addresses at which this person reads codes."""

    def __init__(
        self,
        number: str,
        *reads: str,
        person: Participant | None = None,
        told: bool = False,  # whether this person knows every passcode
        app: str = "",  # the identity of the authenticator app on it
    ) -> None:
        self.phone = Phone.withheld() if not number else Phone(number)
        self.reads, self.person, self.told, self.app = reads, person, told, app
        self.attestation = ""
        self.rang_blocked = self.rang_for_several = False  # several teams: each with people of its own on the line
        self.rang_for: set[int] = set()  # the people on the line

    @property
    def is_calling(self) -> bool:
        return self.phone.leg is not None and not self.phone.leg.is_over

    @property
    def call(self) -> Call | None:
        return Call.objects.filter(sid=self.phone.sid).first()

    def codes(self) -> list[str]:
        """Those that this person can read, hear or be shown, oldest first. A phone that rings is answered."""
        if self.app and self.call and self.call.asks_app:
            app = Factor.objects.get(entity__identity=self.app)
            return [app.code(-1), app.code()]
        Message.objects.filter(to__in=self.reads, waits_for_key=True).update(waits_for_key=False)
        return [message.code for message in Message.objects.filter(to__in=self.reads) if message.code]


class Town:
    """Rooms that are open, people, and telephones, some of them with somebody else's number."""

    def __init__(self) -> None:
        self.limits = settings.LIMITS
        team = cast.team("Harbour")
        self.mia = User.objects.create_superuser("mia")
        ledger = cast.conference(team, "Ledger", seats=3, comes_back=True, duration=300)
        orchid = cast.conference(team, "Orchid", admission=Policy.CODE_AND_PASSCODE, duration=300)
        pelican = cast.conference(
            team, "Pelican", admission=Policy.PASSCODE, seats=2, starts_with="anyone", duration=300
        )
        vermilion = cast.conference(team, "Vermilion", least_grade=Grade.PHONE, duration=300)
        codes = {room.pk: Passcode.objects.make(room) for room in (orchid, pelican)}
        self.rooms = Rooms(ledger, orchid, pelican, vermilion, codes)
        self.ana = cast.person(team, "Anabel", ANA)
        self.bo = cast.person(team, "Bohumil", BO)
        cast.mailbox(self.bo, BO_MAIL)
        self.cleo = cast.person(team, "Cleophas", SWITCHBOARD, texts=CLEO)
        self.dan = cast.person(team, "Dannikin", SWITCHBOARD, texts=None)
        cast.mailbox(self.dan, DAN_MAIL)
        self.eve, self.finn = (cast.person(team, name, COUPLE, texts=None) for name in ("Evelina", "Finnegan"))
        for each in (self.eve, self.finn):
            cast.mailbox(each, COUPLE_MAIL)
        self.gus = cast.person(team, "Gustavus", texts=None)
        for position, (channel, address) in enumerate((("whatsapp", GUS), ("call", GUS_AT_HOME))):
            Contact.objects.create(participant=self.gus, channel=channel, address=address, position=position)
        self.hal = cast.person(team, "Halvard", HAL)
        cast.app(self.hal)
        self.app = self.hal.contacts.get(channel="totp").address
        self.people = [self.ana, self.bo, self.cleo, self.dan, self.eve, self.finn, self.gus, self.hal]
        self.invite()
        Contact.objects.update(position=F("position") + 1)  # what another team enters may come before it
        self.quay = Quay()
        self.owners: dict[str, set[Participant]] = defaultdict(set)  # by address, whoever ever had it
        for contact in Contact.objects.select_related("participant"):
            self.owners[contact.address].add(contact.participant)
        self.owners[NEW_SIM] = {self.ana}
        self.contacts = {each.pk: [contact.destination for contact in each.contacts.sent_to()] for each in self.people}
        self.private = [each.name for each in self.people] + [room.title for room in self.rooms.all]
        self.private += [team.name, *self.quay.private]

    def invite(self) -> None:
        rooms = self.rooms
        cast.invite(rooms.ledger, self.bo, role=Invitation.Role.MODERATOR)
        for room, people in (
            (rooms.ledger, (self.ana, self.cleo, self.eve, self.gus, self.hal)),
            (rooms.orchid, (self.bo, self.dan, self.finn)),
            (rooms.vermilion, (self.ana, self.bo, self.dan, self.gus, self.hal)),
            (rooms.pelican, (self.finn,)),
        ):
            for person in people:
                cast.invite(room, person)

    def hands(self) -> list[Hand]:
        return [
            Hand(ANA, ANA, person=self.ana),
            Hand(ANA, OWN, person=self.ana),  # forged, by whoever reads the codes of the other team's person
            Hand(BO, BO, BO_MAIL, person=self.bo, told=True),
            Hand(BO, person=self.bo),  # forged
            Hand(SWITCHBOARD, CLEO, person=self.cleo),
            Hand(SWITCHBOARD, DAN_MAIL, person=self.dan, told=True),
            Hand(COUPLE, COUPLE_MAIL, person=self.eve),
            Hand("", COUPLE_MAIL, person=self.finn, told=True),
            Hand("", GUS, GUS_AT_HOME, person=self.gus),
            Hand(GUEST, ANA, NEW_SIM, person=self.ana),  # a borrowed phone
            Hand(GUEST, told=True),
            Hand(HAL, HAL, person=self.hal, app=self.app),
            Hand(HAL, person=self.hal),  # forged
            Hand(OWN, OWN, person=self.quay.mallory),
        ]

    def keys(self, hand: Hand, what: str) -> str:
        """What somebody presses who does this: see KEYS. "" for nothing."""
        codes = hand.codes() or ["271828"]
        numbers = [each.roster_number for each in hand.person.invitations.order_by("pk")] if hand.person else []
        if what == "as told":
            what = self.as_told(hand)
        match what:
            case "code":
                return codes[-1]
            case "an old code":
                return codes[0]
            case "a wrong code":
                return wrong(codes[-1])
            case "own roster number" if numbers:
                return numbers[0]
            case "own other roster number" if numbers:
                return numbers[-1]
            case "conference number":
                return self.rooms.pelican.number
            case "passcode":
                return self.passcode(hand)
            case "1 of the ways":
                return "1" if hand.call and hand.call.step == "ChooseWay" else ""
            case _:
                return what if what and what[0] in "0123456789*#" else ""

    def as_told(self, hand: Hand) -> str:
        """What a caller does who does as the line says."""
        call = hand.call
        steps = {
            "EnterRosterNumber": "own roster number" if hand.person else "conference number",
            "EnterCode": "code",
            "WaitToSend": "code",
            "EnterPasscode": "passcode",
        }
        own = {str(each.pk) for each in hand.person.invitations.all()} if hand.person else set()
        if call and call.step == "ChooseRoom":  # as they are named
            return next((key for key, room in call.menu.items() if room and str(room[0]) in own), "1")
        return steps.get(call.step, "1") if call else ""

    def passcode(self, hand: Hand) -> str:
        """Of the room that the call wants, where this person was told it."""
        call = hand.call
        if not hand.told or call is None or not call.wanted:
            return "141421"
        codes = self.rooms.passcodes
        return next((codes[room.pk] for room in self.rooms.all if room.occurrences.get().pk == call.wanted[1]), "")


KEYS = (
    *("as told",) * 4,
    *("code", "an old code", "a wrong code", "own roster number", "own other roster number", "conference number"),
    *("passcode", "*#", "*#", "1", "2", "3", "0#", "12#", "10000000", "000000"),
)
