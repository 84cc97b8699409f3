"""An HTTPS proxy on this machine, and behind it somebody who answers to Twilio's names."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl

import trustme
from django.db import connection as database

from sandbox.rest import SandboxHttpClient

PATIENCE = 10  # seconds; nobody waits that long, unless the client never gives up


@dataclass(frozen=True)
class Asked:
    """A request as it came out of the tunnel."""

    method: str
    url: str
    credentials: tuple[str, str]
    fields: dict[str, str]


Answer = tuple[int, str, str]  # status, content type, body


class Proxy(ThreadingHTTPServer):
    """Takes CONNECT as a proxy does, and then is the host that was asked for: one socket, two parts to play."""

    daemon_threads = False  # each is waited for

    def __init__(self, behind: type[Tunnel], ca: trustme.CA) -> None:
        self.connected: list[str] = []
        self.asked: list[Asked] = []
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert("verify.twilio.com", "api.twilio.com").configure_cert(self.tls)
        super().__init__(("127.0.0.1", 0), behind)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running(behind: type[Tunnel], ca: trustme.CA) -> Iterator[Proxy]:
    with Proxy(behind, ca) as proxy:
        thread = Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()


class Tunnel(BaseHTTPRequestHandler):
    """One connection: a CONNECT, and the requests that come through it."""

    server: Proxy
    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def handle(self) -> None:
        with suppress(OSError):  # the client went away, or would not have our certificate
            super().handle()

    def do_CONNECT(self) -> None:
        self.server.connected.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile.close()
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        scheme, _, credentials = self.headers["Authorization"].partition(" ")
        name, _, secret = base64.b64decode(credentials).decode().partition(":")
        assert (scheme, self.headers["Content-Type"]) == ("Basic", "application/x-www-form-urlencoded")
        asked = Asked(
            self.command,
            f"https://{self.headers['Host']}{self.path}",
            (name, secret),
            dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True)),
        )
        self.server.asked.append(asked)
        status, content_type, text = self.answer(asked)
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())
        self.wfile.flush()

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that the class has it by)
        """Nothing: what matters is in `connected` and `asked`."""


class Twilio(Tunnel):
    """The sandbox, reached over the wire."""

    def answer(self, asked: Asked) -> Answer:
        try:
            answer = SandboxHttpClient().request(asked.method, asked.url, data={**asked.fields}, auth=asked.credentials)
        finally:
            database.close()  # this thread's own
        return answer.status_code, "application/json", answer.text


class Silent(Tunnel):
    """Takes the request, and never answers: waits for the client to hang up."""

    def answer(self, asked: Asked) -> Answer:
        assert not self.rfile.read(1)
        raise ConnectionAbortedError


class SilentProxy(Tunnel):
    """Takes the connection, and never says whether it will be passed on."""

    def do_CONNECT(self) -> None:
        self.server.connected.append(self.path)
        assert not self.rfile.read(1)


class RefusingProxy(Tunnel):
    def do_CONNECT(self) -> None:
        self.server.connected.append(self.path)
        self.send_error(403)


class BrokenGateway(Tunnel):
    def answer(self, asked: Asked) -> Answer:
        return 502, "text/html", "<html><h1>502 Bad Gateway</h1></html>"


class LoginPage(Tunnel):
    """A wireless network that wants a password first, and says so with 200."""

    def answer(self, asked: Asked) -> Answer:
        return 200, "text/html", "<html><h1>Welcome! Please log in.</h1></html>"


class HangsUp(Tunnel):
    """Takes the request, and closes the connection in place of an answer."""

    def answer(self, asked: Asked) -> Answer:
        raise ConnectionAbortedError
