"""What those who are invited rely on: title, time, number to dial, and whether it takes place."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.utils import timezone

from participants import schedule

if TYPE_CHECKING:
    from participants.models import Conference, Occurrence

TITLE, TIME, DATES, NUMBER = "title", "time", "dates", "number"
CALLED_OFF, TAKES_PLACE = "called off", "takes place"
SERIES = ("zone", "starts", "minutes", "repeats", "always_open")  # from which all dates follow


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
        cancelled = conference.status != conference.Status.SCHEDULED  # a draft lets nobody in either
        only = None if conference.rule else conference.occurrences.order_by("starts_at").last()
        if only:  # its page may have moved it, or called it off
            starts = f"{conference.local(only.starts_at):%Y%m%dT%H%M%S}"
            minutes = int((only.closes_at - only.starts_at).total_seconds() // 60)
            cancelled = cancelled or only.cancelled
        elif not cancelled and not conference.occurrences.filter(cancelled=False).exists():
            cancelled = conference.occurrences.exists() and goes_on_at(conference) is None
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
        """What of it is no longer so: TITLE, TIME (of all of it), DATES (some of a series), NUMBER, CALLED_OFF,
        TAKES_PLACE. A new number besides is no news.
        """
        if self.cancelled and now.cancelled:
            return []
        if self.cancelled != now.cancelled:
            return [CALLED_OFF if now.cancelled else TAKES_PLACE]
        dates = self.dates_changed(now)
        said = [TITLE] if self.title != now.title else []
        said += [TIME] if dates is None else [DATES] if dates else []
        return said + ([NUMBER] if set(self.numbers) - set(now.numbers) else [])

    def dates_changed(self, now: Facts) -> dict[str, list[Any]] | None:
        """The dates of a series that are not as they were: by their recurrence id, as each was and as it is. None where
        the series itself is another.
        """
        if any(getattr(self, name) != getattr(now, name) for name in SERIES):
            return None
        either = {key: [self._date(key), now._date(key)] for key in self.dates.keys() | now.dates.keys()}
        return {key: [was, is_now] for key, (was, is_now) in either.items() if _is_news(was, is_now)}

    def dates_of_their_own(self) -> dict[str, list[Any]]:
        """Those to come that are not as the series has them, as dates_changed() has them."""
        return replace(self, dates={}).dates_changed(self) or {}

    def _date(self, key: str) -> list[Any]:
        if key in self.dates:
            return self.dates[key]
        starts = schedule.on_the_wall(datetime.strptime(key, schedule.RECURRENCE_ID), ZoneInfo(self.zone))
        return [starts.isoformat(), (starts + timedelta(minutes=self.minutes)).isoformat(), False]


def _is_news(was: list[Any], now: list[Any]) -> bool:
    """Dates that are over are none, whether they are still stored or not; nor is another time of what is not held."""
    both_off = was[2] and now[2]
    ahead = any(datetime.fromisoformat(date[1]) > timezone.now() for date in (was, now))
    return was != now and ahead and not both_off


def exceptions(conference: Conference) -> list[Occurrence]:
    """The dates of a series at another time or of another length than the series has them, or called off."""
    if not conference.rule or conference.always_open:
        return []
    rows = conference.occurrences.order_by("starts_at", "pk")
    return [row for row in rows if row.cancelled or not follows(conference, row)]


def goes_on_at(conference: Conference) -> datetime | None:
    """When a series is held next after the dates that are stored (UTC); None where it ends with them."""
    last = conference.occurrences.order_by("recurrence_id").last()
    if last is None or conference.rule is None:
        return None
    stored_to = datetime.strptime(last.recurrence_id, schedule.RECURRENCE_ID)
    since = schedule.on_the_wall(stored_to, conference.time_zone)
    return next((moment for wall_time, moment in schedule.starts(conference, since) if wall_time > stored_to), None)


def follows(conference: Conference, row: Occurrence) -> bool:
    """Whether a calendar that knows the series has this date at the right time."""
    wall_time = datetime.strptime(row.recurrence_id, schedule.RECURRENCE_ID)
    as_planned = schedule.on_the_wall(wall_time, conference.time_zone) == row.starts_at.replace(microsecond=0)
    return as_planned and (row.closes_at - row.starts_at).total_seconds() == conference.duration * 60
