"""From a conference to the dates on which it is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from participants.models import Conference


def lay_out(conference: Conference) -> None:
    """Writes the occurrences that follow from the conference's schedule.

    A conference is held once; a changed time moves its occurrence, which keeps its identity and so its room.
    """
    starts_at = conference.starts_at
    closes_at = starts_at + timedelta(minutes=conference.duration)
    conference.occurrences.update_or_create(
        defaults={
            "opens_at": starts_at - timedelta(minutes=conference.doors),
            "starts_at": starts_at,
            "closes_at": closes_at,
            "overtime_until": closes_at + timedelta(minutes=conference.overtime),
        }
    )


def moment_of(wall_time: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks in this zone show this time (naive).

    Raises ValidationError where daylight saving skips that time or repeats it: a guess might be an hour off.
    """
    earlier, later = (wall_time.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    moment = earlier.astimezone(UTC)
    if earlier.utcoffset() == later.utcoffset():
        return moment
    where = {"time": f"{wall_time:%H:%M}", "date": f"{wall_time:%Y-%m-%d}", "zone": zone.key}
    if moment.astimezone(zone).replace(tzinfo=None) != wall_time:
        raise ValidationError(
            _("On %(date)s clocks in %(zone)s go forward, and never show %(time)s. Choose another time."),
            code="skipped",
            params=where,
        )
    raise ValidationError(
        _("On %(date)s clocks in %(zone)s go back, and show %(time)s twice. Choose another time, or give it in UTC."),
        code="repeated",
        params=where,
    )
