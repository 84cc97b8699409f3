"""From a conference to the dates on which it is held.

A date is known by the time on the wall at which its series has it. When the series is changed, each date that is still
to come keeps its identity, and so its room, where the new series has a date at that time or else on that day. What
has begun is never moved and never deleted. A date with times of its own stays, with or without the series. What is
held once has one time, that of the conference: a date that is given another takes the conference along.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from participants import overlaps

if TYPE_CHECKING:
    from participants.models import Conference, Occurrence

RECURRENCE_ID = "%Y%m%dT%H%M%S"  # a DATE-TIME of RFC 5545 (3.3.5), on the wall of the conference's own zone
TIMES = ("moderators_open_at", "opens_at", "starts_at", "closes_at", "overtime_until")
FOLLOWED = "the series"  # the reason in the history of a date that moved with its series, which tells of itself
A_DAY = timedelta(days=1)
LONGEST = timedelta(days=2)  # of a date: a day of what is always open has an hour more when clocks go back


@dataclass
class Plan:
    """What saving a conference does to its stored dates, those that are over left out.

    coming: all that will be there, in order, new ones unsaved; `dropped` go, with what was changed of them by itself;
    `stray` were given times of their own, and stay though the series has no date for them any more; `settled` had times
    of their own in a series, and lose them, as it is held once now: each with the start that it had; `held` are those
    of what is held once that are over, and stay though it is held once more.
    """

    coming: list[Occurrence] = field(default_factory=list)
    made: list[Occurrence] = field(default_factory=list)
    moved: list[Occurrence] = field(default_factory=list)
    dropped: list[Occurrence] = field(default_factory=list)
    stray: list[Occurrence] = field(default_factory=list)
    settled: list[tuple[Occurrence, datetime]] = field(default_factory=list)
    held: list[Occurrence] = field(default_factory=list)

    @property
    def lost(self) -> list[Occurrence]:
        """Dates that were cancelled or locked by themselves, and go."""
        return [row for row in self.dropped if row.is_exception]

    def refuse_overlaps(self) -> None:
        """Raises OverlapError where a date that it makes or moves would be at the time of another."""
        overlaps.refuse(self.coming, [*self.made, *self.moved])


def wall_start(conference: Conference) -> datetime:
    """The first start as clocks in the conference's own zone show it (naive)."""
    return conference.local(conference.starts_at).replace(tzinfo=None)


def first_id(conference: Conference) -> str:
    """The recurrence id of the first date, and so of the only one of what is held once."""
    return f"{wall_start(conference):{RECURRENCE_ID}}"


