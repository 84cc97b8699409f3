"""What belongs to no part of the line."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def home(request: HttpRequest) -> HttpResponse:
    """Whoever types the bare address wants to begin: with a phone where there is a sandbox, else with the admin."""
    return redirect("phones" if settings.SANDBOX else "admin:index")
