"""The numbers that people dial, for administrators only: they are the same for every team."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext

from participants.admin.walls import AdministratorsOnly
from participants.models import DialInNumber


@admin.register(DialInNumber)
class DialInNumberAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Listing a number here sends no calls to it: manage.py provision_number does both."""

    list_display = ("number", "label", "language", "position")
    list_editable = ("position",)
    search_fields = ("number", "label")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Says whose a number is that has no country code. In a list, no label stands before the box."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "number" and field is not None:
            words = gettext("With country code; without, it is read as one of the installation's country, %(region)s.")
            field.help_text = words % {"region": settings.PHONENUMBER_DEFAULT_REGION}
        if db_field.name == "position" and field is not None:
            field.widget.attrs["aria-label"] = field.label
        return field
