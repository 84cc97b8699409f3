"""What organizers of the members' own team do while people call, each with what the oracle has to know of it."""

from django import conf

from participants.models import Conference, Invitation, Occurrence, Participant, Team
from tests import cast
from tests.calls.oracle import Oracle
from tests.calls.town import ANA, NEW_SIM, Hand, Town
from verification import unlocking
from verification.models import Block, Vouch


class Organizers:
    """Each act is about a person, a room, whoever has a phone in hand, and whether it is done or undone."""

    town: Town
    hands: list[Hand]
    oracle: Oracle

    def organize(self, act: str, whom: int, room: int, who: int, on: bool) -> None:
        getattr(self, act)(self.town.people[whom], self.town.rooms.all[room], self.hands[who], on)

    def vouch(self, person: Participant, room: Conference, hand: Hand, this: bool) -> None:
        """Lets somebody in by hand: the call that waits, or their next."""
        invitation = Invitation.objects.filter(participant=person, conference=room).first()
        call = hand.call if this and hand.is_calling else None
        theirs = call is None or (person.pk in call.people and not call.ended_at)
        if invitation and theirs and not room.least_grade:
            date = cast.occurrence_of(room)
            Vouch.objects.make(invitation, date, by=self.town.mia, reason="I know the voice", call=call)
            self.oracle.vouched.add((person.pk, date.pk))

    def change_roster(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        there = Invitation.objects.filter(participant=person, conference=room)
        if not on:
            there.delete()
            self.oracle.taken_off(person, room)
        elif not there.exists():
            cast.invite(room, person)
            self.oracle.invited(person, room)

    def change_contact(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        for contact in self.town.ana.contacts.all():  # none, where it was taken off
            contact.address = NEW_SIM if on else ANA
            contact.save()
        self.oracle.looked_up(ANA, "")
        self.oracle.looked_up(NEW_SIM, "")

    def take_off_contact(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        """The first to which codes go, or put those back that were taken off."""
        if on:
            for contact in person.contacts.sent_to()[:1]:
                contact.delete()
            return
        for channel, address in self.town.contacts[person.pk]:
            if not person.contacts.filter(channel=channel).exists():
                person.contacts.create(channel=channel, address=address)
                self.oracle.looked_up(address, "")

    def look_up(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        """Lookup tells what kind of line their mobile has."""
        for contact in person.contacts.filter(channel="sms"):
            line_type = "landline" if on else "mobile"
            person.contacts.filter(pk=contact.pk).update(line_type=line_type)
            self.oracle.looked_up(contact.address, line_type)

    def close_country(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        conf.settings.ALLOWED_COUNTRIES = ["CA"] if on else []

    def limit_codes(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        """How many codes a day: of this conference, or of the team, as whoever runs it would rather pay for few."""
        self.limit_codes_to(2 if on else None, room)

    def limit_codes_to(self, most: int | None, room: Conference) -> None:
        limited = Team.objects if room == self.town.rooms.orchid else Conference.objects.filter(pk=room.pk)
        limited.update(codes_per_day=most)

    def lock(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        Occurrence.objects.filter(conference=room).update(locked=on)

    def block(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        """This number, all that begin so, or all that are withheld. A block that was made before is lifted."""
        Block.objects.of_installation().delete()
        if not on:
            return
        line = hand.phone.number if hand.phone.number.startswith("+1") else ""
        kind = (Block.Kind.PREFIX if room == self.town.rooms.orchid else Block.Kind.NUMBER) if line else "withheld"
        number = line[: len(line) - 1] if kind == Block.Kind.PREFIX else line
        self.oracle.blocked(Block.objects.create(number=number, kind=kind, reason="It rang all night"))

    def unlock(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        try:
            unlocking.unlock(person, self.town.mia)
        except unlocking.throttle.OverLimitError:
            return
        unlocking.unlock_due()
        self.oracle.unlocked(person)
