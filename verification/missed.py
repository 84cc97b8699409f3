"""A known person who calls too early or too late. In the call it is only noted, with the attempt that is noted anyway:
what the caller hears is the same for all, and told.py tells the person afterwards."""

from typing import Any

from django.conf import settings
from django.utils import timezone

from participants.models import Invitation
from verification.models import Attestation, Call

LOOKED_THROUGH = 20  # a line with more than that is a switchboard, which says nothing of who calls


def look_by_line(call: Call) -> None:
    """Notes on the call whoever alone calls from its line and is early or late. A forged number is nobody's."""
    if call.line and call.attestation != Attestation.FAILED:
        _look(call, participant__lines__number=call.line)


def look_by_roster_number(call: Call, number: str) -> None:
    """Notes on the call whose invitation has this roster number, if they are early or late."""
    _look(call, roster_number=number)


def _look(call: Call, **known_by: Any) -> None:
    if not settings.TELL_CALLERS_WITHIN:
        return
    now = timezone.now()
    missed = Invitation.objects.missed_at(now, settings.TELL_CALLERS_WITHIN).filter(**known_by).order_by()
    dates = list(missed.values_list("participant", "occurrence_id", "opens_at", "closes_at")[:LOOKED_THROUGH])
    if len({person for person, *_when in dates}) != 1:
        return
    person, occurrence, *_when = min(dates, key=lambda date: max(date[2] - now, now - date[3]))
    call.missed = (person, occurrence)
