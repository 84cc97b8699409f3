"""What is said to whoever waits for the room to start."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conferenceline.telephony import twiml
from participants.models import Conference, Invitation, Occurrence
from verification.models import Admission

BETWEEN = timedelta(seconds=twiml.SOUND_SECONDS + 5)  # from one sentence to the next, with the time that it takes
SENTENCES = 20  # on one page: it is asked for again every twelve minutes


def page(room: uuid.UUID, call_sid: str, path: str, *, music: bool) -> str:
    """The TwiML for a call that waits in this room. Who holds no seat there is told nothing."""
    now = timezone.now()
    seats = Admission.objects.live(now).filter(call__sid=call_sid, occurrence__uuid=room)
    seat = seats.select_related("call", "participant", "occurrence__conference").first()
    if seat is None or seat.occurrence is None:
        return twiml.while_waiting((), path, music=music)
    with translation.override(seat.call.language):
        said = [status(seat, seat.occurrence, now + number * BETWEEN) for number in range(1, SENTENCES + 1)]
    return twiml.while_waiting(said, path, music=music, language=seat.call.language, slow=seat.call.slow_pace)


def status(seat: Admission, date: Occurrence, moment: datetime) -> str:
    """For whom the room waits, and since or until when. While anybody waits, nobody is there who would start it."""
    conference = date.conference
    waits = conference.starts_with == Conference.StartsWith.MODERATOR and seat.role != Invitation.Role.MODERATOR
    missing = _("The moderator is not here yet.") if waits else _("Nobody else is here yet.")
    if conference.always_open:
        return missing
    zone = (seat.participant and seat.participant.time_zone) or conference.time_zone
    starts = date.starts_at.astimezone(zone)
    facts = {"room": conference.title, "time": f"{starts:%H:%M}", "day": date_format(starts, "l")}
    if date.starts_at <= moment:
        when = _("%(room)s was to begin at %(time)s.")
    elif starts.date() == moment.astimezone(zone).date():
        when = _("%(room)s begins at %(time)s.")
    else:
        when = _("%(room)s begins on %(day)s at %(time)s.")
    return f"{missing} {when % facts}"
