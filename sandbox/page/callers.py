"""Who one can be: the people of the address books, and everybody who is in none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import phonenumbers
from django.utils import timezone

from participants import demo
from participants.models import CallingLine, Contact, Delivery, Invitation, Participant
from sandbox.models import Handset

MOST_PEOPLE = 200  # in the list to choose from
BORROWED = "+12025550190"  # the phone of somebody who is in no address book


@dataclass(frozen=True)
class Seat:
    """A place on a roster."""

    title: str
    role: str
    is_open: bool

    @property
    def words(self) -> str:
        return f"{Invitation.Role(self.role).label} of {self.title}{'' if self.is_open else ' (not open now)'}"


@dataclass(frozen=True)
class Caller:
    """Somebody to be, with the phone in hand and the place where texts arrive."""

    uuid: UUID
    name: str
    number: str
    texts_at: str
    gets_codes: bool  # whether anything can be sent to them at all
    seats: tuple[Seat, ...]

    @property
    def open_seats(self) -> list[Seat]:
        return [seat for seat in self.seats if seat.is_open]

    @property
    def words(self) -> str:
        """The seats that can be taken now; where there are none, those that there are."""
        return ", ".join(seat.words for seat in self.open_seats or self.seats) or "on no roster"


def people() -> list[Caller]:
    """Those who can get in now come first."""
    found = Participant.objects.prefetch_related("lines", "contacts", "invitations__conference")[:MOST_PEOPLE]
    open_now = set(Invitation.objects.open_at(timezone.now()).values_list("pk", flat=True))
    callers = [caller(participant, open_now) for participant in found]
    return sorted(callers, key=lambda each: (not each.open_seats, each.name))


def person(uuid: UUID) -> Caller | None:
    participant = Participant.objects.filter(uuid=uuid).first()
    if participant is None:
        return None
    invitations = Invitation.objects.filter(participant=participant)
    return caller(participant, set(invitations.open_at(timezone.now()).values_list("pk", flat=True)))


def addresses_of(handset: Handset) -> set[str]:
    """Where messages for whoever holds this phone arrive: at its number, at their contacts, and where they get mail."""
    if not handset.person:
        return {handset.texts_at}
    contacts = Contact.objects.sent_to().filter(participant__uuid=handset.person)
    mail = Delivery.objects.filter(participant__uuid=handset.person, channel=Delivery.Channel.MAIL)
    return {handset.texts_at, *contacts.values_list("address", flat=True), *mail.values_list("address", flat=True)}


def caller(participant: Participant, open_now: set[int]) -> Caller:
    line, contacts = next(iter(participant.lines.all()), None), list(participant.contacts.all())
    contact = next((each for each in contacts if not each.is_app), None)
    number = str(line.number) if line else BORROWED
    seats = [
        Seat(invitation.conference.title, invitation.role, invitation.pk in open_now)
        for invitation in participant.invitations.all()
    ]
    seats.sort(key=lambda seat: not seat.is_open)
    texts_at = str(contact.address) if contact else number
    return Caller(participant.uuid, participant.name, number, texts_at, bool(contacts), tuple(seats))


def two_who_meet(callers: list[Caller]) -> list[Caller]:
    """A participant and a moderator of one room, who each get in with nothing but a code. Empty where nobody does."""
    sharing = Counter(each.number for each in callers)
    plain = [each for each in callers if len(each.open_seats) == 1 and sharing[each.number] == 1]
    plain = [each for each in plain if each.gets_codes and each.texts_at == each.number]
    for guest in plain:
        for host in plain:
            seats = guest.open_seats[0], host.open_seats[0]
            roles = [seat.role for seat in seats]
            if seats[0].title == seats[1].title and roles == [Invitation.Role.PARTICIPANT, Invitation.Role.MODERATOR]:
                return [guest, host]
    return []


def name_of_number(number: str) -> str:
    """Who calls from this number, where that is one person; else the number."""
    if number == demo.STRANGER:
        return "A stranger"
    lines = CallingLine.objects.filter(number=number) if number.startswith("+") else CallingLine.objects.none()
    names = set(lines.values_list("participant__name", flat=True)[:2])
    return names.pop() if len(names) == 1 else pretty(number)


def pretty(number: str) -> str:
    """+1 202-555-0101; what is no telephone number stays as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
