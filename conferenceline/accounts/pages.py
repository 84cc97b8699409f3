"""What every page of signing in has in common."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


class AdminPage:
    """For Django's own views: gives their templates what the admin's frame needs."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}  # type: ignore[misc]


def page(request: HttpRequest, template: str, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, template, {**admin.site.each_context(request), **context}, status=status)


def locked_out(request: HttpRequest, *_others: Any) -> HttpResponse:
    """Too many wrong tries, said in words. django-axes asks for this page too."""
    response = page(request, "registration/locked_out.html", status=429, title=_("Too many tries"))
    response.headers["Retry-After"] = "900"
    return response
