"""Transactions over the sandbox's own rows, which may lie in a database of their own (benchmarks/hosts)."""

from django.db import router, transaction

from sandbox.models import Leg


def atomic() -> transaction.Atomic:
    """A transaction in the database that holds the sandbox's rows."""
    return transaction.atomic(using=router.db_for_write(Leg))
