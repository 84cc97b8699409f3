"""What became of the callers, and whether it may be so."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.db import connections
from django.db.models import Count
from django.utils import timezone

from benchmarks.hosts.callers import Caller, Impostor, Stranger
from participants.models import Conference
from sandbox.models import Member, Verification
from verification.models import Admission, Challenge

SORRY = "We are sorry"  # how every apology of the line begins
TWILIOS_OWN = "application error"  # what Twilio says where nobody answered: nobody may hear it


def tell(callers: list[Caller], conference: Conference, *, unharmed: bool, verbose: bool) -> int:
    """Prints it. 0 where all is as it must be. `unharmed`: everybody who is invited has to be in, on this call."""
    connections.close_all()  # PostgreSQL may have been down meanwhile
    ends = {caller: end_of(caller) for caller in callers}
    for (who, end), count in sorted(Counter((type(each).__name__, end) for each, end in ends.items()).items()):
        print(f"  {who:<9} {end:<28} {count}")
    apologies = sum(any(SORRY in words for words in caller.heard) for caller in callers)
    print(f"  heard an apology: {apologies}; most codes sent to one contact: {most_sends()}")
    wrong = [
        f"{type(each).__name__} {each.number}: {end}" for each, end in ends.items() if not may_be(each, end, unharmed)
    ]
    wrong += strangers_in(callers) + seats_twice(conference) + unproved(conference)
    if most_sends() > int(settings.LIMITS["sends_per_contact"].split("/")[0]):
        wrong.append(f"a contact got {most_sends()} codes")
    for line in wrong:
        print(f"WRONG  {line}")
    if verbose:
        for caller, end in ends.items():
            if not may_be(caller, end, unharmed):
                print(f"\n{caller.number}: {end}: " + " / ".join(caller.heard))
    print("Nobody was lost, and nobody got in who should not." if not wrong else f"{len(wrong)} things are wrong.")
    return bool(wrong)


def end_of(caller: Caller) -> str:
    words = (caller.heard or [""])[-1]
    if caller.fault:
        return f"fault: {caller.fault}"
    if TWILIOS_OWN in words:
        return "heard Twilio's own error"
    if caller.is_in:
        return "in the room"
    if caller.has_been_in:
        return "in the room, and put out"
    if caller.phone.leg is None:
        return "never dialled"
    if caller.phone.leg.ended_at is None:
        return "still on the line"
    return f"ended with words: {words[-60:]}" if words else "ended without a word"


def may_be(caller: Caller, end: str, unharmed: bool) -> bool:
    with_words = end.startswith("ended with words")
    if isinstance(caller, Impostor | Stranger):
        return with_words
    return end == "in the room" or (with_words and not unharmed)


def strangers_in(callers: list[Caller]) -> list[str]:
    outside = [caller.number for caller in callers if isinstance(caller, Impostor | Stranger)]
    return [f"{each.leg.from_number} was in the room" for each in Member.objects.filter(leg__from_number__in=outside)]


def seats_twice(conference: Conference) -> list[str]:
    live = Admission.objects.live(timezone.now()).filter(occurrence__conference=conference)
    twice = live.order_by().values("participant").annotate(seats=Count("pk")).filter(seats__gt=1)
    return [f"participant {each['participant']} has {each['seats']} seats" for each in twice]


def unproved(conference: Conference) -> list[str]:
    """Whoever has a seat typed a code that Twilio called right, in that very call."""
    seats = Admission.objects.filter(occurrence__conference=conference).select_related("challenge")
    return [f"seat {seat.pk} was not proved: {why}" for seat in seats if (why := lack_of_proof(seat))]


def lack_of_proof(seat: Admission) -> str:
    code = seat.challenge
    if code is None:
        return "without a code"
    if code.state != Challenge.State.APPROVED or code.call_id != seat.call_id:
        return f"its code is {code.state}, and of call {code.call_id}"
    # A code whose sending was never answered, since the host died over it, is checked by its address.
    whose = {"sid": code.verification_sid} if code.verification_sid else {"to": code.address}
    return "" if Verification.objects.filter(status="approved", **whose).exists() else "Twilio has not approved it"


def most_sends() -> int:
    """Over all that were sent within the run, which is shorter than the window of the limit."""
    per_contact: Counter[str] = Counter()
    for verification in Verification.objects.all():
        per_contact[verification.to] += len(verification.sends)
    return max(per_contact.values(), default=0)
