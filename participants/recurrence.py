"""How a conference repeats: a rule of RFC 5545 over the time on the wall, and the same in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from dateutil import rrule
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAILY, WEEKLY, BY_DATE, BY_WEEKDAY = "daily", "weekly", "by date", "by weekday"
WEEKS = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    -1: gettext_lazy("last"),
}
EVERY_MOST, COUNT_MOST = 99, 999
FREQUENCIES = {DAILY: rrule.DAILY, WEEKLY: rrule.WEEKLY, BY_DATE: rrule.MONTHLY, BY_WEEKDAY: rrule.MONTHLY}

# As text() writes it. UNTIL is a time on the wall like the rest, the last second of a day.
WRITTEN = re.compile(
    r"FREQ=(?P<freq>DAILY|WEEKLY|MONTHLY)"
    r"(;INTERVAL=(?P<every>[1-9]\d?))?"
    r"(;BYDAY=(?P<by_day>(-1|[1-4])?[A-Z]{2}(,[A-Z]{2})*))?"
    r"(;BYMONTHDAY=(?P<month_days>-?\d\d?(,\d\d?)*)(;BYSETPOS=-1)?)?"
    r"(;WKST=MO)?"
    r"(;COUNT=(?P<count>[1-9]\d{0,2})|;UNTIL=(?P<until>\d{8})T235959)?"
)


@dataclass(frozen=True)
class Rule:
    """When a conference repeats.

    kind: DAILY, WEEKLY, BY_DATE or BY_WEEKDAY; every: of how many days, weeks or months the first.
    days: of the week (0: Monday), for WEEKLY; week and day: as in the second (2) or last (-1) Tuesday, for BY_WEEKDAY;
    month_day: for BY_DATE, where the last day takes its place in a shorter month.
    until: the last day; count: how many dates in all. With neither it has no end.
    """

    kind: str
    every: int = 1
    days: tuple[int, ...] = ()
    week: int = 1
    day: int = 0
    month_day: int = 1
    until: date | None = None
    count: int | None = None

    def text(self) -> str:
        """As RFC 5545 writes it."""
        parts = [f"FREQ={rrule.FREQNAMES[FREQUENCIES[self.kind]]}"]
        if self.every > 1:
            parts.append(f"INTERVAL={self.every}")
        if self.kind == WEEKLY:
            parts.append(f"BYDAY={','.join(DAYS[day] for day in sorted(self.days))}")
            parts.append("WKST=MO")
        elif self.kind == BY_WEEKDAY:
            parts.append(f"BYDAY={self.week}{DAYS[self.day]}")
        elif self.kind == BY_DATE:
            parts.append(self._month_day())
        if self.count:
            parts.append(f"COUNT={self.count}")
        elif self.until:
            parts.append(f"UNTIL={self.until:%Y%m%d}T235959")
        return ";".join(parts)

    @property
    def has_list_of_days(self) -> bool:
        """Whether its text names several days, of which the last is meant: the 29th or 30th, or the end of February."""
        return self.kind == BY_DATE and self.month_day in (29, 30)

    def _month_day(self) -> str:
        if self.month_day <= 28:
            return f"BYMONTHDAY={self.month_day}"
        if self.month_day == 31:
            return "BYMONTHDAY=-1"
        return f"BYMONTHDAY={','.join(map(str, range(28, self.month_day + 1)))};BYSETPOS=-1"

    @classmethod
    def read(cls, text: str) -> Rule:
        """The rule that was written so. Raises ValidationError for whatever text() does not write."""
        found = WRITTEN.fullmatch(text)
        try:
            rule = cls._of(found.groupdict()) if found else None
        except (ValueError, TypeError):
            rule = None
        if rule is None or rule.text() != text:
            raise ValidationError(_("This is no rule by which a conference repeats."), code="rule")
        return rule

    @classmethod
    def _of(cls, parts: dict[str, str | None]) -> Rule:
        freq, by_day, month_days = parts["freq"], parts["by_day"], parts["month_days"]
        until = parts["until"]
        common = {
            "every": int(parts["every"] or 1),
            "count": int(parts["count"]) if parts["count"] else None,
            "until": datetime.strptime(until, "%Y%m%d").date() if until else None,
        }
        if freq == "DAILY":
            return cls(DAILY, **common)  # type: ignore[arg-type]
        if freq == "WEEKLY":
            return cls(WEEKLY, days=tuple(DAYS.index(day) for day in (by_day or "").split(",")), **common)  # type: ignore[arg-type]
        if month_days:
            return cls(BY_DATE, month_day=31 if month_days == "-1" else int(month_days.split(",")[-1]), **common)  # type: ignore[arg-type]
        return cls(BY_WEEKDAY, week=int((by_day or "")[:-2]), day=DAYS.index((by_day or "")[-2:]), **common)  # type: ignore[arg-type]

    def dates(self, first: datetime) -> Iterator[datetime]:
        """The times on the wall (naive) that follow from it, from this one on, which counts where it is one of them."""
        return iter(rrule.rrulestr(self.text(), dtstart=first.replace(microsecond=0)))

    def first(self, start: datetime) -> datetime:
        """The first time on the wall from this one on, whichever week or month it is in. It may be after its end."""
        return next(replace(self, every=1, count=None, until=None).dates(start))

    def words(self) -> str:
        """As in Every 2 weeks on Monday and Friday, until 31 Dec 2027."""
        said = self._how_often()
        if self.count:
            return said + ngettext(", %(n)s time", ", %(n)s times", self.count) % {"n": self.count}
        if self.until:
            return said + _(", until %(date)s") % {"date": date_format(datetime.combine(self.until, time()), "j M Y")}
        return said

    def _how_often(self) -> str:
        n = {"n": self.every}
        if self.kind == DAILY:
            return ngettext("Every day", "Every %(n)s days", self.every) % n
        if self.kind == WEEKLY:
            days = get_text_list([str(WEEKDAYS[day]) for day in sorted(self.days)], _("and"))
            return ngettext("Every week on %(days)s", "Every %(n)s weeks on %(days)s", self.every) % (
                n | {"days": days}
            )
        often = ngettext("Every month", "Every %(n)s months", self.every) % n
        if self.kind == BY_WEEKDAY:
            which = {"often": often, "week": WEEKS[self.week], "day": WEEKDAYS[self.day]}
            return _("%(often)s on the %(week)s %(day)s") % which
        if self.month_day == 31:
            return _("%(often)s on the last day") % {"often": often}
        said = _("%(often)s on day %(day)s") % {"often": often, "day": self.month_day}
        return said + _(" (the last day where a month is shorter)") if self.month_day > 28 else said


def is_rule(text: str) -> None:
    """Raises ValidationError for what Rule does not write."""
    Rule.read(text)
