"""A line of its own for the browser: the demo, in a database that nobody else has, behind gunicorn as in ./run."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 30  # seconds until the line must answer


def environment(database: Path, port: int) -> dict[str, str]:
    """What a line reads; nothing of a developer's settings, nor of those of the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
        "DJANGO_READ_DOT_ENV": "off",
        "SECRET_KEY": "browser-tests-only-" + "x" * 40,
        "SANDBOX": "on",
        "DATABASE_URL": f"sqlite:///{database}",
        "PORT": str(port),
    }


def prepare(database: Path, port: int, run: Path) -> None:
    """The tables and the demo, whose number points at this port, and the static files as a production serves them.

    Args: run: a directory that all processes of this run of the tests share.
    """
    for command in (["migrate", "-v0"], ["seed_demo"]):
        manage(database, port, *command)
    with alone_in(run):
        collected = run / "static files are collected"
        if not collected.exists():  # once: collecting takes files away for a moment, from lines that answer already
            manage(database, port, "collectstatic", "--noinput", "-v0")
            collected.touch()


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """While other processes of the tests wait."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def manage(database: Path, port: int, *command: str) -> None:
    done = subprocess.run(  # noqa: S603 (our own words)
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment(database, port),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def running(database: Path, port: int) -> Iterator[str]:
    """The line's address, while it runs."""
    address = f"http://127.0.0.1:{port}"
    log = database.with_suffix(".log")
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "conferenceline.wsgi"],
            cwd=ROOT,
            env=environment(database, port),
            stdout=file,
            stderr=file,
        )
        try:
            wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)
    assert "Traceback" not in log.read_text(), log.read_text()


def wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/admin/login/", timeout=PATIENCE).close()  # noqa: S310 (our own address)
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"The line does not answer: {log.read_text()}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port
