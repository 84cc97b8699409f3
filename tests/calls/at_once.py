"""Many requests at once, each on a thread and a database connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

Answer = TypeVar("Answer")

PATIENCE = 60  # seconds; a test that waits longer has found a deadlock


def in_a_thread(work: Callable[[], Answer]) -> Answer:
    """What this returns, with a database connection that is closed afterwards."""
    try:
        return work()
    finally:
        connection.close()


def at_once(*works: Callable[[], Answer]) -> list[Answer]:
    """What these return, all started together."""
    start = Barrier(len(works))

    def run(work: Callable[[], Answer]) -> Answer:
        start.wait(PATIENCE)
        return in_a_thread(work)

    with ThreadPoolExecutor(len(works)) as threads:
        return [started.result(PATIENCE) for started in [threads.submit(run, work) for work in works]]
