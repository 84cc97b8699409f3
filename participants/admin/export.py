"""Lists as files: the rows that the page shows to this user, filtered as they are on it, as CSV or XLSX."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from import_export import fields, resources
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from import_export.forms import ExportForm

# What a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = re.compile(r"[=+\-@\t\r\n]")
NUMBERS = re.compile(r"\+[0-9]+(, \+[0-9]+)*")  # in E.164, which a cell of text shows as they are


def defused(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


class SafeCSV(CSV):
    """A file without types: a spreadsheet guesses, and takes whatever begins like a formula for one."""

    def _escape_formulae(self, dataset: Any) -> None:
        for _row in range(len(dataset)):
            dataset.append([defused(cell) for cell in dataset.lpop()])


class SafeXLSX(XLSX):
    """Its cells are of text; a phone number needs no mark, and the rest keep theirs when saved as CSV."""

    def _escape_formulae(self, dataset: Any) -> None:
        for _row in range(len(dataset)):
            row = dataset.lpop()
            dataset.append(
                [cell if isinstance(cell, str) and NUMBERS.fullmatch(cell) else defused(cell) for cell in row]
            )


class Exports(ExportMixin):
    """A list that whoever may see it may take along."""

    export_formats = (SafeXLSX, SafeCSV)
    export_form_class = ExportForm
    import_export_change_list_template = "admin/participants/change_list_export.html"
    export_template_name = "admin/participants/export.html"
    to_encoding = "utf-8-sig"  # of CSV: without the mark a spreadsheet reads names with accents wrong

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """Raises PermissionDenied; a filter that makes no sense leads back to the list, as it does there."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect("../?e=1")

    def init_request_context_data(self, request: HttpRequest, form: Any) -> dict[str, Any]:
        return {**super().init_request_context_data(request, form), "rows": self.get_export_queryset(request).count()}

    def get_export_filename(self, request: HttpRequest, queryset: Any, file_format: Any) -> str:
        return super().get_export_filename(request, queryset, file_format).lower()


class Column(fields.Field):
    """A column of the page itself."""

    def __init__(self, page: Any, name: str) -> None:
        super().__init__(column_name=str(label_for_field(name, page.model, page)))
        self.page, self.name = page, name

    def export(self, instance: Any, **kwargs: Any) -> str:
        field, _attribute, value = lookup_field(self.name, instance, self.page)
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M:%S}"
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if value is None:
            return ""
        return str(dict(field.flatchoices).get(value, value) if field else value)


class Page(resources.Resource):
    """The columns that the page shows to this user: what is masked there is masked here."""

    @classmethod
    def get_display_name(cls) -> str:
        return gettext("the columns of the page")

    def __init__(self, page: Any, columns: Any) -> None:
        super().__init__()
        self.fields = {name: Column(page, name) for name in columns}


class ExportsItsColumns(Exports):
    def get_export_resource_classes(self, request: HttpRequest) -> list:
        return [Page]

    def get_export_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {"page": self, "columns": self.get_list_display(request)}
