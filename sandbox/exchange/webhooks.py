"""Asking the application: signed, retried, followed and written down as Twilio does.

https://www.twilio.com/docs/usage/webhooks/webhooks-security and .../webhooks-connection-overrides
"""

from __future__ import annotations

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from django.utils import timezone
from twilio.request_validator import RequestValidator

from sandbox.exchange.transport import Answer, NoAnswerError, Transport, UnreachableError, Waits
from sandbox.guard import application_at_work, refuse_open_transaction
from sandbox.models import AuthTokens, Leg, Webhook
from sandbox.overrides import Overrides, split_overrides

MOST_REDIRECTS = 10
MOST_REQUESTS = 50  # while nobody presses a key and no time passes: a document that runs in circles


class WebhookError(Exception):
    """No usable answer. The code is the one that Twilio hands to the fallback URL."""

    def __init__(self, code: int, url: str, message: str) -> None:
        super().__init__(f"{message} ({code}, {url})")
        self.code, self.url = code, url


class EndlessLoopError(RuntimeError):
    """The application was asked again and again, and no time passed."""


requests_left: ContextVar[int] = ContextVar("requests_left", default=MOST_REQUESTS)


@dataclass(frozen=True)
class Asking:
    """A request on its way: what it is, and whose."""

    kind: str
    url: str
    fields: dict[str, str]
    method: str = "POST"
    leg: Leg | None = None

    @property
    def twice(self) -> bool:
        return self.leg is not None and self.leg.delivers_twice


def ask(asking: Asking, wire: Transport) -> tuple[Answer, str]:
    """The answer, and the URL that it came from. Raises WebhookError."""
    url, overrides = split_overrides(asking.url)
    token = str(uuid.uuid4())  # "a UUID, the same on each retry of one webhook"
    method, fields = asking.method, asking.fields
    for _hop in range(MOST_REDIRECTS + 1):
        answer = try_and_retry(asking, method, url, fields, token, overrides, wire)
        if not answer.is_redirect:
            if not 200 <= answer.status < 300:
                raise WebhookError(11200, url, f"HTTP status {answer.status}")
            return answer, url
        # "A POST is re-issued as GET and loses its parameters."
        method, url, fields = "GET", urljoin(url, answer.location), {}
    raise WebhookError(11215, url, "Too many redirects")


def try_and_retry(
    asking: Asking,
    method: str,
    url: str,
    fields: dict[str, str],
    token: str,
    overrides: Overrides,
    wire: Transport,
) -> Answer:
    for attempt in range(overrides.rc + 1):
        last = attempt == overrides.rc
        try:
            answer = deliver(asking, method, url, fields, token, overrides, wire)
        except UnreachableError as problem:
            if last or not overrides.retries("ct"):
                raise WebhookError(11205, url, str(problem)) from problem
            continue
        except NoAnswerError as problem:
            if last or not overrides.retries("rt"):
                raise WebhookError(11205, url, str(problem)) from problem
            continue
        failure = {4: "4xx", 5: "5xx"}.get(answer.status // 100)
        if last or failure is None or not overrides.retries(failure):
            return answer
    raise AssertionError("the last try returns or raises")


def deliver(
    asking: Asking,
    method: str,
    url: str,
    fields: dict[str, str],
    token: str,
    overrides: Overrides,
    wire: Transport,
) -> Answer:
    """One try; or two of the same, where the leg delivers everything twice. Then the second answer counts."""
    signed_url = url
    if method == "GET" and fields:
        signed_url = f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(fields)}"
    form = fields if method == "POST" else None
    headers = {"X-Twilio-Signature": sign(signed_url, form or {}), "I-Twilio-Idempotency-Token": token}
    waits = Waits(min(overrides.ct, overrides.tt) / 1000, min(overrides.rt, overrides.tt) / 1000)
    answer = send(asking, method, signed_url, form, headers, waits, wire)
    if asking.twice:
        answer = send(asking, method, signed_url, form, headers, waits, wire)
    if asking.leg and asking.leg.answers_to_lose:
        asking.leg.store(answers_to_lose=asking.leg.answers_to_lose - 1)
        raise NoAnswerError("The answer was lost on its way.")
    return answer


def sign(url: str, fields: dict[str, str]) -> str:
    """The exact URL, then the sorted names and values of the form; HMAC-SHA1 with the auth token; Base64."""
    signature: str = RequestValidator(AuthTokens.objects.signing()).compute_signature(url, fields)
    return signature


def send(
    asking: Asking,
    method: str,
    url: str,
    form: dict[str, str] | None,
    headers: dict[str, str],
    waits: Waits,
    wire: Transport,
) -> Answer:
    refuse_open_transaction(f"The application ({method} {url})")
    if asking.kind in ("call", "fallback", "wait"):
        count_request(url)
    row = Webhook.objects.create(
        leg=asking.leg,
        kind=asking.kind,
        method=method,
        url=url,
        fields=form or {},
        headers=headers,
        at=timezone.now(),
    )
    with application_at_work():
        answer = wire.send(method, url, form, headers, waits)
    Webhook.objects.filter(pk=row.pk).update(
        status=answer.status, content_type=answer.content_type[:100], body=answer.body
    )
    return answer


def count_request(url: str) -> None:
    left = requests_left.get()
    if left <= 0:
        raise EndlessLoopError(f"{MOST_REQUESTS} requests, no key and no pause between them. The last: {url}")
    requests_left.set(left - 1)


def replay(webhook: Webhook, wire: Transport) -> Answer:
    """The same bytes again, signature and all, as somebody could who had listened in. Nothing obeys the answer."""
    asking = Asking("replay", webhook.url, webhook.fields, webhook.method, webhook.leg)
    form = webhook.fields if webhook.method == "POST" else None
    return send(asking, webhook.method, webhook.url, form, webhook.headers, Waits(5, 15), wire)
