"""What holds the sandbox and the application apart: open transactions, and whose queries are whose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connections

_in_sandbox: ContextVar[bool] = ContextVar("in_sandbox", default=False)


class OpenTransactionError(RuntimeError):
    """The outside world was asked for something while a database transaction was open."""


def refuse_open_transaction(doing: str) -> None:
    """Raises where the caller holds a transaction: a slow answer would keep its locks for seconds.

    The blocks that Django's TestCase opens around a test do not count.
    """
    for connection in connections.all(initialized_only=True):
        # Django's own mark on the blocks of its TestCase (django/test/testcases.py); its type stubs leave it out.
        if not all(getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise OpenTransactionError(f"{doing} was called inside an open transaction ({connection.alias}).")


@contextmanager
def sandbox_at_work() -> Iterator[None]:
    """Marks the queries made inside as the sandbox's, so that a count of the application's can leave them out."""
    token = _in_sandbox.set(True)
    try:
        yield
    finally:
        _in_sandbox.reset(token)


@contextmanager
def application_at_work() -> Iterator[None]:
    """The other way round: the application answers a webhook inside the sandbox's own process."""
    token = _in_sandbox.set(False)
    try:
        yield
    finally:
        _in_sandbox.reset(token)


def is_sandbox_at_work() -> bool:
    return _in_sandbox.get()
