"""Logs outlive rooms, but not for ever: calls, with the numbers and addresses in them, go after RETENTION_DAYS."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from verification.models import Admission, Attempt, Call, Challenge

BATCH = 200  # calls in a transaction: no caller waits for the rest


def old_calls(before: datetime):
    """The calls that rang before this moment. None lasts as long as the shortest retention, a day and more."""
    return Call.objects.filter(rang_at__lt=before).order_by("pk")


def would_go(before: datetime) -> Counter[str]:
    """How many rows of each kind forget() would delete."""
    old = old_calls(before).order_by()
    return Counter(
        {
            "calls": old.count(),
            "attempts": Attempt.objects.filter(call__in=old).count(),
            "codes": Challenge.objects.filter(call__in=old).count(),
            "seats": Admission.objects.filter(call__in=old).count(),
        }
    )


def forget(before: datetime) -> Counter[str]:
    """Deletes old calls and all that hangs on them; how many rows of each kind. Stopped, it goes on next time."""
    names = {Call: "calls", Attempt: "attempts", Challenge: "codes", Admission: "seats"}
    gone: Counter[str] = Counter(dict.fromkeys(names.values(), 0))
    while batch := list(old_calls(before).values_list("pk", flat=True)[:BATCH]):
        _, kinds = Call.objects.filter(pk__in=batch).delete()
        for model, name in names.items():
            gone[name] += kinds.get(model._meta.label, 0)
    return gone
