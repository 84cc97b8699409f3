"""What counts as the right code, and what is kept of one: nothing."""

import json
import logging
import re
from datetime import datetime

import pytest
from django.apps import apps

from conferenceline.telephony.client import client
from sandbox.rest import SandboxHttpClient
from tests import cast
from tests.calls.log import asked_of_twilio, attempts, wrong
from tests.phone import Phone
from verification.models import Admission, Challenge

pytestmark = pytest.mark.django_db

OURS = ("conferenceline", "participants", "verification", "rooms")


@pytest.fixture
def phone(ana) -> Phone:
    phone = Phone(cast.ANA)
    phone.dial()
    return phone


class SayingHttpClient(SandboxHttpClient):
    """Twilio answers each check as it would, but for the status."""

    status = ""

    def request(self, method, uri, *args, **kwargs):
        answer = super().request(method, uri, *args, **kwargs)
        if uri.endswith("/VerificationCheck"):
            answer.content = json.dumps(json.loads(answer.content) | {"status": SayingHttpClient.status})
        return answer


@pytest.fixture
def twilio_says(settings):
    settings.TWILIO_HTTP_CLIENT = "tests.calls.test_proof.SayingHttpClient"
    client.cache_clear()

    def says(status: str | None) -> None:
        SayingHttpClient.status = status

    yield says
    client.cache_clear()


@pytest.mark.parametrize(
    "status",
    ["pending", "canceled", "max_attempts_reached", "deleted", "failed", "expired", "Approved", "", None],
)
def test_no_status_but_approved_is_a_yes(phone, twilio_says, status):
    """https://www.twilio.com/docs/verify/api/verification-check; "valid" is true in each of these answers."""
    twilio_says(status)
    phone.press(phone.text_code())
    assert phone.heard == ["That is not the code. Please enter the 6 digits of the newest text."]
    assert attempts() == ["code sent", "wrong code"]
    assert not Admission.objects.exists()


def test_a_check_names_the_verification_and_not_the_address(phone):
    phone.press(wrong(phone.text_code()))
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]


def test_neither_a_right_code_nor_a_wrong_one_is_kept_anywhere(phone):
    code = phone.text_code()
    phone.press(wrong(code))
    phone.press("8642*#")
    phone.press(code)
    assert phone.in_room
    models = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    kept = [value for model in models for row in model.objects.values() for value in row.values()]
    assert {"Board meeting", "wrong code", cast.ANA} <= {value for value in kept if isinstance(value, str)}
    numbers = {number for value in kept if not isinstance(value, datetime) for number in re.findall(r"\d+", str(value))}
    assert not numbers & {code, wrong(code), "8642"}


def test_a_call_that_goes_well_logs_nothing(phone, caplog):
    caplog.set_level(logging.INFO)
    phone.press(wrong(phone.text_code()))
    phone.press("*#")
    phone.press(phone.text_code())
    phone.hang_up()
    assert caplog.messages == []


def test_twilios_own_client_does_not_log_addresses_and_headers():
    assert not logging.getLogger("twilio.http_client").isEnabledFor(logging.INFO)


def test_how_somebody_was_proved_stands_with_the_seat(phone):
    phone.press(phone.text_code())
    seat, code = Admission.objects.get(), Challenge.objects.get()
    assert (seat.challenge, seat.channel, code.state) == (code, "sms", "approved")
    assert code.sent_at < code.approved_at < seat.taken_at
