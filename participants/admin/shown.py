"""A table on a page that shows some of its rows: all of them may be more than a page, or a form, can carry."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.safestring import SafeString


class ShowsSome(forms.BaseInlineFormSet):
    """Where the rows come back in a form, those that were shown."""

    all_rows: QuerySet  # once the formset has looked for its own

    def get_queryset(self) -> QuerySet:
        if not hasattr(self, "_queryset"):
            self.all_rows = rows = super().get_queryset()
            if self.is_bound:
                names = (f"{self.prefix}-{n}-id" for n in range(self.total_form_count()))
                shown: list[Any] = [value for name in names if (value := self.data.get(name, "")).isdecimal()]
            else:
                shown = self.to_show(rows)
            self._queryset = rows.filter(pk__in=shown)
        return self._queryset

    def to_show(self, rows: QuerySet) -> list[Any]:
        """The keys of those of these rows that a page shows."""
        raise NotImplementedError

    @property
    def more(self) -> SafeString:
        """What is to be said of the rows that are not shown."""
        return SafeString()
