"""Who has tried too often. Each limit is a named setting, COUNT/SECONDS."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from verification.models import Tally

logger = logging.getLogger(__name__)

WARN_AT = 0.8  # of a limit over the whole installation
INSTALLATION_WIDE = ("sends_per_hour", "sends_per_day", "roster_numbers")

# One statement for all limits: it counts each key, opening a new window where the old one is over, and says how
# many hits that makes. Rows are taken in the order of their keys, so that two calls cannot lock each other out.
COUNT = """
    INSERT INTO verification_tally (key, hits, resets_at) VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN verification_tally.resets_at <= %s THEN 1 ELSE verification_tally.hits + 1 END,
        resets_at = CASE WHEN verification_tally.resets_at <= %s
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


def take(**subjects: str) -> None:
    """Counts one hit of each subject against the limit of that name, or of none of them.

    Raises OverLimitError where a limit is reached; nothing is counted then. A subject of "" is nobody in
    particular (a withheld line), and is not counted, unless the limit is one of the whole installation.
    """
    keys = {
        f"{name} {subject}".strip(): limit(name)
        for name, subject in sorted(subjects.items())
        if subject or name in INSTALLATION_WIDE
    }
    if not keys:
        return
    now = timezone.now()
    with transaction.atomic():
        hits = _count(keys, now)
        over = [key.split(" ")[0] for key, number in hits.items() if number > keys[key].most]
        if over:
            transaction.set_rollback(True)
    if over:
        raise OverLimitError(over)
    for key in INSTALLATION_WIDE:
        if key in hits and hits[key] >= keys[key].most * WARN_AT:
            logger.warning("%s: %s of %s used", key, hits[key], keys[key].most)


def _count(keys: dict[str, Limit], now: datetime) -> dict[str, int]:
    field = Tally._meta.get_field("resets_at")
    stamp = lambda moment: field.get_db_prep_value(moment, connection)  # noqa: E731
    values: list[Any] = []
    for key in sorted(keys):
        values += [key, 1, stamp(now + keys[key].window)]
    rows = ", ".join(["(%s, %s, %s)"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(COUNT.format(rows=rows), [*values, stamp(now), stamp(now)])
        return dict(cursor.fetchall())


def give_back(**subjects: str) -> None:
    """Forgets all hits of these subjects: what was counted as a try turned out right."""
    Tally.objects.filter(key__in=[f"{name} {subject}".strip() for name, subject in subjects.items()]).delete()
