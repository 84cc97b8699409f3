"""The page shows the codes that protect the rooms, so it answers nobody but the machine that it runs on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

View = Callable[..., HttpResponse]

# Whoever sets one of these speaks for somebody else, who may be anywhere.
SPOKEN_FOR = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


def loopback_only(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.SANDBOX or not comes_from_here(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def comes_from_here(request: HttpRequest) -> bool:
    if any(name in request.headers for name in SPOKEN_FOR):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
