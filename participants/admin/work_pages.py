"""Pages on which something is done with a conference or the address book, beside the form of its row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from participants.models import Conference


class WorkPages(admin.ModelAdmin):
    """Their addresses, who may work there, and their frame, admin/participants/frame.html."""

    def path_of_conference(self, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """The address of a page of one conference, and its name: participants_conference_NAME."""
        return path(
            f"<path:object_id>/{name}/", self.admin_site.admin_view(view), name=f"participants_conference_{name}"
        )

    def conference_to_change(self, request: HttpRequest, object_id: str) -> Conference:
        """That of the address. Raises PermissionDenied where there is none, or none that the user may change."""
        conference: Conference | None = self.get_object(request, unquote(object_id))
        if conference is None or not self.has_change_permission(request, conference):
            raise PermissionDenied
        return conference

    def work_page(self, request: HttpRequest, name: str, title: str, **context: Any) -> TemplateResponse:
        """The page of the template admin/participants/NAME.html."""
        common = {**self.admin_site.each_context(request), "title": title, "opts": self.opts}
        return TemplateResponse(request, f"admin/participants/{name}.html", common | context)
