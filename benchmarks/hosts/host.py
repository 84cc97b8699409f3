"""A host of the line: gunicorn, as in production, and how it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from itertools import cycle
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit

from benchmarks.hosts.postgres import free_port
from sandbox.exchange.transport import Answer, HttpTransport, Waits

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60  # seconds: a busy machine starts a host late


class Host:
    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.port = free_port()
        self.log = log
        self.server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "conferenceline.wsgi"],
                cwd=ROOT,
                env=os.environ | {"PORT": str(self.port)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            if self.server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"Host {self.name} does not start:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE).close()
        except OSError:
            return False
        return True

    def kill(self) -> None:
        """-9, with everything that it was doing."""
        if self.server:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait()

    def stop(self) -> None:
        """As an operator stops it: what has begun is finished."""
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(timeout=PATIENCE)


class Alternately(HttpTransport):
    """Each request of a call goes to the next host, as behind a balancer that does not know who is alive."""

    def __init__(self, hosts: list[Host]) -> None:
        super().__init__()
        self.session.headers["Connection"] = "close"
        self.ports = cycle([host.port for host in hosts])
        self.lock = Lock()

    def send(
        self, method: str, url: str, fields: dict[str, str] | None, headers: dict[str, str], waits: Waits
    ) -> Answer:
        parts = urlsplit(url)
        with self.lock:
            port = next(self.ports)
        there = parts._replace(netloc=f"127.0.0.1:{port}").geturl()
        return super().send(method, there, fields, headers | {"Host": parts.netloc}, waits)
