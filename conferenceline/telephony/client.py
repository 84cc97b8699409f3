"""The client of Twilio's REST API: its time-out, its credentials, and its errors turned into ours."""

import functools
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string
from requests.exceptions import RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.response import Response
from twilio.rest import Client

from conferenceline.telephony.errors import MisconfiguredError, OutcomeUnknownError, TwilioFaultError
from conferenceline.telephony.remedies import REMEDIES
from conferenceline.telephony.watched import WatchedHttpClient

logger = logging.getLogger(__name__)

# https://www.twilio.com/docs/api/errors/NNNNN: bad parameter, bad credentials, test credentials
MISCONFIGURED = (20001, 20003, 20008)


@functools.cache
def client() -> Client:
    """The one client of this process, made on first use and so after gunicorn forked: its sockets are its own.

    During a rotation it speaks with the next token: that one opens the account before it is promoted and after.
    """
    return Client(
        settings.TWILIO_API_KEY_SID or settings.TWILIO_ACCOUNT_SID,
        settings.TWILIO_API_KEY_SECRET or settings.TWILIO_AUTH_TOKEN_NEXT or settings.TWILIO_AUTH_TOKEN,
        settings.TWILIO_ACCOUNT_SID,
        http_client=http_client(),
    )


def http_client() -> WatchedHttpClient:
    """What carries a client's requests: within the time-out, and each leaves its line and its mark."""
    return WatchedHttpClient(import_string(settings.TWILIO_HTTP_CLIENT)(timeout=settings.TWILIO_TIMEOUT))


@contextmanager
def twilio_errors(
    known: Mapping[int, type[TwilioFaultError]], otherwise: type[TwilioFaultError], *, refused: int = logging.CRITICAL
) -> Iterator[None]:
    """Raises our errors in place of the library's: by Twilio's code, then by HTTP status, else `otherwise`.

    Never the library's text: it holds addresses, which hold phone numbers. `refused` is how loud the log is where our
    credentials are refused: then no call comes in, unless this was only a question whether they would be.
    """
    try:
        yield
    except TwilioException as error:
        code, status = code_and_status(error)
        fault = meaning(code, status, known, otherwise)
        level = refused if fault is MisconfiguredError else logging.WARNING
        logger.log(level, "Twilio answered %s, code %s: %s", status, code, fault.__name__)
        log_remedy(code)
        raise fault(code) from None
    except (RequestException, ValueError) as error:  # ValueError: an answer that is not JSON, as from a proxy
        logger.warning("no answer from Twilio: %s", type(error).__name__)
        raise OutcomeUnknownError from None


def log_remedy(code: int) -> None:
    """Says what to do, in the log's language, where Twilio will do nothing before somebody has done it."""
    if code in REMEDIES:
        with translation.override("en"):
            logger.error("Twilio's error %s has to be mended: %s", code, REMEDIES[code])


def meaning(
    code: int, status: int, known: Mapping[int, type[TwilioFaultError]], otherwise: type[TwilioFaultError]
) -> type[TwilioFaultError]:
    """Which of our errors an answer is, by Twilio's error code and the HTTP status (0 where there is none)."""
    if code in known:
        return known[code]
    if code in MISCONFIGURED or (status in (401, 403) and code == status):
        return MisconfiguredError
    if status >= 500 or not status:
        return OutcomeUnknownError
    return known.get(status, otherwise)


def code_and_status(error: TwilioException) -> tuple[int, int]:
    """Twilio's error code and the HTTP status, 0 where there is none.

    For a page of a list the library raises its plainest exception, with the whole answer in it
    (twilio/base/page.py).
    """
    answer = next((each for each in error.args if isinstance(each, Response)), None)
    if answer is None:
        return getattr(error, "code", 0) or 0, getattr(error, "status", 0) or 0
    try:
        code = json.loads(answer.text).get("code")
    except (ValueError, AttributeError):
        code = None
    return (code if isinstance(code, int) else answer.status_code), answer.status_code
