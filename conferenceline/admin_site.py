"""The admin in the product's own name and look. All apps register with it, as django.contrib.admin's `site`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class LineAdminConfig(AdminConfig):
    default_site = "conferenceline.admin_site.LineAdminSite"


class LineAdminSite(AdminSite):
    site_header = _("Conferenceline")
    site_title = _("Conferenceline")
    index_title = _("Overview")
    site_url = None
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        phones = {"phones_url": reverse("phones")} if settings.SANDBOX else {}
        return super().each_context(request) | phones
