"""How many codes a team or a conference may have sent in a day, where somebody has said so.

They are limits like the others: a day begins with the first code, and calls whose number the carrier vouches for are
counted apart, so that whoever forges numbers uses up nothing of the members'. With a ceiling of 100, 200 codes are the
most. What is spent leaves authenticator apps, letting in by hand, and the other conferences as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from participants.models import Conference, Contact, Team
from verification import throttle
from verification.models import Call, Tally

DAY = timedelta(days=1)
NAMES = {Conference: "codes_of_conference", Team: "codes_of_team"}  # as tallies and the log have them
NONE = sys.maxsize  # codes: no ceiling
SHOWN = 100


def ceilings(call: Call, contact: Contact) -> dict[str, throttle.Limit]:
    """Those that one more code to this contact counts against, by the keys of their tallies.

    Without a ceiling it counts as well: one that is set later in the day holds for what went out before.
    """
    return {
        _key(owner, call.counted_for_people(str(owner.pk))): throttle.Limit(owner.codes_per_day or NONE, DAY)
        for owner in (call.conference, contact.participant.team)
        if owner
    }


def _key(owner: Conference | Team, subject: str) -> str:
    return throttle.key(NAMES[type(owner)], subject)


@dataclass(frozen=True)
class Ceiling:
    """How much of the ceiling of a team or a conference is used up: of its two tallies, the fuller one."""

    owner: Conference | Team
    used: int

    @property
    def most(self) -> int:
        return self.owner.codes_per_day or 0

    @property
    def is_nearly_used(self) -> bool:
        return self.used >= self.most * throttle.WARN_AT


def of_teams(teams: Any, moment: datetime) -> list[Ceiling]:
    """The ceilings of these teams (a QuerySet) and of their conferences at this moment (aware), the fullest first.

    Three queries, and of each kind the newest hundred.
    """
    limited = teams.filter(codes_per_day__isnull=False).order_by("-pk")[:SHOWN]
    conferences = Conference.objects.filter(team__in=teams, codes_per_day__isnull=False).order_by("-pk")[:SHOWN]
    return _used([*limited, *conferences], moment)


def _used(owners: Iterable[Conference | Team], moment: datetime) -> list[Ceiling]:
    keys = {owner: [_key(owner, str(owner.pk)), _key(owner, f"{owner.pk} attested")] for owner in owners}
    wanted = [key for both in keys.values() for key in both]
    used = dict(Tally.objects.filter(pk__in=wanted, resets_at__gt=moment).values_list("pk", "hits")) if wanted else {}
    found = [Ceiling(owner, max(used.get(key, 0) for key in both)) for owner, both in keys.items()]
    return sorted(found, key=lambda each: -each.used / each.most)
