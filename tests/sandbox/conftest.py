from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.http import HttpResponse
from twilio.rest import Client

from sandbox.rest import SandboxHttpClient
from tests.phone import Phone
from tests.sandbox import line as throw_away

ANA, BO, CLEO = "+12025550101", "+12025550102", "+12025550103"


@pytest.fixture
def line(settings, db) -> Iterator[dict[str, throw_away.Say]]:
    """What the line says, by path. A test fills it."""
    settings.ROOT_URLCONF = "tests.sandbox.line"
    settings.VOICE_FALLBACK_URL = f"{settings.PUBLIC_URL}/voice/trouble/"
    throw_away.line.answers = {}
    yield throw_away.line.answers
    throw_away.line.answers = {}


@pytest.fixture
def twilio(settings, db) -> Client:
    """The real library on top of the sandbox."""
    return Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, http_client=SandboxHttpClient(timeout=5))


@pytest.fixture
def verify(twilio, settings) -> SimpleNamespace:
    service = twilio.verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID)
    return SimpleNamespace(
        send=lambda to, channel="sms", **more: service.verifications.create(to=to, channel=channel, **more),
        check=lambda code, **more: service.verification_checks.create(code=code, **more),
        of=service.verifications,
    )


@pytest.fixture
def ana(line) -> Phone:
    return Phone(ANA)


@pytest.fixture
def bo(line) -> Phone:
    return Phone(BO)


@pytest.fixture
def cleo(line) -> Phone:
    return Phone(CLEO)


@pytest.fixture
def meeting(line):
    """What happens around a room: the way out of it, its events, and its waiting music."""
    line["/left/"] = lambda request: f"<Say>Left: {request.POST['CallStatus']}.</Say>"
    line["/rooms/events/"] = HttpResponse(status=204)
    line["/wait/"] = "<Say>Please wait.</Say><Pause length='10'/><Redirect/>"
