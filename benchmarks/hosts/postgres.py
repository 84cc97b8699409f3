"""A PostgreSQL of one's own, that may be stopped."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALLED = Path("/usr/lib/postgresql")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


class Postgres:
    """One cluster with one database, "line", on a free port of the loopback interface."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"postgres://line@127.0.0.1:{self.port}/line"

    def make(self) -> None:
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
        self._run("initdb", "-U", "line", "-A", "trust", "-E", "UTF8", "--no-locale")
        self.start()
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "line", "line", data=False)

    def start(self) -> None:
        options = f"-p {self.port} -k '' -h 127.0.0.1 -c max_connections=500 -c fsync=off"
        self._run("pg_ctl", "-l", str(self.data / "log"), "-s", "-w", "-o", options, "start")

    def stop(self) -> None:
        """At once, with everybody who is connected cut off."""
        self._run("pg_ctl", "-s", "-w", "-m", "fast", "stop")

    def _run(self, program: str, *arguments: str, data: bool = True) -> None:
        found = sorted(INSTALLED.glob(f"*/bin/{program}"))
        if not found:
            raise RuntimeError(f"PostgreSQL's {program} is missing. Debian and Ubuntu: apt install postgresql.")
        command = [str(found[-1]), *(["-D", str(self.data)] if data else []), *arguments]
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        done = subprocess.run(  # noqa: S603 (our own words)
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}")


@contextmanager
def running() -> Iterator[Postgres]:
    data = Path(tempfile.mkdtemp(prefix="line-postgres-"))
    cluster = Postgres(data)
    try:
        cluster.make()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(data, ignore_errors=True)
