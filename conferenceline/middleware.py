"""Around every request: a line in the log, with what belongs together under one id."""

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from conferenceline.logs import TRAFFIC

logger = logging.getLogger(TRAFFIC)

# Asked every few seconds by machines: a line of each would bury the calls.
QUIET = ("/healthz", "/readyz", "/metrics")


class RequestLog:
    """One line for each request: method, path without query, status, milliseconds; and its id on every line within.

    The id is our own. What a visitor sends as one is not believed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        outer = get_contextvars()
        clear_contextvars()
        bind_contextvars(request=secrets.token_hex(6))
        try:
            return self.answer(request)
        finally:
            clear_contextvars()
            bind_contextvars(**outer)

    def answer(self, request: HttpRequest) -> HttpResponse:
        began = time.monotonic()
        response = self.get_response(request)
        quiet = request.path in QUIET and response.status_code < 500
        logger.log(
            logging.DEBUG if quiet else logging.INFO,
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round((time.monotonic() - began) * 1000),
            },
        )
        return response
