import pytest
from django.conf import settings

from sandbox.models import OwnedNumber
from sandbox.models.verify_services import FIRST_SERVICE

NEW = "https://demo.twilio.com/welcome/voice/"  # where a number points that was just bought


@pytest.fixture
def number(db) -> OwnedNumber:
    """The account's only number, as it was bought."""
    return OwnedNumber.objects.create(number=settings.SANDBOX_LINE, voice_url=NEW)


@pytest.fixture
def no_service(settings) -> None:
    """The line has not been told of a Verify service."""
    settings.TWILIO_VERIFY_SERVICE_SID = ""


@pytest.fixture
def line(settings, live_server) -> str:
    """The line runs, and answers at PUBLIC_URL."""
    settings.VOICE_FALLBACK_URL = f"{live_server.url}/voice/trouble/"
    settings.PUBLIC_URL = live_server.url
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.TWILIO_VERIFY_SERVICE_SID = FIRST_SERVICE
    return live_server.url
