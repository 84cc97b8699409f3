"""Dates of a series that were moved, or called off, by themselves: in the words of a mail or a text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.notices import day_and_time

NAMED_MOST = 4  # the rest are counted: a text is short


def dates_in_words(dates: Mapping[str, list[Any]], zone: ZoneInfo) -> list[str]:
    """A line for each date, by the clocks of this zone, the earliest first.

    Args: dates: as Facts.dates_changed() has them.
    """
    in_order = sorted(dates.values(), key=lambda pair: (pair[0][0], pair[1][0]))
    lines = [line for was, now in in_order if (line := _in_words(was, now, zone))]
    left = len(lines) - NAMED_MOST
    if left <= 0:
        return lines
    more = ngettext("And %(n)s more date has changed.", "And %(n)s more dates have changed.", left) % {"n": left}
    return [*lines[:NAMED_MOST], more]


def _in_words(was: list[Any], now: list[Any], zone: ZoneInfo) -> str:
    (was_start, was_end, was_off), (start, end, off) = _read(was), _read(now)
    values = {"old": day_and_time(was_start, zone), "new": day_and_time(start, zone)}
    if off:
        return "" if was_off else _("Not held: %(old)s.") % values
    if was_off:
        return _("Held after all: %(new)s.") % values
    if values["old"] != values["new"]:
        return _("Moved: from %(old)s to %(new)s.") % values
    if end - start == was_end - was_start:
        return ""
    minutes = int((end - start).total_seconds() // 60)
    words = ngettext("%(new)s: %(n)s minute long.", "%(new)s: %(n)s minutes long.", minutes)
    return words % {**values, "n": minutes}


def _read(date: list[Any]) -> tuple[datetime, datetime, bool]:
    starts, ends, off = date
    return datetime.fromisoformat(starts), datetime.fromisoformat(ends), off
