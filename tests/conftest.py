"""The fixed cast, and a wall around the tests: no test reaches the network."""

import gc
import logging
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest
from hypothesis import Phase, settings

from conferenceline.logs import TRAFFIC
from participants.models import Conference, Invitation, Participant, Team
from tests import cast

# For tests/calls/test_any_calls.py by hand: other calls each time, and many.
settings.register_profile("thousands", max_examples=150, stateful_step_count=40, phases=[Phase.generate])

pytest_plugins = ["tests.contracts.watch", "tests.log_watch"]


def pytest_collection_finish() -> None:
    """Django and the tests stay until the end: to look for garbage among them takes an eighth of the time."""
    gc.collect()
    gc.freeze()


class NetworkBlockedError(RuntimeError):
    """A test tried to leave this machine. No OSError, which the code under test might take for an outage."""


def is_here(host: object) -> bool:
    """Whether this host is this machine. A path (a Unix socket) and no host at all are."""
    if not isinstance(host, str) or host in ("", "localhost"):
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Looking up a name and connecting are refused, except on this machine."""
    look_up, connect, connect_ex = socket.getaddrinfo, socket.socket.connect, socket.socket.connect_ex

    def guard(host: object) -> None:
        if not is_here(host):
            raise NetworkBlockedError(f"A test wanted to reach {host!r}.")

    def guarded_look_up(host, *args, **kwargs):
        guard(host.decode() if isinstance(host, bytes) else host)
        return look_up(host, *args, **kwargs)

    def guarded_connect(self, address):
        guard(address[0] if isinstance(address, tuple) else None)
        return connect(self, address)

    def guarded_connect_ex(self, address):
        guard(address[0] if isinstance(address, tuple) else None)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", guarded_look_up)
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


@pytest.fixture
def caplog(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What was logged besides the line that each request and each question to Twilio leaves."""

    def besides(record: logging.LogRecord) -> bool:
        return record.name != TRAFFIC

    caplog.handler.addFilter(besides)
    yield caplog
    caplog.handler.removeFilter(besides)


@pytest.fixture
def harbour(db) -> Team:
    return cast.team("Harbour")


@pytest.fixture
def room(harbour: Team) -> Conference:
    """A conference of Harbour whose doors are open."""
    return cast.conference(harbour, "Board meeting")


@pytest.fixture
def ana(room: Conference) -> Participant:
    """Invited to the room as a participant."""
    person = cast.person(room.team, "Ana", cast.ANA)
    cast.invite(room, person)
    return person


@pytest.fixture
def bo(room: Conference) -> Participant:
    """Moderates the room."""
    person = cast.person(room.team, "Bo", cast.BO)
    cast.invite(room, person, role=Invitation.Role.MODERATOR)
    return person
