"""How a webhook travels: over HTTP in the demo, straight into Django's handler in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import requests


class UnreachableError(Exception):
    """Nobody took the connection: a "ct" failure in the words of the connection overrides."""


class NoAnswerError(Exception):
    """The connection stood, and no answer came in time: an "rt" failure."""


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str = ""
    body: str = ""
    location: str = ""  # where a 3xx points

    @property
    def is_redirect(self) -> bool:
        return self.status in (301, 302, 303, 307, 308) and bool(self.location)


@dataclass(frozen=True)
class Waits:
    """Seconds."""

    connect: float
    read: float


class Transport(Protocol):
    """Raises UnreachableError and NoAnswerError. `fields` is a form, and None with GET."""

    def send(
        self, method: str, url: str, fields: dict[str, str] | None, headers: dict[str, str], waits: Waits
    ) -> Answer: ...


class HttpTransport:
    """Over the network, to a server that runs. Takes no proxy from the environment: PUBLIC_URL is asked itself."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False

    def send(
        self, method: str, url: str, fields: dict[str, str] | None, headers: dict[str, str], waits: Waits
    ) -> Answer:
        try:
            response = self.session.request(
                method,
                url,
                data=fields,
                headers=headers,
                timeout=(waits.connect, waits.read),
                allow_redirects=False,
            )
        except requests.exceptions.ReadTimeout as problem:
            raise NoAnswerError(str(problem)) from problem
        except requests.exceptions.RequestException as problem:
            raise UnreachableError(str(problem)) from problem
        return Answer(
            response.status_code,
            response.headers.get("Content-Type", ""),
            response.text,
            response.headers.get("Location", ""),
        )
