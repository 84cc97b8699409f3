"""What does not look like members calling: numbers tried one after the other, guesses spread over many calls.

It is read from the log of attempts: an indexed stretch of time, and never more than its newest rows.
"""

from __future__ import annotations

import hashlib
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verification import throttle
from verification.models import Attempt

logger = logging.getLogger(__name__)

NEWEST = 5000  # attempts that are looked at
SHOWN = 50  # of each kind

STRANGERS = (Attempt.Outcome.UNKNOWN_LINE, Attempt.Outcome.WITHHELD_LINE, Attempt.Outcome.NOTHING_OPEN)
WRONG_NUMBERS = (Attempt.Outcome.WRONG_ROSTER_NUMBER,)
WRONG_CODES = (Attempt.Outcome.WRONG_CODE,)
WRONG_PASSCODES = (Attempt.Outcome.WRONG_PASSCODE,)


@dataclass(frozen=True)
class Kind:
    """One kind of unusual calls, and from how many on they are. `setting` names the number."""

    name: str
    title: Any
    setting: str

    @property
    def least(self) -> int:
        return int(getattr(settings, self.setting))


ROSTER_NUMBERS = Kind("roster numbers", _("One line tries roster numbers that nobody has"), "UNUSUAL_ROSTER_NUMBERS")
CODES = Kind("codes", _("Wrong codes for one contact, over several calls"), "UNUSUAL_WRONG_CODES")
PASSCODES = Kind("passcodes", _("Wrong passcodes for one conference, over several calls"), "UNUSUAL_WRONG_PASSCODES")
UNKNOWN = Kind("unknown lines", _("Many lines that nobody knows"), "UNUSUAL_UNKNOWN_LINES")


@dataclass(frozen=True)
class Finding:
    """`subject` is the line or address (E.164 or mail), or the key of the conference.

    It is "" for withheld lines, for conferences that are gone, and where many are meant.
    """

    kind: Kind
    subject: str
    times: int
    calls: int
    last: datetime

    @property
    def key(self) -> str:
        """Without the number: tallies are no place for one more copy of it."""
        return f"noticed {self.kind.name} {hashlib.sha256(self.subject.encode()).hexdigest()[:16]}"


def findings(moment: datetime) -> list[Finding]:
    """What was unusual in the stretch of time before this moment (aware), the most frequent first. Four queries."""
    since = moment - timedelta(seconds=settings.UNUSUAL_SECONDS)
    attempts = Attempt.objects.filter(at__gt=since, at__lte=moment)
    found = [
        *_by_subject(ROSTER_NUMBERS, _of(attempts, WRONG_NUMBERS, "call__line")),
        *_by_subject(CODES, _of(attempts, WRONG_CODES, "call__challenge__address"), calls_least=2),
        *_by_subject(PASSCODES, _of(attempts, WRONG_PASSCODES, "occurrence__conference"), calls_least=2),
    ]
    strangers = list(_of(attempts, STRANGERS, "call__line"))
    calls = {call for _subject, call, _at in strangers}
    if len(calls) >= UNKNOWN.least:
        found.append(Finding(UNKNOWN, "", len(strangers), len(calls), max(at for *_, at in strangers)))
    return sorted(found, key=lambda each: -each.times)


def _of(attempts: QuerySet[Attempt], outcomes: Iterable[str], subject: str) -> QuerySet[Any, Any]:
    return attempts.filter(outcome__in=outcomes).order_by("-at").values_list(subject, "call", "at")[:NEWEST]


def _by_subject(kind: Kind, rows: QuerySet[Any, Any], calls_least: int = 1) -> list[Finding]:
    times: Counter[str] = Counter()
    calls: dict[str, set[int]] = defaultdict(set)
    last: dict[str, datetime] = {}
    for subject, call, at in rows:
        subject = str(subject or "")
        times[subject] += 1
        calls[subject].add(call)
        last.setdefault(subject, at)
    return [
        Finding(kind, subject, count, len(calls[subject]), last[subject])
        for subject, count in times.most_common(SHOWN)
        if count >= kind.least and len(calls[subject]) >= calls_least
    ]


def report() -> int:
    """Writes what is unusual to the log, each finding once in its stretch of time; how many were new."""
    return sum(_report(finding) for finding in findings(timezone.now()))


def _report(finding: Finding) -> bool:
    if not throttle.once(finding.key, timedelta(seconds=settings.UNUSUAL_SECONDS)):
        return False
    logger.warning(
        "unusual calls: %s, %s times in %s calls", finding.kind.name, finding.times, finding.calls
    )  # which line it is says the page, not the log
    return True
