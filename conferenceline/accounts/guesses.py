"""Who has guessed too often: at a password, or at a code of the second factor.

django-axes locks a name at an address. Beside it stand limits that no number of addresses gets round. Neither touches
a browser that the person has signed in from before: it has a count of its own. docs/decisions/0009-lockout.md.
"""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest

from conferenceline.accounts import browsers
from conferenceline.accounts.addresses import client_address
from verification import throttle


class LockedOutError(Exception):
    """No more tries for now, right or wrong."""


def is_known_browser(request: HttpRequest, credentials: dict[str, Any] | None) -> bool:
    """What django-axes asks, to leave such a browser to its own count."""
    username = (credentials or {}).get("username") or ""
    return bool(browsers.known_as(request, username))


def subjects(request: HttpRequest, username: str) -> dict[str, str]:
    """What a try is counted against."""
    mark = browsers.known_as(request, username)
    if mark:
        return {"wrong_sign_ins_per_browser": mark}
    return {
        "wrong_sign_ins_per_login": username[:150],
        "wrong_sign_ins_per_address": client_address(request) or "",
    }


def take(request: HttpRequest, username: str) -> None:
    """Counts a try before it is made, so that tries at once cannot outrun the limit.

    Raises LockedOutError where there have been too many. A try that django-axes refuses is not counted: nobody learns
    anything from it, and a stranger at one address must not use up the tries of everybody else.
    """
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        raise LockedOutError
    try:
        throttle.take(None, None, **subjects(request, username))
    except throttle.OverLimitError as over:
        raise LockedOutError from over


def was_right(request: HttpRequest, username: str) -> None:
    """Takes back what was counted: the try was no guess."""
    throttle.take_back(**subjects(request, username))


def was_wrong(request: HttpRequest, username: str) -> None:
    """Tells django-axes of a wrong code, as Django tells it of a wrong password."""
    user_login_failed.send(sender=__name__, credentials={"username": username}, request=request)
