"""Who is really in the room, and the old legs of those who joined again from another phone."""

import logging
import uuid
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conferenceline.telephony import live
from conferenceline.telephony.errors import NotThereError, TwilioFaultError
from verification.models import Admission, HeardNotice
from verification.replies import HangUp

logger = logging.getLogger(__name__)

IN_FOR_SURE = timedelta(minutes=1)  # after its seat was taken, of a leg whose entry no event has told
ENDING_LEASE = timedelta(minutes=1)  # after which whoever began to end a leg is taken for dead


def entered(call_sid: str, label: str, room: uuid.UUID, room_sid: str) -> None:
    """The call is in the room, in the seat of this label. Whom it replaces can go now."""
    seats = Admission.objects.filter(call__sid=call_sid, occurrence__uuid=room, label=label)
    HeardNotice.objects.remember(seats)
    seats.filter(entered_at=None).update(entered_at=timezone.now(), room_sid=room_sid)
    end_replaced_legs(Q(occurrence__uuid=room))


def left(call_sid: str, label: str, room: uuid.UUID) -> None:
    """The call is no longer in the room, though the status callback may still be to come, or never come."""
    seats = Admission.objects.filter(call__sid=call_sid, occurrence__uuid=room, label=label)
    seats.filter(released_at=None).update(released_at=timezone.now())


def replaced_legs() -> QuerySet[Admission]:
    """Replaced seats whose legs are to be ended still, now or once the person is really in from another phone."""
    return Admission.objects.filter(
        replacement__isnull=False, leg_ended_at=None, call__ended_at=None, until__gt=timezone.now()
    )


def end_replaced_legs(which: Q) -> int:
    """Ends legs whose person is in the room from another call; how many. A leg that goes on is left for later.

    Nobody is cut off before the new call is really in.
    """
    now = timezone.now()
    really_in = Admission.objects.live(now).filter(
        Q(entered_at__isnull=False) | Q(taken_at__lt=now - IN_FOR_SURE),
        occurrence=OuterRef("occurrence"),
        participant=OuterRef("participant"),
    )
    unclaimed = Q(leg_claimed_at=None) | Q(leg_claimed_at__lt=now - ENDING_LEASE)
    ended = 0
    legs = replaced_legs().filter(which, unclaimed, Exists(really_in))
    for seat in legs.select_related("call", "occurrence__conference"):
        own = Admission.objects.filter(pk=seat.pk)
        if not own.filter(unclaimed).update(leg_claimed_at=now):
            continue
        if _ended(seat):
            own.update(leg_ended_at=timezone.now())
            ended += 1
        else:
            own.update(leg_claimed_at=None)
    return ended


def _ended(seat: Admission) -> bool:
    """Whether the seat's leg has been ended. One that would take the room along first loses the power to."""
    call = seat.call
    with translation.override(call.language):
        farewell = HangUp(_("You have joined from another phone, so this call ends. Goodbye."))
    try:
        if seat.ends_room:
            if not seat.room_sid:
                logger.warning("a replaced moderator's leg goes on: Twilio has not told which room it is in")
                return False
            live.disarm(seat.room_sid, call.sid)
        live.take_leave(call.sid, farewell, language=call.language, slow=call.slow_pace)
    except NotThereError:
        return True  # it has left the room, or hung up, by itself
    except TwilioFaultError as fault:
        logger.warning("a replaced leg goes on: %s", type(fault).__name__)
        return False
    return True
