"""Tidying up after callbacks that never came, and ending replaced legs that could not be ended at once.

Who may enter and which seats are free never depends on it: what is live is computed from the clock.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from rooms.seats import end_replaced_legs, replaced_legs
from verification import throttle
from verification.models import Admission, Call, UsedCode
from verification.models.calls import PROMPTS_MOST


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind were tidied."""

    calls: int
    seats: int
    legs: int
    tallies: int


def sweep() -> Swept:
    """Ends the legs of replaced seats and calls that must be over, frees their seats, forgets old tallies and codes."""
    now = timezone.now()
    legs = end_replaced_legs(Q())  # first: a call that is marked as over has no leg to end any more
    stale = (
        Call.objects.filter(ended_at=None, rang_at__lt=now - PROMPTS_MOST)
        .exclude(admissions__in=Admission.objects.live(now))
        .exclude(admissions__in=replaced_legs())
    )
    return Swept(
        calls=sum(call.end() for call in stale),
        seats=Admission.objects.filter(released_at=None, until__lte=now).update(released_at=now),
        legs=legs,
        tallies=throttle.forget_old() + UsedCode.objects.forget_old(),
    )
