"""The phone page as its script uses it: what lies on the desk, and what is done with it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.test import Client


class Desk:
    """One browser's desk."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def phones(self) -> list[dict[str, Any]]:
        return self.ask("desk/")["phones"]

    def ask(self, path: str) -> dict[str, Any]:
        answer = self.client.get(f"/phone/{path}")
        assert answer.status_code == 200, answer
        return answer.json()

    def look(self, phone: int) -> dict[str, Any]:
        return self.ask(f"{phone}/")

    def post(self, path: str, **fields: str) -> HttpResponse:
        return self.client.post(f"/phone/{path}", fields)

    def do(self, phone: int, action: str, **fields: str) -> dict[str, Any]:
        answer = self.post(f"{phone}/{action}/", **fields)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def refusal(self, phone: int, action: str, **fields: str) -> str:
        """The words with which it is refused."""
        answer = self.post(f"{phone}/{action}/", **fields)
        assert answer.status_code == 400, answer
        return answer.json()["error"]

    def call(self, phone: int) -> dict[str, Any]:
        """Dials, and looks once: the line has answered."""
        self.do(phone, "dial")
        return self.look(phone)


def said(state: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["who"], line["text"]) for line in state["heard"]]
