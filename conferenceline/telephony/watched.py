"""Every request to Twilio leaves a line in the log and a mark in the metrics: what, how it ended, how long it took."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Any
from urllib.parse import urlsplit

from twilio.http import HttpClient
from twilio.http.response import Response

from conferenceline.logs import TRAFFIC
from conferenceline.telephony import measures

logger = logging.getLogger(TRAFFIC)

WORD = re.compile(r"[A-Za-z]+(?:\.json)?|v\d|2010-04-01")


def operation_of(method: str, url: str) -> str:
    """The request without whom it is about: "POST verify.twilio.com/v2/Services/…/Verifications".

    What is not plainly a part of Twilio's address is an identifier, a number or a name, and left out.
    """
    parts = urlsplit(url)
    path = "/".join(each if WORD.fullmatch(each) else "…" for each in parts.path.strip("/").split("/"))
    return f"{method.upper()} {parts.hostname}/{path}"


class WatchedHttpClient(HttpClient):
    """Passes requests on to the client that it is given."""

    def __init__(self, inner: HttpClient):
        super().__init__(inner.logger, False, inner.timeout)
        self.inner = inner

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:
        operation, began = operation_of(method, uri), time.monotonic()
        status, code = 0, "no answer"
        try:
            response = self.inner.request(method, uri, *args, **kwargs)
            status, code = response.status_code, error_code_of(response)
        finally:
            seconds = time.monotonic() - began
            measures.twilio_answered(operation, seconds, code)
            logger.log(
                logging.INFO if status and status < 400 else logging.WARNING,
                "twilio",
                extra={"operation": operation, "status": status, "code": code, "ms": round(seconds * 1000)},
            )
        return response


def error_code_of(response: Response) -> str:
    """Twilio's code of a refusal, or the HTTP status where there is none; "" where nothing was refused."""
    if response.status_code < 400:
        return ""
    try:
        code = json.loads(response.text)["code"]
    except (ValueError, TypeError, KeyError):
        return str(response.status_code)
    return str(code) if isinstance(code, int) else str(response.status_code)
