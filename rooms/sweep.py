"""Tidying up after callbacks that never came. Nothing depends on it: what is live is computed from the clock."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from rooms.seats import end_replaced_legs
from verification.models import Admission, Call, Tally

# Without a seat a call is at most some minutes of prompts; this long after ringing it is over, whatever Twilio said.
PROMPTS_MOST = timedelta(hours=1)


@dataclass(frozen=True)
class Swept:
    """How many rows of each kind were tidied."""

    calls: int
    seats: int
    legs: int
    tallies: int


def sweep() -> Swept:
    """Ends calls that must be over, frees their seats, ends the legs of replaced seats, forgets old tallies."""
    now = timezone.now()
    expired = Admission.objects.filter(released_at=None, until__lte=now)
    seated = Admission.objects.live(now)
    stale = Call.objects.filter(ended_at=None, rang_at__lt=now - PROMPTS_MOST).exclude(admissions__in=seated)
    ended = [call for call in stale if call.end()]
    return Swept(
        calls=len(ended),
        seats=expired.update(released_at=now),
        legs=end_replaced_legs(Q(occurrence__isnull=False)),
        tallies=Tally.objects.filter(resets_at__lte=now).delete()[0],
    )
