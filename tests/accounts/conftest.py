from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import User

from tests.accounts import people


@pytest.fixture
def required(settings) -> None:
    """A production: nobody gets in by a password alone."""
    settings.REQUIRE_SECOND_FACTOR = True


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still until it is moved. A code lasts 30 seconds and works once."""
    with time_machine.travel("2026-11-23 12:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def harbourmaster(db) -> User:
    return people.organizer(is_superuser=True)
