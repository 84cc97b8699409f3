"""A restored copy of the database answers calls: with its people, its open rooms, and a seat that was taken."""

import sqlite3

import pytest
from django.db import connection, connections

from tests import cast
from tests.phone import Phone
from verification.models import Admission, Attempt

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def restored(tmp_path):
    """Copies the database as docs/operations.md says, while the line runs, and puts the copy in its place."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has pg_dump: benchmarks/restore.sh")
    copy = tmp_path / "copy.sqlite3"

    def restore() -> None:
        with sqlite3.connect(copy) as target:
            target.execute("PRAGMA journal_mode=DELETE")
            connection.connection.backup(target)
        target.close()
        connections["default"].close()
        connection.settings_dict["NAME"] = str(copy)

    name = connection.settings_dict["NAME"]
    yield restore
    connections["default"].close()
    connection.settings_dict["NAME"] = name


def test_a_restored_copy_answers_a_call(ana, bo, restored):
    first = Phone(cast.ANA)
    first.dial()
    first.press(first.text_code())
    restored()
    Attempt.objects.all().delete()  # of the copy alone
    second = Phone(cast.BO)
    second.dial()
    second.press(second.text_code())

    assert second.in_room
    assert second.hears("One person is here.")
    assert Admission.objects.count() == 2
