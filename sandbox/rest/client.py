"""The HTTP client that the real twilio library is given instead of its own."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import parse_qsl, urlsplit

import requests
from django.conf import settings
from django.utils import timezone
from twilio.http import HttpClient
from twilio.http.response import Response

from sandbox.guard import refuse_open_transaction, sandbox_at_work
from sandbox.models import AuthTokens, Fault, RestRequest
from sandbox.rest.answers import Answered, Asked, ProblemError
from sandbox.rest.routes import Route, find_route, refuse_unknown_parameters

Observer = Callable[[str, str, dict[str, str], int, str], None]

# Each is called with method, URL, fields, HTTP status and body of every request that was answered. A suite can hold
# them against Twilio's OpenAPI documents, or make two requests meet.
observers: list[Observer] = []


class SandboxHttpClient(HttpClient):
    """Answers as Twilio does. Takes what TwilioHttpClient takes."""

    def __init__(self, timeout: float | None = None, **kwargs: object) -> None:
        super().__init__(logging.getLogger("twilio.http_client"), False, timeout)

    def request(
        self,
        method: str,
        uri: str = "",
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
        *,
        url: str = "",
    ) -> Response:
        uri, method = uri or url, method.upper()
        refuse_open_transaction(f"Twilio ({method} {uri})")
        with sandbox_at_work():
            route, path = find_route(method, uri)
            fields = {**dict(parse_qsl(urlsplit(uri).query)), **as_text(params), **as_text(data)}
            refuse_unknown_parameters(route, fields)
            asked = Asked(path, fields, path.get("account", settings.TWILIO_ACCOUNT_SID))
            return self._answer(route, uri, asked, auth, timeout if timeout is not None else self.timeout)

    def _answer(
        self, route: Route, uri: str, asked: Asked, auth: tuple[str, str] | None, timeout: float | None
    ) -> Response:
        to = asked.fields.get("To", "")
        record = RestRequest.objects.create(operation=route.operation, to=to, at=timezone.now())
        fault = Fault.objects.take(route.operation, to)
        if fault:
            go_wrong_before(fault, timeout)
        answered = Answered(500) if fault and fault.kind == Fault.Kind.HTTP_500 else work(route, asked, auth, fault)
        if fault:
            go_wrong_after(fault, timeout)
        RestRequest.objects.filter(pk=record.pk).update(status=answered.status)
        body = as_body(answered)
        for observer in list(observers):
            observer(route.method, uri, asked.fields, answered.status, body)
        return Response(answered.status, body, {"Date": format_datetime(timezone.now(), usegmt=True)})


def as_text(values: dict[str, object] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (values or {}).items() if value is not None}


def as_body(answered: Answered) -> str:
    """JSON; but a server that is down answers in HTML."""
    if answered.status == 500:
        return "<html><body><h1>500 Internal Server Error</h1></body></html>"
    return "" if answered.body is None else json.dumps(answered.body)


def work(route: Route, asked: Asked, auth: tuple[str, str] | None, fault: Fault | None) -> Answered:
    try:
        if fault and fault.kind == Fault.Kind.ERROR:
            raise ProblemError(fault.code or fault.status, fault.status, f"Fault {fault.code}")
        require_credentials(asked, auth)
        return route.answer(asked)
    except ProblemError as problem:
        return problem.answered


def require_credentials(asked: Asked, auth: tuple[str, str] | None) -> None:
    """One of the account's tokens, or an API key of it; else 401/20003."""
    known = {(settings.TWILIO_ACCOUNT_SID, token) for token in AuthTokens.objects.known()}
    known.add((settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET))
    right_account = asked.account_sid == settings.TWILIO_ACCOUNT_SID
    if not auth or not all(auth) or tuple(auth) not in known or not right_account:
        raise ProblemError(20003, 401, "Authenticate")


def go_wrong_before(fault: Fault, timeout: float | None) -> None:
    """Faults that keep the request from its work."""
    if fault.in_real_time and fault.slow:
        time.sleep(min(fault.slow, timeout or fault.slow))
    if fault.kind == Fault.Kind.REFUSED:
        raise requests.exceptions.ConnectionError("Sandbox: connection refused")
    if fault.kind == Fault.Kind.TIMEOUT:
        raise requests.exceptions.ReadTimeout("Sandbox: the request was lost")


def go_wrong_after(fault: Fault, timeout: float | None) -> None:
    """Faults that keep the answer from whoever asked."""
    if fault.kind == Fault.Kind.TIMEOUT_AFTER or (timeout is not None and fault.slow >= timeout):
        raise requests.exceptions.ReadTimeout("Sandbox: the answer was lost")
