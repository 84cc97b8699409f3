"""Logs outlive rooms, but not for ever: what holds numbers and addresses of people goes after RETENTION_DAYS."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from simple_history.models import HistoricalChanges

from conferenceline.accounts.models import LoginInvitation
from participants.models import Authenticator, ContactChange, Delivery, PeopleImport
from verification.models import Admission, Attempt, Block, Call, Challenge, Unlock, Vouch

LOG: dict[type[Model], str] = {Call: "calls", Attempt: "attempts", Challenge: "codes", Admission: "seats"}
BY_HAND = "helped by hand"
BATCH = 200  # rows in a transaction: no caller waits for the rest


def old_calls(before: datetime) -> QuerySet:
    """The calls that rang before this moment. None lasts as long as the shortest retention, a day and more."""
    return Call.objects.filter(rang_at__lt=before)


def old_rows(before: datetime) -> dict[str, list[QuerySet]]:
    """What is as old beside the log of calls: by the word for it."""
    histories = [model for model in apps.get_models() if issubclass(model, HistoricalChanges)]
    return {
        "mails and texts": [Delivery.objects.over_before(before)],
        "changes": [
            *(model._default_manager.filter(history_date__lt=before) for model in histories),
            ContactChange.objects.filter(at__lt=before),
            LogEntry.objects.filter(action_time__lt=before),
        ],
        BY_HAND: [
            Vouch.objects.filter(Q(made_at__lt=before) | Q(call__rang_at__lt=before)),  # they go with their call
            Unlock.objects.filter(made_at__lt=before),
        ],
        "blocks that are over": [Block.objects.filter(until__lt=before)],
        "authenticator apps": [Authenticator.objects.over_before(before)],
        "files of people": [PeopleImport.objects.over(timezone.now())],
        "wrong sign-ins": [AccessAttempt.objects.filter(attempt_time__lt=before)],
        "sign-ins that are over": [Session.objects.filter(expire_date__lt=timezone.now())],
        "invitations to log in": [LoginInvitation.objects.over_before(before)],
    }


def would_go(before: datetime) -> Counter[str]:
    """How many rows of each kind forget() would delete."""
    old = old_calls(before)
    counted = {
        "calls": old.count(),
        "attempts": Attempt.objects.filter(call__in=old).count(),
        "codes": Challenge.objects.filter(call__in=old).count(),
        "seats": Admission.objects.filter(call__in=old).count(),
    }
    others = {name: sum(rows.count() for rows in each) for name, each in old_rows(before).items()}
    return Counter(counted | others)


def forget(before: datetime) -> Counter[str]:
    """Deletes old calls and all that hangs on them, and what else is old; how many rows of each kind.

    Stopped, it goes on next time.
    """
    with_calls: dict[type[Model], str] = {**LOG, Vouch: BY_HAND}
    gone: Counter[str] = Counter(dict.fromkeys((*LOG.values(), *old_rows(before)), 0))
    for kinds in batches(old_calls(before)):
        for model, name in with_calls.items():
            gone[name] += kinds.get(model._meta.label, 0)
    for name, each in old_rows(before).items():
        gone[name] += sum(kinds.get(rows.model._meta.label, 0) for rows in each for kinds in batches(rows))
    return gone


def batches(rows: QuerySet):
    """Deletes them, a transaction for each batch; yields how many rows of each model went with it."""
    while batch := list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield rows.model._default_manager.filter(pk__in=batch).delete()[1]
