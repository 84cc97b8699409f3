"""The admin in the product's own name and look. All apps register with it, as django.contrib.admin's `site`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _


class LineAdminConfig(AdminConfig):
    default_site = "conferenceline.admin_site.LineAdminSite"

    def ready(self) -> None:
        super().ready()
        apps.get_app_config("auth").verbose_name = _("Who may log in")  # Django's own, in an organizer's words


ORDER = ("participants", "verification", "rooms")  # then what administrators need, by name
LOGINS = ("auth", "accounts")


class LabelledChoices(AutocompleteJsonView):
    """A page that has `choice_labels` says with them which of two people of one name is which."""

    @cached_property
    def label(self) -> Callable[[Model], str]:
        labels = getattr(self.model_admin, "choice_labels", None)
        return labels(self.request) if labels else str

    def serialize_result(self, obj: Model, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": self.label(obj)}


class LineAdminSite(AdminSite):
    site_header = _("Conferenceline")
    site_title = _("Conferenceline")
    index_title = _("Overview")
    site_url = None
    empty_value_display = "–"

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        phones = {"phones_url": reverse("phones")} if settings.SANDBOX else {}
        return super().each_context(request) | phones

    def get_urls(self) -> list[Any]:
        from verification.admin.privacy import pages  # it needs the models, which this module is loaded before

        return [*pages(self), *super().get_urls()]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, LabelledChoices.as_view(admin_site=self)(request))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from conferenceline.overview import Overview  # it needs the models, which this module is loaded before

        return super().index(request, {"overview": Overview.seen_by(request.user), **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        logins = {app["app_label"]: app for app in apps if app["app_label"] in LOGINS}
        if len(logins) == len(LOGINS):  # two apps to Django, one thing to an administrator
            logins["auth"]["models"] += logins["accounts"]["models"]
            apps.remove(logins["accounts"])
        places = {label: place for place, label in enumerate(ORDER)}
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(ORDER)))
