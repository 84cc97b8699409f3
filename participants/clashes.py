"""People who are expected in two rooms at once, and dates of one conference at the same time.

What is always open clashes with nothing: nobody is expected there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef

from participants import overlaps
from participants.models import Conference, Invitation, Occurrence

LOOKED_AT = 30  # of the next dates of a conference
MOST = 100  # dates of others that are looked at beside them


@dataclass(frozen=True)
class Clash:
    """Two dates that overlap, and how many people are on both rosters; of one conference, 0."""

    date: Occurrence
    other: Occurrence
    people: int

    @property
    def is_with_itself(self) -> bool:
        return self.date.conference_id == self.other.conference_id


def among(dates: Iterable[Occurrence]) -> list[Clash]:
    """The clashes of these dates, which have their conferences loaded; each from both sides.

    Those of one conference with itself from one side. One query at most.
    """
    pairs = list(overlaps.pairs(row for row in dates if not row.conference.always_open))
    found = [Clash(one, other, 0) for one, other in pairs if one.conference_id == other.conference_id]
    apart = [(one, other) for one, other in pairs if one.conference_id != other.conference_id]
    people = shared({row.conference_id for pair in apart for row in pair}) if apart else {}
    for one, other in apart:
        if n := people.get(frozenset((one.conference_id, other.conference_id))):
            found += [Clash(one, other, n), Clash(other, one, n)]
    return found


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


def by_person(found: Iterable[Clash]) -> dict[int, list[Clash]]:
    """Whom the clashes of a conference are about, by their key: with each other conference, the first. One query."""
    firsts: dict[int, Clash] = {}
    for clash in found:
        if not clash.is_with_itself:
            firsts.setdefault(clash.other.conference_id, clash)
    if not firsts:
        return {}
    own = next(iter(firsts.values())).date.conference
    twice = Invitation.objects.filter(
        conference__in=firsts, participant__team=own.team_id, participant__invitations__conference=own
    )
    people: dict[int, list[Clash]] = {}
    for person, other in twice.order_by("pk").values_list("participant", "conference"):
        people.setdefault(person, []).append(firsts[other])
    return people
