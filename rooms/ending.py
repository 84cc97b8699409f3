"""The end of a room: said to everybody in it a few minutes before, and kept where it was put earlier meanwhile.

Twilio ends each call by the time limit that it came in with. Where the end was put later meanwhile, the call comes
back at that limit, and goes on (verification.flow.Farewell).
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferenceline.telephony import live, twiml
from conferenceline.telephony.errors import NotThereError, TooBusyError, TwilioFaultError
from conferenceline.telephony.voices import VOICES
from participants.models.conferences import OPEN_MOST, WARN_MOST
from rooms.models import EndWarning
from verification.models import Admission
from verification.models.calls import spoken_at

logger = logging.getLogger(__name__)

OVERTIME_MOST = timedelta(days=1)
A_MINUTE = timedelta(minutes=1)
NEAREST = A_MINUTE / 2  # one look a minute: what is said is a whole number of minutes, the nearest


def warn_rooms() -> int:
    """Has every room that ends soon told so, each once; how many were. Several may do so at once."""
    return sum(_warn(seat) for seat in _ending_soon())


def end_rooms() -> int:
    """Ends the rooms whose end was put earlier, and is over, while people were in; how many."""
    return sum(_end(seat) for seat in _one_a_room(_people_in().filter(occurrence__overtime_until__lte=timezone.now())))


def _people_in() -> QuerySet[Admission]:
    """Everybody of whom Twilio has told in which room they are. Few of the stored dates can have anybody in."""
    now = timezone.now()
    seats = Admission.objects.live(now).filter(
        entered_at__isnull=False,
        occurrence__moderators_open_at__lte=now,
        occurrence__moderators_open_at__gt=now - OPEN_MOST - OVERTIME_MOST,
    )
    return seats.exclude(room_sid="").select_related("occurrence__conference").order_by("entered_at", "pk")


def _one_a_room(seats: QuerySet[Admission]) -> list[Admission]:
    """The last who came in, for each date: a room that emptied, and began anew, has another SID."""
    return list({seat.occurrence_id: seat for seat in seats}.values())


def _ending_soon() -> Iterator[Admission]:
    now = timezone.now()
    soon = _people_in().filter(
        occurrence__overtime_until__gt=now,
        occurrence__overtime_until__lte=now + WARN_MOST * A_MINUTE + NEAREST,
        occurrence__conference__warn_before__gt=0,
    )
    for seat in _one_a_room(soon):
        date = seat.occurrence
        if date and date.overtime_until <= now + date.conference.warn_before * A_MINUTE + NEAREST:
            yield seat


def _warn(seat: Admission) -> bool:
    """Whether Twilio took the announcement. One whose answer never came may have been heard, and is not said again."""
    date = seat.occurrence
    if date is None:
        return False
    warning, is_new = EndWarning.objects.get_or_create(occurrence=date, ends_at=date.overtime_until)
    if not is_new:
        return False
    try:
        live.announce(seat.room_sid, reverse("room-ending", args=[date.uuid]))
    except TooBusyError:
        warning.delete()  # it was not taken, and the next minute may be better
        logger.warning("room %s is not told yet that it ends: Twilio is busy", date.uuid)
        return False
    except TwilioFaultError as fault:
        logger.warning("room %s was perhaps not told that it ends: %s", date.uuid, type(fault).__name__)
        return False
    return True


def _end(seat: Admission) -> bool:
    try:
        live.end(seat.room_sid)
    except NotThereError:
        logger.info("room %s had ended by itself", seat.room_sid)
    except TwilioFaultError as fault:
        logger.warning("a room goes on beyond its end: %s", type(fault).__name__)
        return False
    now = timezone.now()
    Admission.objects.live(now).filter(room_sid=seat.room_sid).update(released_at=now)
    return True


def page(room: uuid.UUID) -> str:
    """The TwiML of what the room hears, in the language of its conference, else in that of the number they dialled."""
    seats = _people_in().filter(occurrence__uuid=room).select_related("call", "occurrence__conference")
    seat = seats.last()
    if seat is None or seat.occurrence is None:
        return twiml.NOTHING
    date, conference = seat.occurrence, seat.occurrence.conference
    language = conference.language if conference.language in VOICES else spoken_at(seat.call.dialled)
    minutes = max(1, round((date.overtime_until - timezone.now()) / A_MINUTE))
    with translation.override(language):
        ends = ngettext(
            "Your conference ends in one minute.", "Your conference ends in %(number)s minutes.", minutes
        ) % {"number": minutes}
        words = f"{ends} {_('You can call again at once.')}" if conference.always_open else ends
    return twiml.announcement(words, language=language)
