"""What every request of a signed-in person goes through."""

import time
from collections.abc import Callable

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

from conferenceline.accounts import second_factor
from conferenceline.accounts.pending import SEEN

SEEN_EVERY = 60  # seconds; the idle time is exact to this


class OnlyProvenSessions:
    """A session without the second factor, where one is asked for, is nobody's: no view has to remember that.

    Comes after django-otp's middleware. It also notes that the person is still there: a session ends when they are not.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if not request.user.is_verified() and second_factor.is_asked_of(request.user):  # type: ignore[attr-defined]
                logout(request)
            elif SEEN in request.session and time.time() - request.session[SEEN] >= SEEN_EVERY:
                request.session[SEEN] = time.time()
        return self.get_response(request)
