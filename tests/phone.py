"""The phone of the tests: webhooks go straight into Django's handler, and nobody waits for speech."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client

from sandbox.exchange.transport import Answer, Waits
from sandbox.models import Leg
from sandbox.phone import WITHHELD, Clock
from sandbox.phone import Phone as SandboxPhone
from tests.contracts.twiml import hold_to_twiml


class HandlerTransport:
    """Gives a webhook to the application in this process, as the server would."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def send(
        self, method: str, url: str, fields: dict[str, str] | None, headers: dict[str, str], waits: Waits
    ) -> Answer:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        response = self.client.generic(
            method,
            path,
            urlencode(fields) if fields is not None else "",
            content_type="application/x-www-form-urlencoded" if fields is not None else "",
            secure=parts.scheme == "https",
            headers={**headers, "Host": parts.netloc},
        )
        if settings.ROOT_URLCONF != "tests.sandbox.line":  # that line also answers what nobody should
            hold_to_twiml(response)
        body = b"".join(response) if response.streaming else response.content
        return Answer(
            response.status_code,
            response.headers.get("Content-Type", ""),
            body.decode(errors="replace"),
            response.headers.get("Location", ""),
        )


class Phone(SandboxPhone):
    """A phone that reads like a story: dial(), hears("..."), press("1"), hang_up()."""

    def __init__(self, number: str, *, line: str = "", texts: str = "", clock: Clock | None = None) -> None:
        super().__init__(number, line=line, texts=texts, clock=clock, wire=HandlerTransport(), pace=Leg.Pace.INSTANT)

    @classmethod
    def withheld(cls, *, line: str = "", texts: str = "", clock: Clock | None = None) -> Phone:
        """A phone whose owner hides the number."""
        return cls(WITHHELD, line=line, texts=texts, clock=clock)

    def hears(self, words: str) -> bool:
        """True where these words were in what was heard since this person last did something; else an error."""
        heard = self.heard
        assert any(words in sentence for sentence in heard), f"Not heard: {words!r}. Heard: {heard}"
        return True
