"""Coming back after a drop without a second code, where a conference allows it.

A number vouched for by its carrier is little to go by, so everything else must be as it was: the same line, the same
person's last seat, taken with a code, whose call has ended minutes ago; the invitation, the contact and the line still
on file, and no block of that line since, even one that was lifted again. Whoever is still in, or was never told to have
left, is asked for a code.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from participants.models import CallingLine, Contact, Grade, Occurrence, Policy
from verification.models import Admission, Call, Challenge
from verification.models.calls import LONGEST


def seat_to_come_back_to(call: Call) -> tuple[int, int] | None:
    """The invitation and the occurrence from which this call's only candidate dropped, if a code is not needed."""
    if len(call.people) != 1 or not call.is_attested:
        return None
    seats = seats_left(call, timezone.now()).filter(participant__in=call.people)
    found = list(seats.values_list("invitation", "occurrence")[:2])
    return found[0] if len(found) == 1 else None


def seats_left(call: Call, moment: datetime) -> QuerySet[Admission]:
    """The seats to which this call may come back without a code, at this moment (aware)."""
    seats = Admission.objects.filter(
        barred=False,
        call__line=call.line,
        call__rang_at__gt=moment - LONGEST,
        call__ended_at__gt=moment - settings.COME_BACK_WITHIN,
        challenge__state=Challenge.State.APPROVED,
        invitation__participant=F("participant"),
        invitation__conference=F("occurrence__conference"),
        occurrence__conference__comes_back=True,
        occurrence__conference__admission=Policy.CODE,
        occurrence__conference__least_grade=Grade.NOTHING,
        occurrence__in=Occurrence.objects.open_to_moderators_at(moment),
    )
    same_room = Admission.objects.filter(occurrence=OuterRef("occurrence"), participant=OuterRef("participant"))
    contacts = Contact.objects.filter(
        participant=OuterRef("participant"),
        channel=OuterRef("challenge__channel"),
        address=OuterRef("challenge__address"),
    )
    in_doubt = Exists(contacts.in_doubt(moment))
    lines = CallingLine.objects.filter(participant=OuterRef("participant"), number=call.line)
    return (
        seats.filter(Exists(contacts), Exists(lines))
        .exclude(in_doubt, occurrence__conference__checks_numbers=True)
        .exclude(Exists(same_room.filter(pk__gt=OuterRef("pk"))) | Exists(same_room.filter(call__ended_at=None)))
        if call.is_attested
        else seats.none()
    )
