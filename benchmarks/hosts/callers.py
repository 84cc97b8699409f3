"""Who calls: people who want to get in, and some who should not."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from threading import Thread

from django.db import connections
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Invitation, Participant, Team
from sandbox.exchange import legs, rooms
from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import EndlessLoopError
from sandbox.models import Leg
from sandbox.phone import Phone
from sandbox.rest.lookups import LANDLINES

AREAS = (202, 212, 303, 312)  # each with the hundred numbers that are kept for fiction
WRONG_CODE = "000000"
NO_ROSTER_NUMBER = "10000000"
TYPED_MOST = 8  # times that a patient person answers the line's question
THINKS = 15.0  # seconds, at most, before each answer: less than the line waits for keys
LOOK = 2.0  # seconds between two looks at the phone
LOOK_IN_ROOM = 15.0


def numbers(count: int) -> list[str]:
    """Mobiles all: to a landline the line sends no text, as soon as the worker has asked Lookup what it is."""
    everybody = [f"+1{area}55501{last:02}" for area in AREAS for last in range(100)]
    return [number for number in everybody if number not in LANDLINES][:count]


def lay_out(members: list[str], moderator: str) -> Conference:
    """One conference that is open now, and everybody on its roster."""
    team = Team.objects.create(name="Harbour")
    conference = Conference.objects.create(
        team=team, title="Harbour board", starts_at=timezone.now() - timedelta(minutes=5), seats=250
    )
    for number in members:
        person = Participant.objects.create(team=team, name=f"Member {number[-4:]}")
        CallingLine.objects.create(participant=person, number=number)
        Contact.objects.create(participant=person, channel=Contact.Channel.SMS, address=number)
        role = Invitation.Role.MODERATOR if number == moderator else Invitation.Role.PARTICIPANT
        Invitation.objects.create(conference=conference, participant=person, role=role)
    return conference


class Caller(Thread):
    """Dials within the first seconds, thinks for a while before typing, and stays in the room until the end."""

    def __init__(self, number: str, wire: Transport, *, comes_within: float, patience: float) -> None:
        super().__init__(daemon=True)
        self.number = number
        self.phone = Phone(number, wire=wire, pace=Leg.Pace.REAL)
        self.comes_within = comes_within
        self.until = time.monotonic() + patience
        self.fault = ""
        self.has_been_in = False

    def keys(self) -> str:
        """The code; or, where none came since its host died before it was sent, what the line says for a new one."""
        return self.phone.text_code() if self.phone.messages else "*#"

    def run(self) -> None:
        try:
            time.sleep(random.uniform(0, self.comes_within))  # noqa: S311 (nothing is guarded by it)
            self.phone.dial()
            self.call()
        except EndlessLoopError as problem:
            self.fault = f"the line ran in circles: {problem}"
        except Exception as problem:
            self.fault = f"{type(problem).__name__}: {problem}"
        finally:
            connections.close_all()

    def call(self) -> None:
        typed = 0
        while time.monotonic() < self.until and not self.phone.is_over:
            if self.phone.in_room:
                self.has_been_in = True
                time.sleep(LOOK_IN_ROOM)
            elif self.phone.is_asked_for_keys and typed < TYPED_MOST:
                time.sleep(random.uniform(0, THINKS))  # noqa: S311
                typed += 1
                self.phone.press(self.keys())
            else:
                time.sleep(self.pause())

    def pause(self) -> float:
        """Seconds until something is due on this phone, within reason."""
        due = legs.next_due(self.phone.leg) if self.phone.leg else None
        return min(LOOK, max(0.1, (due - timezone.now()).total_seconds())) if due else LOOK

    @property
    def is_in(self) -> bool:
        return self.phone.leg is not None and rooms.stay_of(self.phone.leg) is not None

    @property
    def heard(self) -> list[str]:
        return [each.text for each in self.phone.utterances() if each.kind in ("say", "system")]


class Impostor(Caller):
    """Calls as somebody who is invited, and has no idea of the code."""

    def keys(self) -> str:
        return WRONG_CODE


class Stranger(Caller):
    def keys(self) -> str:
        return NO_ROSTER_NUMBER
