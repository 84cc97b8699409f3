"""Who is really in the room, and the old legs of those who joined again from another phone."""

import logging
import uuid
from contextlib import suppress

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conferenceline.telephony import live
from conferenceline.telephony.errors import NotThereError, TwilioFaultError
from participants.models import Invitation
from verification.models import Admission
from verification.replies import HangUp

logger = logging.getLogger(__name__)


def entered(call_sid: str, room: uuid.UUID, room_sid: str) -> None:
    """The call is in the room. Whom it replaces can go now."""
    seats = Admission.objects.filter(call__sid=call_sid, occurrence__uuid=room)
    seats.filter(entered_at=None).update(entered_at=timezone.now(), room_sid=room_sid)
    end_replaced_legs(Q(occurrence__uuid=room, replacement__entered_at__isnull=False))


def left(call_sid: str, room: uuid.UUID) -> None:
    """The call is no longer in the room, though the status callback may still be to come, or never come."""
    Admission.objects.filter(call__sid=call_sid, occurrence__uuid=room, released_at=None).exclude(
        entered_at=None
    ).update(released_at=timezone.now())


def end_replaced_legs(which: Q) -> int:
    """Ends the legs whose person has taken a seat from another call; how many. A fault leaves the leg for later.

    A moderator's leg first loses its power to end the room: it must not take the new one along.
    """
    ended = 0
    replaced = Admission.objects.filter(which, replacement__isnull=False, leg_ended_at=None, call__ended_at=None)
    for seat in replaced.select_related("call", "replacement"):
        if not Admission.objects.filter(pk=seat.pk, leg_ended_at=None).update(leg_ended_at=timezone.now()):
            continue
        try:
            _end_leg(seat)
            ended += 1
        except TwilioFaultError as fault:
            logger.warning("the leg of a replaced seat goes on: %s", type(fault).__name__)
            Admission.objects.filter(pk=seat.pk).update(leg_ended_at=None)
    return ended


def _end_leg(seat: Admission) -> None:
    call = seat.call
    with translation.override(call.language):
        farewell = HangUp(_("You have joined from another phone, so this call ends. Goodbye."))
    if seat.role == Invitation.Role.MODERATOR:
        with suppress(NotThereError):
            live.disarm(seat.replacement.room_sid, call.sid)
    with suppress(NotThereError):
        live.take_leave(call.sid, farewell, language=call.language)
