"""The phone page calls the throw-away line of the sandbox's own tests, while it stays itself."""

from typing import Any

from django.test import override_settings

from sandbox.exchange.transport import Answer
from tests.phone import HandlerTransport


class ThrowAwayLine(HandlerTransport):
    def send(self, *request: Any) -> Answer:
        with override_settings(ROOT_URLCONF="tests.sandbox.line"):
            return super().send(*request)
