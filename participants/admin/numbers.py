"""The numbers that people dial, for administrators only: they are the same for every team."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from participants.admin.walls import AdministratorsOnly
from participants.models import DialInNumber


@admin.register(DialInNumber)
class DialInNumberAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Listing a number here sends no calls to it: manage.py provision_number does both."""

    list_display = ("number", "label", "language", "position")
    list_editable = ("position",)
    search_fields = ("number", "label")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """In a list, no label stands before the box."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "position" and field is not None:
            field.widget.attrs["aria-label"] = field.label
        return field
