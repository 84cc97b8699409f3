"""A Twilio that takes as long as the real one and says yes to everything: only the waiting is measured."""

from __future__ import annotations

import json
import logging
import random
import secrets
import time

from twilio.http import HttpClient
from twilio.http.response import Response

FASTEST, SLOWEST = 0.2, 0.8  # seconds


class SlowTwilio(HttpClient):
    """In place of twilio's own HTTP client."""

    def __init__(self, timeout: float | None = None):
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)

    def request(self, method: str, uri: str, *args: object, **kwargs: object) -> Response:
        time.sleep(random.uniform(FASTEST, SLOWEST))  # noqa: S311
        status = "approved" if uri.endswith("/VerificationCheck") else "pending"
        return Response(201, json.dumps({"sid": "VE" + secrets.token_hex(16), "status": status}))