def on_the_wall(wall_time: datetime, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, of a time on the wall (naive), as RFC 5545 (3.3.5) has it where daylight saving plays tricks.

    A time that is skipped is as much later as the clocks go forward: it is read by the clocks before. Of a time that
    is repeated the first is meant.
    """
    return wall_time.replace(tzinfo=zone, fold=0).astimezone(UTC)


def starts(conference: Conference, since: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The starts from this moment (aware) on, without end where there is none: on the wall (naive), and in UTC."""
    first, rule = wall_start(conference), conference.rule
    if rule is None:
        yield first, conference.starts_at
        return
    earliest = (since - A_DAY).replace(tzinfo=None)  # by whichever clocks
    for n, wall_time in enumerate(rule.dates(first)):
        if wall_time < earliest:
            continue
        # The first was typed, and may be the second of two times that clocks show twice.
        moment = conference.starts_at if n == 0 else on_the_wall(wall_time, conference.time_zone)
        if moment >= since:
            yield wall_time, moment


def times_of(conference: Conference, wall_time: datetime, moment: datetime) -> dict[str, datetime]:
    """When the doors open and close on the date that starts then, for its columns."""
    doors, moderator_doors = conference.doors, max(conference.doors, conference.moderator_doors)
    closes_at = moment + timedelta(minutes=conference.duration)
    if conference.always_open:  # one day begins where the one before ends
        doors = moderator_doors = 0
        closes_at = on_the_wall(wall_time + A_DAY, conference.time_zone)
    return {
        "moderators_open_at": moment - timedelta(minutes=moderator_doors),
        "opens_at": moment - timedelta(minutes=doors),
        "starts_at": moment,
        "closes_at": closes_at,
        "overtime_until": closes_at + timedelta(minutes=conference.overtime),
    }


def wanted(conference: Conference, now: datetime) -> dict[str, dict[str, datetime]]:
    """The dates that there should be, by their recurrence id: of what repeats, none that is over.

    As many as the settings allow ahead; the next one in any case.
    """
    found: dict[str, dict[str, datetime]] = {}
    horizon = now + settings.DATES_AHEAD
    for wall_time, moment in starts(conference, now - LONGEST):
        times = times_of(conference, wall_time, moment)
        if times["closes_at"] <= now and conference.rule:
            continue
        if found and (moment > horizon or len(found) >= settings.DATES_MOST):
            break
        found[f"{wall_time:{RECURRENCE_ID}}"] = times
    return found


def plan(conference: Conference, now: datetime) -> Plan:
    """What lay_out() would do at this moment (aware). Changes nothing, and asks once."""
    days_ago = f"{(now - LONGEST).astimezone(conference.time_zone):{RECURRENCE_ID}}"
    near = Q(closes_at__gt=now) | Q(recurrence_id__gte=days_ago) if conference.rule else Q()
    rows = list(conference.occurrences.filter(near)) if conference.pk else []
    is_new = not rows and not (conference.pk and conference.occurrences.exists())
    dates = wanted(conference, now)
    made_of = _matched(conference, rows, dates, now)
    result = Plan()
    for row in rows:
        recurrence_id = made_of.get(row.pk)
        begun = row.moderators_open_at <= now
        if recurrence_id is None and not begun and not row.own_times:
            result.dropped.append(row)
            continue
        if recurrence_id is None and not begun and row.recurrence_id >= f"{conference.local(now):{RECURRENCE_ID}}":
            result.stray.append(row)
        if row.closes_at > now:
            was_own, had = row.own_times, row.starts_at
            if _follow(row, conference, recurrence_id, dates, begun):
                result.moved.append(row)
            if was_own and not row.own_times:
                result.settled.append((row, had))
            result.coming.append(row)
    taken = set(made_of.values())
    kind: type[Occurrence] = apps.get_model("participants", "Occurrence")
    for recurrence_id, times in dates.items():
        if recurrence_id not in taken and (is_new or times["closes_at"] > now):
            result.made.append(kind(conference=conference, recurrence_id=recurrence_id, **times))
    if result.made and not conference.rule:
        result.held = [row for row in rows if row.closes_at <= now]
    result.coming = sorted([*result.coming, *result.made], key=lambda row: row.starts_at)
    return result


def _matched(
    conference: Conference, rows: list[Occurrence], dates: dict[str, dict[str, datetime]], now: datetime
) -> dict[int, str]:
    """Which stored date is which of those that there should be: at its time, else on its day, else the only one."""
    pairs = {row.pk: row.recurrence_id for row in rows if row.recurrence_id in dates}
    repeats = conference.rule is not None

    def left() -> tuple[list[Occurrence], list[str]]:
        taken = set(pairs.values())
        free = [row for row in rows if row.pk not in pairs and (repeats or row.moderators_open_at > now)]
        return free, [each for each in dates if each not in taken]

    free, unheld = left()
    by_day = {each[:8]: each for each in unheld}
    for row in free:
        if row.recurrence_id[:8] in by_day:
            pairs[row.pk] = by_day.pop(row.recurrence_id[:8])
    free, unheld = left()
    if not repeats and len(free) == len(unheld) == 1:
        pairs[free[0].pk] = unheld[0]
    return pairs


def _follow(
    row: Occurrence,
    conference: Conference,
    recurrence_id: str | None,
    dates: dict[str, dict[str, datetime]],
    begun: bool,
) -> bool:
    """Gives a stored date what the conference says, and says whether that is anything new. One that has begun may only
    become longer or shorter; one that has times of its own keeps them, and takes the overtime.

    Args: recurrence_id: which of these dates it is; None where it is none of them.
    """
    changes: dict[str, Any] = {} if begun or recurrence_id is None else {"recurrence_id": recurrence_id}
    if row.own_times and (conference.rule or recurrence_id is None):
        changes["overtime_until"] = row.closes_at + timedelta(minutes=conference.overtime)
    elif recurrence_id is not None and not begun:
        changes |= dates[recurrence_id] | {"own_times": False}
    elif row.recurrence_id in dates:
        times = dates[row.recurrence_id]
        apart = row.starts_at - times["starts_at"]
        changes |= {name: times[name] + apart for name in ("closes_at", "overtime_until")} | {"own_times": False}
    differs = any(getattr(row, name) != value for name, value in changes.items())
    for name, value in changes.items():
        setattr(row, name, value)
    return differs


def lay_out(conference: Conference, now: datetime, *, by_night: bool = False) -> int:
    """Stores the dates that follow from the conference's schedule; how many of them are new.

    To be called in a transaction that has written or locked the conference's row, so that two at once do it in turn.
    Raises OverlapError where two dates would be at the same time; not by night, when nobody could mend it.
    """
    result = plan(conference, now)
    if not by_night:
        result.refuse_overlaps()
    rows = conference.occurrences
    if result.dropped:
        rows.filter(pk__in=[row.pk for row in result.dropped]).delete()
    if result.moved:
        fields = ("recurrence_id", "own_times", *TIMES)
        bulk_update_with_history(result.moved, rows.model, fields, default_change_reason=FOLLOWED)
    if result.made:
        bulk_create_with_history(result.made, rows.model)
    return len(result.made)


def lay_out_all() -> int:
    """Goes on with the dates of every conference that repeats; how many of them are new."""
    conferences = apps.get_model("participants", "Conference").objects
    repeating = conferences.exclude(status="cancelled").exclude(recurrence="", always_open=False)
    new = 0
    for pk in repeating.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            conference = conferences.select_for_update().filter(pk=pk).first()
            if conference:
                new += lay_out(conference, timezone.now(), by_night=True)
    return new


def odd_times(conference: Conference, days: list[Occurrence]) -> dict[str, str]:
    """What daylight saving does to these dates, by their recurrence id, in words; nothing for most of them."""
    found = {}
    for row in days:
        wall_time = datetime.strptime(row.recurrence_id, RECURRENCE_ID)
        local = conference.local(row.starts_at)
        if row.own_times:
            continue
        if local.replace(tzinfo=None, microsecond=0) != wall_time:
            words = _("clocks go forward and skip %(skipped)s: it starts at %(starts)s")
            found[row.recurrence_id] = words % {"skipped": f"{wall_time:%H:%M}", "starts": f"{local:%H:%M}"}
        elif local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
            which = _("the first time") if not local.fold else _("the second time")
            words = _("clocks go back and show %(time)s twice: it starts %(which)s")
            found[row.recurrence_id] = words % {"time": f"{wall_time:%H:%M}", "which": which}
    return found


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
