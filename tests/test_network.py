"""The wall around the tests: what leaves this machine is refused, loudly."""

import socket

import pytest

from tests.conftest import NetworkBlockedError

ELSEWHERE = "203.0.113.7"  # a range kept for documentation: nobody has it


def test_no_test_reaches_the_network():
    with socket.socket() as wire, pytest.raises(NetworkBlockedError):
        wire.connect((ELSEWHERE, 443))
    with socket.socket() as wire, pytest.raises(NetworkBlockedError):
        wire.connect_ex((ELSEWHERE, 443))
    with pytest.raises(NetworkBlockedError):
        socket.getaddrinfo("api.twilio.com", 443)
    with pytest.raises(NetworkBlockedError):
        socket.create_connection(("api.twilio.com", 443))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_is_reached(host):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection((host, server.getsockname()[1])):
        pass
