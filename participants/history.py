"""Who changed what: a row for each change, kept by django-simple-history, and none where nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from simple_history.models import HistoricalRecords


class History(HistoricalRecords):
    def create_historical_record(self, instance: Any, history_type: str, using: str | None = None) -> None:
        """A form saves rows that nobody touched, and a conference its dates: of those there is nothing to tell."""
        if history_type == "~":
            names = [field.attname for field in self.fields_included(instance)]
            before = type(instance).history.filter(id=instance.pk).values_list(*names).first()
            if before == tuple(getattr(instance, name) for name in names):
                return
        super().create_historical_record(instance, history_type, using)


@contextmanager
def changes_by(user: Any) -> Iterator[None]:
    """What is saved meanwhile is this user's doing (None: nobody's), where no request says whose it is."""
    HistoricalRecords.context.request = SimpleNamespace(user=user)
    try:
        yield
    finally:
        del HistoricalRecords.context.request


def came_to_its_team(obj: Any) -> datetime | None:
    """Since when a row is in its team, where it was in another before: what was there is not for this one to know."""
    own = type(obj).history.filter(id=obj.pk)
    elsewhere = own.exclude(team_id=obj.team_id).first()
    came = own.filter(history_id__gt=elsewhere.history_id).last() if elsewhere else None
    return came.history_date if came else None
