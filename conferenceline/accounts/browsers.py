"""Browsers from which somebody has signed in before: a signed cookie says so, and proves nothing else.

What strangers get wrong is counted against them, and not against the browser of the person whose name they use.
docs/decisions/0009-lockout.md tells why.
"""

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

COOKIE = "known_browser"
SALT = "conferenceline.accounts.browsers"
KEPT = 180 * 24 * 3600  # seconds since the last sign-in


def known_as(request: HttpRequest, username: str) -> str:
    """The mark of this browser, if this person has signed in from it before, else ""."""
    try:
        name, mark = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except (signing.BadSignature, TypeError, ValueError):
        return ""
    return mark if name == username else ""


def remember(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Marks the browser as one of this person's, or keeps its mark for longer."""
    mark = known_as(request, user.get_username()) or get_random_string(22)
    response.set_cookie(
        COOKIE,
        signing.dumps((user.get_username(), mark), salt=SALT),
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
