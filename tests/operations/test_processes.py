"""gunicorn with gunicorn.conf.py, as it runs in production: how it ends, and what its processes count together."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from django.conf import settings
from twilio.request_validator import RequestValidator

from tests.edge.signed import call_fields

TOKEN = "5" * 32
METRICS = "a token of these tests alone"
ANA_BELL = "+12025550101"  # of the demo
WAITS = 30  # seconds, at most


@pytest.fixture(scope="module")
def demo(tmp_path_factory) -> dict[str, str]:
    """What a line reads, with the demo in a database of its own."""
    directory = tmp_path_factory.mktemp("line")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
        "DJANGO_READ_DOT_ENV": "off",
        "SECRET_KEY": "these-tests-only-" + "x" * 40,
        "SANDBOX": "on",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "METRICS_TOKEN": METRICS,
        "DATABASE_URL": f"sqlite:///{directory / 'db.sqlite3'}",
        "PORT": str(port),
        "EMBEDDED_WORKER": "off",
    }
    for command in (["migrate", "-v0"], ["seed_demo"]):
        done = subprocess.run(  # noqa: S603 (our own words)
            [sys.executable, "manage.py", *command],
            cwd=settings.BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
    return environment


@pytest.fixture
def counts(tmp_path) -> Path:
    """Where the processes of a host count, as an operator names it."""
    counts = tmp_path / "counts"
    counts.mkdir()
    return counts


@pytest.fixture
def started(tmp_path, counts) -> Iterator:
    """Starts gunicorn, and returns it once it listens."""
    servers: list[subprocess.Popen] = []

    def start(environment: dict[str, str]) -> subprocess.Popen:
        with (tmp_path / "log").open("w") as log:
            server = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "conferenceline.wsgi"],
                cwd=settings.BASE_DIR,
                env=environment | {"PROMETHEUS_MULTIPROC_DIR": str(counts)},
                stderr=log,
            )
        servers.append(server)
        until(lambda: server.poll() is not None or listens(environment))
        assert server.poll() is None, (tmp_path / "log").read_text()
        return server

    yield start
    for server in servers:
        server.terminate()
        server.wait(timeout=WAITS)


def until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + WAITS
    while not there():
        assert time.monotonic() < end
        time.sleep(0.05)


def listens(environment: dict[str, str]) -> bool:
    try:
        socket.create_connection(("127.0.0.1", int(environment["PORT"])), timeout=WAITS).close()
    except OSError:
        return False
    return True


def ring(environment: dict[str, str], sid: str) -> requests.Response:
    """A call comes in, on a connection of its own."""
    address = f"http://127.0.0.1:{environment['PORT']}"
    form = call_fields(CallSid=sid, From=ANA_BELL, AccountSid="AC" + "0" * 32)
    signature = RequestValidator(TOKEN).compute_signature(f"{address}/voice/", form)
    headers = {"X-Twilio-Signature": signature, "Connection": "close"}
    return requests.post(f"{address}/voice/", data=form, headers=headers, timeout=WAITS)


def test_told_to_end_it_answers_the_calls_that_it_has(demo, started, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holding, ThreadPoolExecutor() as threads:
        holding.settimeout(WAITS)
        held_by = str(holding.getsockname()[1])
        server = started(demo | {"HELD_BY": held_by, "DJANGO_SETTINGS_MODULE": "tests.operations.held"})
        call = threads.submit(ring, demo, "CA" + "1" * 32)
        twilio, _ = holding.accept()
        with twilio:  # the turn waits for it
            server.send_signal(signal.SIGTERM)
            until(lambda: "Handling signal: term" in (tmp_path / "log").read_text())
            assert not call.done()
        answered = call.result(timeout=WAITS)

    assert answered.status_code == 200
    assert "We have sent you a text" in answered.text
    assert server.wait(timeout=WAITS) == 0


def test_the_processes_of_a_host_are_added_up_whichever_is_asked(demo, started, counts):
    started(demo | {"WEB_CONCURRENCY": "2"})
    rung = 0
    while len(list(counts.glob("histogram_*.db"))) < 2:  # until either has taken a call
        rung += 1
        assert ring(demo, f"CA{rung:032}").status_code == 200
        assert rung < 200
    headers = {"Authorization": f"Bearer {METRICS}", "Connection": "close"}
    asked = [requests.get(f"http://127.0.0.1:{demo['PORT']}/metrics", headers=headers, timeout=WAITS) for _ in range(6)]

    assert [each.status_code for each in asked] == [200] * 6
    count = re.compile(r'^conferenceline_webhook_seconds_count\{webhook="voice"\} (.*)$', re.MULTILINE)
    assert [count.findall(each.text) for each in asked] == [[f"{rung}.0"]] * 6
