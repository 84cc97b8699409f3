"""Fills the sandbox with people to call as."""

import os
from base64 import b32decode
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django_otp.oath import totp

from conferenceline.telephony import authenticators, numbers
from participants import demo
from participants.models import Authenticator, DialInNumber, Invitation, Membership, Participant, Passcode, Team
from verification import line_types

PASSWORD = "harbour-demo"  # noqa: S105 - printed; the sandbox lets in whoever can read this
CONTACTS_MOST = 3  # of anybody in the demo
LOGINS: dict[str, tuple[str, Membership.Role] | None] = {
    "organizer": (demo.HARBOUR, Membership.Role.ORGANIZER),
    "auditor": (demo.HARBOUR, Membership.Role.AUDITOR),
    "neighbour": (demo.QUAY, Membership.Role.ORGANIZER),
    "admin": None,  # of everything
}


class Command(BaseCommand):
    help = "Makes the demo (teams, rooms, people, logins), or moves its dates so that its rooms are open again."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError(
                "The demo has logins that everybody knows, and is for the sandbox only. Set SANDBOX=on for a line "
                "without a Twilio account, or make your own: manage.py createsuperuser."
            )
        password = os.environ.get("DEMO_PASSWORD") or PASSWORD
        with transaction.atomic():
            self.refuse_taken_names()
            demo.lay_out(timezone.now())
            call_command("make_groups", stdout=self.stdout)
            logins = {name: self.make_login(name, role, password) for name, role in LOGINS.items()}
        for person in demo.PEOPLE:
            if person.app:
                self.set_up_app(Participant.objects.get(uuid=demo.mark("person", person.name)))
        line_types.ask_due(most=len(demo.PEOPLE) * CONTACTS_MOST)
        self.point_number()
        self.tell(logins)

    def set_up_app(self, person: Participant) -> None:
        """An authenticator app, once: whoever has had one keeps what became of it."""
        if person.authenticators.exists():
            return
        made = Authenticator.objects.invite(person, "")
        if made is None or not made.begin():
            return
        secret = authenticators.begin(made.identity, "Conference calls")
        made.keep(secret.factor_sid)
        code = f"{totp(b32decode(secret.key)):0{authenticators.DIGITS}d}"
        if authenticators.confirm(made.identity, secret.factor_sid, code):
            made.confirm()

    def point_number(self) -> None:
        """The pretend account's number rings here, on whatever port that is now."""
        DialInNumber.objects.get_or_create(number=settings.SANDBOX_LINE, defaults={"label": "The sandbox"})
        number = numbers.find(settings.SANDBOX_LINE)
        if number.differences:
            numbers.change(number, number.differences)

    def refuse_taken_names(self) -> None:
        for name in (demo.HARBOUR, demo.QUAY):
            if Team.objects.filter(name=name).exclude(uuid=demo.mark("team", name)).exists():
                raise CommandError(f"There is a team named {name} that is not the demo's. Rename it, then try again.")

    def make_login(self, name: str, role: tuple[str, Membership.Role] | None, password: str) -> str:
        """Makes the user, once, and answers with the password. An address that cannot exist marks it as ours."""
        users = get_user_model().objects
        ours = f"{name}@demo.invalid"
        user = users.filter(username=name).first()
        if user is None:
            kind = {"is_staff": True, "is_superuser": role is None}
            user = users.create_user(username=name, email=ours, password=password, **kind)
            if role:
                demo.team_of(role[0]).add(user, role[1])
        elif user.email != ours:
            return "(a login of this name was here before, and is left alone)"
        return password if user.check_password(password) else "(as it was set before)"

    def tell(self, logins: dict[str, str]) -> None:
        self.stdout.write("\nLogins, at /admin/:")
        for name, password in logins.items():
            role = LOGINS[name]
            what = f"{role[0]}: {role[1].label}" if role else "administrator of everything"
            self.stdout.write(f"  {name:<10} {password:<14} {what}")
        self.stdout.write("\nRooms with a passcode:")
        for room in demo.ROOMS:
            if room.passcode:
                self.stdout.write(f"  {room.title:<15} {self.way_in(room)}")
        self.stdout.write("\nWho can call:")
        for person in demo.PEOPLE:
            invitations = Invitation.objects.filter(participant__uuid=demo.mark("person", person.name))
            self.stdout.write(f"  {person.name:<11} {person.calls_from}  ./run dial {person.dialled}")
            self.stdout.write(f"      {person.expect}")
            for each in invitations.select_related("conference").order_by("roster_number"):
                self.stdout.write(
                    f"      {each.get_role_display()} of {each.conference.title}, roster number {each.roster_number}"
                )
        self.stdout.write(f"  {'a stranger':<11} {demo.STRANGER}  ./run dial {demo.STRANGER}")
        self.stdout.write("      asked for a roster number, and turned away without one")

    def way_in(self, room: demo.Room) -> str:
        """What a caller keys. Where an organizer has made another passcode since, nobody can print that."""
        passcode = Passcode.objects.filter(conference__uuid=demo.mark("room", room.title)).first()
        known = passcode is not None and passcode.matches(room.passcode)
        said = room.passcode if known else "(made anew since)"
        if room.number:
            return f"conference number {room.number}, passcode {said}, from any line that is on no roster"
        return f"passcode {said}, after the code"
