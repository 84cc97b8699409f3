"""Who changed what: a row for each change, kept by django-simple-history, and none where nothing changed."""

from __future__ import annotations

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
