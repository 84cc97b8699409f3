"""Another team, which enters the numbers and contacts of tests/calls/town.py's people for somebody of its own."""

from __future__ import annotations

from contextlib import suppress

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Grade, Membership, Participant, Team
from tests import cast
from verification.models import Block, Call, Vouch

OWN = "+12025550163"  # where Mallory reads codes


class Quay:
    """Its person, its rooms, one of them with a title that the others have too, and what can be done there.

    Each act takes the member whom it is about, their call, if they are calling, and whether it is done or undone.
    """

    ACTS = (
        *("enter_line", "enter_line", "enter_contact", "enter_contact", "vouch", "vouch", "block"),
        *("limit_codes", "close_country", "check_numbers", "ask_more"),
    )

    def __init__(self) -> None:
        self.team = cast.team("Quay")
        self.max = User.objects.create_user("max", is_staff=True)
        self.team.add(self.max, Membership.Role.ORGANIZER)
        self.rooms = [cast.conference(self.team, title, duration=300) for title in ("Ledger", "Heron")]
        self.mallory = cast.person(self.team, "Mallory", OWN)
        for room in self.rooms:
            cast.invite(room, self.mallory)
        self.private = [self.team.name, self.mallory.name, "Heron"]

    def enter_line(self, member: Participant, call: Call | None, on: bool) -> None:
        for line in member.lines.all():
            if on:
                CallingLine.objects.get_or_create(participant=self.mallory, number=line.number)
            else:
                self.mallory.lines.filter(number=line.number).delete()

    def enter_contact(self, member: Participant, call: Call | None, on: bool) -> None:
        theirs = member.contacts.sent_to().first() if on else None
        contact = self.mallory.contacts.get()
        contact.channel, contact.address = theirs.destination if theirs else (Contact.Channel.SMS, OWN)
        contact.save()

    def vouch(self, member: Participant, call: Call | None, on: bool) -> None:
        """For the call that waits, or for the next."""
        for room in self.rooms:
            invitation, date = self.mallory.invitations.get(conference=room), cast.occurrence_of(room)
            with suppress(ValidationError):  # it may be somebody else's call, or the room may ask for more
                Vouch.objects.make(invitation, date, by=self.max, reason="Her voice", call=call if on else None)

    def block(self, member: Participant, call: Call | None, on: bool) -> None:
        self.team.blocks.all().delete()
        for line in member.lines.all() if on else ():
            Block.objects.create(team=self.team, number=str(line.number), reason="It rang all night")

    def limit_codes(self, member: Participant, call: Call | None, on: bool) -> None:
        Team.objects.filter(pk=self.team.pk).update(codes_per_day=1 if on else None)

    def close_country(self, member: Participant, call: Call | None, on: bool) -> None:
        Team.objects.filter(pk=self.team.pk).update(countries="DE" if on else "US")

    def check_numbers(self, member: Participant, call: Call | None, on: bool) -> None:
        """Whose SIM was changed lately gets no code for these rooms. Whoever has the number has the answer, too."""
        Conference.objects.filter(team=self.team).update(checks_numbers=on)
        addresses = member.contacts.values("address")
        Contact.objects.filter(address__in=addresses).update(sim_swapped_at=timezone.now() if on else None)

    def ask_more(self, member: Participant, call: Call | None, on: bool) -> None:
        Conference.objects.filter(team=self.team).update(least_grade=Grade.AUTHENTICATOR if on else Grade.NOTHING)

    def vanish(self) -> None:
        """As if there were no such team."""
        Participant.objects.filter(pk=self.mallory.pk).delete()
        self.team.blocks.all().delete()
