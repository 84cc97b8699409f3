"""Dates at the same time. Of one conference no two may be: whoever calls could not say which of them they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from django.db.models import QuerySet

if TYPE_CHECKING:
    from participants.models import Occurrence


class OverlapError(Exception):
    """Two dates of one conference would be at the same time."""

    def __init__(self, one: Occurrence, other: Occurrence):
        super().__init__(one, other)
        self.one, self.other = one, other


def pairs(dates: Iterable[Occurrence]) -> Iterator[tuple[Occurrence, Occurrence]]:
    """Those that overlap, two by two, of whichever conferences; the one that starts first comes first."""
    rows = sorted((row for row in dates if not row.cancelled), key=lambda row: row.starts_at)
    for place, row in enumerate(rows, start=1):
        for later in rows[place:]:
            if later.starts_at >= row.closes_at:
                break
            yield row, later


def refuse(dates: Iterable[Occurrence], changed: list[Occurrence]) -> None:
    """Raises OverlapError where one of the changed would be at the time of another of these, all of one conference.

    What overlapped before and does not change is left alone: else nothing about it could be saved.
    """
    for one, other in pairs(dates):
        if one in changed or other in changed:
            raise OverlapError(one, other)


def beside(row: Occurrence) -> QuerySet[Occurrence]:
    """The stored dates of its conference that take place at the same time."""
    others = type(row)._default_manager.filter(conference=row.conference_id, cancelled=False).exclude(pk=row.pk)
    return others.filter(starts_at__lt=row.closes_at, closes_at__gt=row.starts_at)


def look_again(rows: Iterable[Occurrence]) -> None:
    """Raises OverlapError where one of these, just stored, is at the time of another date.

    To be called in the transaction that stored them, with the conference's row locked before: of two at once the
    later sees what the other did.
    """
    for row in rows:
        if not row.cancelled and (other := beside(row).first()):
            raise OverlapError(row, other)
