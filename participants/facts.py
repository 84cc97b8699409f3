"""What those who are invited rely on: title, time, number to dial, and whether it takes place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.utils import timezone

from participants import schedule

if TYPE_CHECKING:
    from participants.models import Conference, Occurrence

TITLE, TIME, NUMBER, CALLED_OFF, TAKES_PLACE = "title", "time", "number", "called off", "takes place"


@dataclass(frozen=True)
class Facts:
    """As they can be stored. `dates` are those that are not as the series has them, by their recurrence id: start,
    end, and whether they are called off.
    """

    title: str
    zone: str
    starts: str
    minutes: int
    repeats: str
    always_open: bool
    cancelled: bool
    numbers: list[str]
    dates: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, conference: Conference) -> Facts:
        """As the conference stands now."""
        starts, minutes = f"{schedule.wall_start(conference):%Y%m%dT%H%M%S}", conference.duration
        cancelled = conference.status == conference.Status.CANCELLED
        only = None if conference.rule else conference.occurrences.order_by("starts_at").last()
        if only:  # its page may have moved it, or called it off
            starts = f"{conference.local(only.starts_at):%Y%m%dT%H%M%S}"
            minutes = int((only.closes_at - only.starts_at).total_seconds() // 60)
            cancelled = cancelled or only.cancelled
        return cls(
            title=conference.title,
            zone=conference.time_zone.key,
            starts=starts,
            minutes=minutes,
            repeats=conference.recurrence,
            always_open=conference.always_open,
            cancelled=cancelled,
            numbers=[str(each.number) for each in apps.get_model("participants", "DialInNumber").objects.all()],
            dates={
                row.recurrence_id: [row.starts_at.isoformat(), row.closes_at.isoformat(), row.cancelled]
                for row in exceptions(conference)
            },
        )

    @classmethod
    def stored(cls, values: dict[str, Any]) -> Facts:
        return cls(**values)

    def as_stored(self) -> dict[str, Any]:
        return asdict(self)

    def changes_to(self, now: Facts) -> list[str]:
        """What of it is no longer so: TITLE, TIME, NUMBER, CALLED_OFF, TAKES_PLACE. A new number besides is no news."""
        if self.cancelled and now.cancelled:
            return []
        if self.cancelled != now.cancelled:
            return [CALLED_OFF if now.cancelled else TAKES_PLACE]
        times = ("zone", "starts", "minutes", "repeats", "always_open", "_dates_ahead")
        said = [TITLE] if self.title != now.title else []
        said += [TIME] if any(getattr(self, name) != getattr(now, name) for name in times) else []
        return said + ([NUMBER] if set(self.numbers) - set(now.numbers) else [])

    @property
    def _dates_ahead(self) -> dict[str, list[Any]]:
        """Those that are over are no news, whether they are still stored or not."""
        now = timezone.now()
        return {key: date for key, date in self.dates.items() if datetime.fromisoformat(date[1]) > now}


def exceptions(conference: Conference) -> list[Occurrence]:
    """The dates of a series at another time or of another length than the series has them, or called off."""
    if not conference.rule or conference.always_open:
        return []
    rows = conference.occurrences.order_by("starts_at", "pk")
    return [row for row in rows if row.cancelled or not follows(conference, row)]


def follows(conference: Conference, row: Occurrence) -> bool:
    """Whether a calendar that knows the series has this date at the right time."""
    wall_time = datetime.strptime(row.recurrence_id, schedule.RECURRENCE_ID)
    as_planned = schedule.on_the_wall(wall_time, conference.time_zone) == row.starts_at.replace(microsecond=0)
    return as_planned and (row.closes_at - row.starts_at).total_seconds() == conference.duration * 60
