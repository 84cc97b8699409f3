"""The numbers that people dial, for administrators only: they are the same for every team."""

from django.contrib import admin

from participants.admin.walls import AdministratorsOnly
from participants.models import DialInNumber


@admin.register(DialInNumber)
class DialInNumberAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Listing a number here sends no calls to it: manage.py provision_number does both."""

    list_display = ("number", "label", "language", "position")
    list_editable = ("position",)
    search_fields = ("number", "label")
