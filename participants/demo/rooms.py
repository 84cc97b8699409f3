"""The rooms of the demo: open, to come and over, and of every way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from participants.models import Conference, Grade, Policy
from participants.recurrence import WEEKLY, Rule

HARBOUR, QUAY = "Harbour", "Quay"  # the teams
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
