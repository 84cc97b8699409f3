from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.page.desk import Desk


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands, and goes on when a test says so."""
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(settings, db, clock) -> Desk:
    """A browser's desk. What lies on it is decided when it is looked at first."""
    settings.SANDBOX_TRANSPORT = "tests.phone.HandlerTransport"
    return Desk(Client())
