"""A Redis of one's own, that may be lost."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.hosts.postgres import free_port

PATIENCE = 10  # seconds


@contextmanager
def running() -> Iterator[str]:
    """Its address, on a free port of the loopback interface. It keeps nothing, as in compose.yaml."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is missing. Debian and Ubuntu: apt install redis-server.")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="line-redis-") as directory:
        server = subprocess.Popen(  # noqa: S603 (our own words)
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
            cwd=directory,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port, server)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            server.terminate()
            server.wait(timeout=PATIENCE)


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("Redis does not start.")
