"""Who has tried too often. Each limit is a named setting, COUNT/SECONDS."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.utils import timezone

from verification.models import Call, Tally

logger = logging.getLogger(__name__)

WARN_AT = 0.8  # of a limit over the whole installation
INSTALLATION_WIDE = ("sends_per_hour", "sends_per_day", "roster_numbers")

# One statement for all limits: it counts each key, opening a new window where the old one is over or has no hit (it was
# only looked at, or its hits were taken back), and says how many hits that makes. Rows are taken in the order of their
# keys, so that two calls cannot lock each other out.
COUNT = """
    INSERT INTO verification_tally (key, hits, resets_at) VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN verification_tally.resets_at <= %s
                    THEN excluded.hits ELSE verification_tally.hits + excluded.hits END,
        resets_at = CASE WHEN verification_tally.resets_at <= %s OR verification_tally.hits = 0
                         THEN excluded.resets_at ELSE verification_tally.resets_at END
    RETURNING key, hits
"""


class OverLimitError(Exception):
    """Tried too often. `limits` are the names of the limits that say so."""

    def __init__(self, limits: list[str]):
        super().__init__(", ".join(limits))
        self.limits = limits


@dataclass(frozen=True)
class Limit:
    """So many hits in a window that begins with the first of them."""

    most: int
    window: timedelta


def limit(name: str) -> Limit:
    """The limit that the settings give under this name."""
    most, seconds = settings.LIMITS[name].split("/")
    return Limit(int(most), timedelta(seconds=int(seconds)))


def key(name: str, subject: str) -> str:
    """The key of a tally."""
    return f"{name} {subject}".strip()


def take(
    still_free: Mapping[str, str] | None = None, ceilings: Mapping[str, Limit] | None = None, **subjects: str
) -> None:
    """Counts one hit of each subject against the limit of that name, or of none of them.

    Args: `still_free` are subjects that must not have reached their limit either, and are not counted. `ceilings` are
    limits that no setting has, by their keys; they are counted.
    Raises OverLimitError where a limit is reached; nothing is counted then. A subject of "" is nobody in
    particular (a withheld line), and is not counted, unless the limit is one of the whole installation.
    """
    named = [(name, subject, 1) for name, subject in subjects.items() if subject or name in INSTALLATION_WIDE]
    named += [
        (name, subject, 0) for name, subject in (still_free or {}).items() if subject or name in INSTALLATION_WIDE
    ]
    counted = {key(name, subject): (limit(name), hits) for name, subject, hits in named}
    counted |= {each: (ceiling, 1) for each, ceiling in (ceilings or {}).items()}
    if not counted:
        return
    with transaction.atomic():
        tallies = _count(counted)
        # What is only looked at is over its limit when one hit more would be.
        over = [each.partition(" ")[0] for each, (most, hit) in counted.items() if tallies[each] - hit >= most.most]
        if over:
            transaction.set_rollback(True)
    if over:
        raise OverLimitError(sorted(over))
    for each, (most, hit) in counted.items():
        is_everybodys = each.partition(" ")[0] in INSTALLATION_WIDE or each in (ceilings or {})
        if hit and is_everybodys and tallies[each] >= most.most * WARN_AT:
            logger.warning("%s: %s of %s used", each, tallies[each], most.most)


def try_number(call: Call, *, found: bool) -> None:
    """Counts a roster or conference number that was not found; for one that was, only looks whether it may be tried.

    To be asked before the caller learns which it was, so that calls at once cannot outrun the limits. Raises
    OverLimitError.
    """
    tried = {"roster_numbers_per_line": call.counted(call.line), "roster_numbers": call.counted("")}
    if found:
        take(still_free=tried)
    else:
        take(None, None, **tried)


def _count(counted: dict[str, tuple[Limit, int]]) -> dict[str, int]:
    """Adds these hits; how many each key has then."""
    now, field = timezone.now(), Tally._meta.get_field("resets_at")
    values: list[Any] = []
    for each, (most, hits) in sorted(counted.items()):
        values += [each, hits, field.get_db_prep_value(now + most.window, connection)]
    moment = field.get_db_prep_value(now, connection)
    rows = ", ".join(["(%s, %s, %s)"] * len(counted))
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=rows), [*values, moment, moment])
        return dict(cursor.fetchall())


def too_many_live(call: Call) -> bool:
    """Whether more calls are in progress than LIVE_CALLS_MOST, this one among them: as it rang, or else now."""
    if call.too_many is None:
        return Call.objects.filter(Call.objects.too_many(call, timezone.now()), pk=call.pk).exists()
    return call.too_many


def once(key: str, window: timedelta) -> bool:
    """Whether nobody was told so in this stretch of time; from now on somebody was."""
    now = timezone.now()
    first = {"hits": 1, "resets_at": now + window}
    _tally, made = Tally.objects.get_or_create(key=key, defaults=first)
    return made or bool(Tally.objects.filter(key=key, resets_at__lte=now).update(**first))


def take_back(**subjects: str) -> None:
    """Uncounts one hit of each subject."""
    give_back(one=subjects)


def give_back(one: Mapping[str, str] | None = None, **subjects: str) -> None:
    """Uncounts all hits of these subjects, as what was counted for a try turned out right, and one hit of `one`."""
    whole, part = _keys(subjects), _keys(one or {})
    left = Case(When(key__in=part, then=F("hits") - 1), default=0)
    Tally.objects.filter(key__in=whole + part, hits__gt=0).update(hits=left)


def _keys(subjects: Mapping[str, str]) -> list[str]:
    return [key(name, subject) for name, subject in subjects.items() if subject or name in INSTALLATION_WIDE]


def forget_old() -> int:
    """Deletes the tallies whose window is over; how many. One by one, so that no caller waits for another's row."""
    old = list(Tally.objects.filter(resets_at__lte=timezone.now()).values_list("key", flat=True))
    return sum(Tally.objects.filter(key=each, resets_at__lte=timezone.now()).delete()[0] for each in old)
