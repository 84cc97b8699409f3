"""People who are expected in two rooms at once. What is always open clashes with nothing: nobody is expected there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef

from participants.models import Conference, Invitation, Occurrence

LOOKED_AT = 30  # of the next dates of a conference
MOST = 100  # dates of others that are looked at beside them


@dataclass(frozen=True)
class Clash:
    """Two dates that overlap, and how many people are on both rosters."""

    date: Occurrence
    other: Occurrence
    people: int


def among(dates: Iterable[Occurrence]) -> list[Clash]:
    """The clashes of these dates, which have their conferences loaded; each from both sides. One query at most."""
    pairs = list(overlapping(dates))
    people = shared({row.conference_id for pair in pairs for row in pair}) if pairs else {}
    found = []
    for one, other in pairs:
        if n := people.get(frozenset((one.conference_id, other.conference_id))):
            found += [Clash(one, other, n), Clash(other, one, n)]
    return found


def overlapping(dates: Iterable[Occurrence]) -> Iterator[tuple[Occurrence, Occurrence]]:
    rows = sorted((row for row in dates if not row.conference.always_open), key=lambda row: row.starts_at)
    for place, row in enumerate(rows, start=1):
        for later in rows[place:]:
            if later.starts_at >= row.closes_at:
                break
            if later.conference_id != row.conference_id:
                yield row, later


def shared(conferences: set[int]) -> dict[frozenset[int], int]:
    """How many people two of these conferences have in common, by the two; a person of another team is nobody's."""
    pairs = (
        Invitation.objects.filter(
            conference__in=conferences,
            participant__team=F("conference__team"),
            participant__invitations__conference__in=conferences,
            participant__invitations__conference__gt=F("conference"),
            participant__invitations__conference__team=F("conference__team"),
        )
        .order_by()
        .values_list("conference", "participant__invitations__conference")
        .annotate(people=Count("pk"))
    )
    return {frozenset((one, other)): people for one, other, people in pairs}


def clashes_of(conference: Conference, now: datetime) -> list[Clash]:
    """Those of the next dates of this conference with others of its team. Three queries, however many there are."""
    coming = conference.occurrences.filter(closes_at__gt=now, cancelled=False).order_by("starts_at")
    own = list(coming.select_related("conference")[:LOOKED_AT])
    if not own or conference.always_open:
        return []
    mine = conference.invitations.order_by().values("participant")
    then = coming.filter(starts_at__lt=OuterRef("closes_at"), closes_at__gt=OuterRef("starts_at"))
    others = (
        Occurrence.objects.filter(
            Exists(then),
            conference__in=Invitation.objects.filter(participant__in=mine).order_by().values("conference"),
            conference__team=conference.team_id,
            conference__status=Conference.Status.SCHEDULED,
            conference__always_open=False,
            cancelled=False,
            closes_at__gt=now,
            starts_at__lt=max(row.closes_at for row in own),
        )
        .exclude(conference=conference)
        .select_related("conference")
        .order_by("starts_at", "pk")
    )
    return [clash for clash in among([*own, *others[:MOST]]) if clash.date.conference_id == conference.pk]
