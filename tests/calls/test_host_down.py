"""The host of the line is down: what callers hear then, with the document of docs/fallback.xml hosted elsewhere."""

import pytest
from django.conf import settings

from sandbox.exchange.transport import Answer, UnreachableError
from sandbox.models import OwnedNumber
from tests import cast
from tests.phone import HandlerTransport, Phone

DOCUMENT = (settings.BASE_DIR / "docs" / "fallback.xml").read_text()
ELSEWHERE = "https://elsewhere.example.com/fallback.xml"
SORRY = "We are sorry, the line has a fault and cannot take your call. Please call again in a few minutes."
LO_SENTIMOS = "Lo sentimos, la línea tiene una avería y no puede atender su llamada. Vuelva a llamar en unos minutos."


class Network(HandlerTransport):
    """The line's host, which may be down, and another that has one document and answers to GET alone."""

    is_down = False

    def send(self, method, url, fields, headers, waits):
        if url.partition("?")[0] == ELSEWHERE:
            return Answer(200, "text/xml", DOCUMENT) if method == "GET" else Answer(405)
        if self.is_down:
            raise UnreachableError
        return super().send(method, url, fields, headers, waits)


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def hosted_elsewhere(db) -> None:
    OwnedNumber.objects.create(
        number=settings.SANDBOX_LINE,
        voice_url=f"{settings.PUBLIC_URL}/voice/",
        voice_fallback_url=ELSEWHERE,
        voice_fallback_method="GET",
    )


def phone_of(network: Network, number: str) -> Phone:
    phone = Phone(number)
    phone.wire = network
    return phone


@pytest.mark.usefixtures("hosted_elsewhere")
def test_as_it_rings_the_caller_hears_an_apology_and_the_call_ends(ana, network):
    network.is_down = True
    phone = phone_of(network, cast.ANA)
    phone.dial()

    assert phone.heard == [SORRY, LO_SENTIMOS]
    assert phone.is_over


@pytest.mark.usefixtures("hosted_elsewhere")
def test_in_the_middle_of_a_call_too_and_the_next_call_gets_in(ana, network):
    phone = phone_of(network, cast.ANA)
    phone.dial()
    code = phone.text_code()
    network.is_down = True
    phone.press(code)
    assert phone.heard[-2:] == [SORRY, LO_SENTIMOS]
    assert phone.is_over

    network.is_down = False
    again = phone_of(network, cast.ANA)
    again.dial()
    again.press(again.text_code())
    assert again.in_room


@pytest.mark.usefixtures("hosted_elsewhere")
def test_who_waits_in_the_room_hears_their_page_to_its_end_and_then_falls_out(ana, network):
    phone = phone_of(network, cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    network.is_down = True
    phone.wait(10 * 60)

    assert phone.in_room
    assert all(words.startswith("The moderator is not here yet.") for words in phone.heard)
    phone.wait(3 * 60)
    assert phone.heard[-2:] == [SORRY, LO_SENTIMOS]
    assert phone.is_over


def test_without_one_elsewhere_it_is_twilios_own_error(ana, network):
    network.is_down = True
    phone = phone_of(network, cast.ANA)
    phone.dial()

    assert phone.hears("application error")
