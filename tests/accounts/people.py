"""Somebody at a browser, and the authenticator app on their phone."""

import re
import time
from base64 import b32decode
from html import unescape

from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import TOTP

PASSWORD = "correct horse battery"
HOME = "192.0.2.10"
ELSEWHERE = "198.51.100.7"


def organizer(name: str = "harbourmaster", **more: object) -> User:
    return User.objects.create_user(name, f"{name}@example.com", PASSWORD, is_staff=True, **more)


class App:
    """An authenticator app, from the key that was typed into it."""

    def __init__(self, key: str) -> None:
        self.secret = b32decode(key.replace(" ", ""))

    def code(self) -> str:
        totp = TOTP(self.secret)
        totp.time = time.time()
        return f"{totp.token():06d}"


class Browser(Client):
    """A browser at an address; it remembers what it saw last."""

    def __init__(self, address: str = HOME, **options: object) -> None:
        super().__init__(REMOTE_ADDR=address, **options)
        self.answer = None

    def go(self, path: str) -> "Browser":
        self.answer = self.get(path, follow=True)
        return self

    def fill_in(self, path: str, **fields: str) -> "Browser":
        self.answer = self.post(path, fields, follow=True)
        return self

    def log_in(self, name: str = "harbourmaster", password: str = PASSWORD) -> "Browser":
        return self.fill_in("/admin/login/?next=/admin/", username=name, password=password)

    @property
    def is_at(self) -> str:
        return self.answer.request["PATH_INFO"]

    @property
    def sees(self) -> str:
        return unescape(self.answer.content.decode())

    def is_in(self) -> bool:
        """Whether the admin opens to this browser."""
        return self.get("/admin/").status_code == 200

    def set_up(self) -> tuple[App, list[str]]:
        """Goes through the enrolment page: the app, and the recovery codes that were shown."""
        app = App(re.search(r'class="key">([A-Z2-7 ]+)<', self.go("/account/authenticator/").sees)[1])
        self.fill_in("/account/authenticator/", code=app.code())
        return app, re.findall(r"<code>([a-z2-7]{4}-[a-z2-7]{4})</code>", self.sees)
