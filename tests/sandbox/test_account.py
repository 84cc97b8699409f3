"""What the pretend account owns, and that calls go where its number points."""

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from sandbox.models import OwnedNumber, RateLimit, VerifyService
from sandbox.rest import SandboxHttpClient
from tests.phone import Phone
from tests.sandbox.conftest import ANA, BO

LINE = "+12025550100"


@pytest.fixture
def refuses():
    def refuses(code: int, status: int):
        return pytest.raises(TwilioRestException, check=lambda error: (error.code, error.status) == (code, status))

    return refuses


def test_the_account_comes_with_a_number_that_rings_here(twilio):
    (number,) = twilio.incoming_phone_numbers.list()
    assert (number.phone_number, number.voice_url) == (LINE, "https://line.example.com/voice/")
    assert number.capabilities["voice"] is True
    assert twilio.incoming_phone_numbers(number.sid).fetch().phone_number == LINE


def test_numbers_are_listed_by_what_they_contain_a_page_at_a_time(twilio, db):
    for last in range(3):
        OwnedNumber.objects.create(number=f"+1202555014{last}")
    assert len(twilio.incoming_phone_numbers.list(phone_number="+1202555014")) == 3
    assert len(twilio.incoming_phone_numbers.list(page_size=2)) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"voice_url": "line.example.com"},
        {"voice_method": "PUT"},
        {"voice_application_sid": "TK" + "1" * 32},
        {"voice_receive_mode": "pigeon"},
    ],
)
def test_a_number_takes_no_nonsense(twilio, refuses, changes):
    (number,) = twilio.incoming_phone_numbers.list()
    with refuses(20001, 400):
        number.update(**changes)
    with refuses(11243, 400):
        number.update(voice_url="https://line.example.com/voice/#rc=99")
    with refuses(20404, 404):
        twilio.incoming_phone_numbers("PN" + "9" * 32).update(voice_method="GET")


def test_a_call_asks_the_numbers_own_url(line, twilio):
    line["/elsewhere/"] = "<Say>Elsewhere.</Say>"
    (number,) = twilio.incoming_phone_numbers.list()
    number.update(voice_url="https://line.example.com/elsewhere/#rc=2", status_callback="")
    phone = Phone(ANA)
    phone.dial()
    assert phone.heard == ["Elsewhere."]
    assert [webhook.kind for webhook in phone.webhooks] == ["call"]


def test_a_call_that_fails_asks_the_numbers_own_fallback_or_none(line, twilio):
    line["/rescue/"] = "<Say>Rescued.</Say>"
    (number,) = twilio.incoming_phone_numbers.list()
    number.update(voice_fallback_url="https://line.example.com/rescue/", voice_fallback_method="GET")
    phone = Phone(ANA)
    phone.dial()
    assert phone.heard == ["Rescued."]
    number.update(voice_fallback_url="")
    phone.dial()
    assert phone.heard == ["We are sorry. An application error has occurred. Goodbye."]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"voice_url": ""}, "The number you have dialed is not in service."),
        ({"voice_application_sid": "AP" + "1" * 32}, f"This number belongs to the application AP{'1' * 32}, which is"),
        ({"trunk_sid": "TK" + "1" * 32}, f"This number belongs to the trunk TK{'1' * 32}, which is"),
    ],
)
def test_a_number_that_points_nowhere_here_asks_nobody(line, twilio, changes, words):
    line["/voice/"] = "<Say>Here.</Say>"
    (number,) = twilio.incoming_phone_numbers.list()
    number.update(**changes)
    phone = Phone(ANA)
    phone.dial()
    assert phone.hears(words)
    assert (phone.is_over, phone.webhooks) == (True, [])
    number.update(voice_url="https://line.example.com/voice/", voice_application_sid="", trunk_sid="")
    phone.dial()
    assert phone.heard == ["Here."]


def test_a_number_that_nobody_owns_is_not_in_service(line):
    phone = Phone(ANA, line="+12025550177")
    phone.dial()
    assert (phone.heard, phone.webhooks) == (["The number you have dialed is not in service."], [])


def test_a_service_is_made_with_the_defaults_and_changed(twilio, refuses, db):
    made = twilio.verify.v2.services.create(friendly_name="Harbour", code_length=8)
    assert (made.code_length, made.lookup_enabled, made.dtmf_input_required) == (8, False, True)
    assert made.update(lookup_enabled=True).lookup_enabled is True
    names = {service.friendly_name for service in twilio.verify.v2.services.list()}
    assert names == {"Conferenceline", "Harbour"}
    for wrong in ({"friendly_name": "x" * 31}, {"friendly_name": "Line 12345"}, {"code_length": 3}):
        with refuses(60200, 400):
            made.update(**wrong)
    twilio.verify.v2.services(made.sid).verifications.create(to=ANA, channel="sms")
    assert len(Phone(ANA).text_code()) == 8


def test_a_rate_limit_counts_the_sends_that_carry_its_key(twilio, verify, refuses, time_machine):
    time_machine.move_to("2026-11-24 09:00:00+00:00", tick=False)
    limits = twilio.verify.v2.services(VerifyService.objects.with_the_first().get().sid).rate_limits
    limit = limits.create(unique_name="line", description="")
    bucket = limits(limit.sid).buckets.create(max=2, interval=60)
    with refuses(60200, 400):
        verify.send(ANA, rate_limits={"unknown": "x"})
    verify.send(ANA)
    verify.send(ANA, rate_limits={"line": "x"})
    verify.send(BO, rate_limits={"line": "x"})
    with refuses(20429, 429):
        verify.send(BO, rate_limits={"line": "x"})
    verify.send(BO, rate_limits={"line": "y"})
    time_machine.shift(60)
    verify.send(BO, rate_limits={"line": "x"})
    with refuses(60211, 400):
        limits(limit.sid).buckets.create(max=9, interval=60)
    with refuses(60208, 400):
        limits.create(unique_name="line", description="")
    with refuses(60209, 400):
        limits.create(unique_name="a line", description="")
    assert limits(limit.sid).buckets(bucket.sid).update(max=3).max == 3
    assert limits(limit.sid).buckets(bucket.sid).delete()
    assert RateLimit.objects.get().buckets.count() == 0


def test_tokens_open_the_account_and_the_promoted_one_alone(twilio, settings, refuses, db):
    second = twilio.accounts.v1.secondary_auth_token().create().secondary_auth_token
    by_second = Client(settings.TWILIO_ACCOUNT_SID, second, http_client=SandboxHttpClient(timeout=5))
    assert by_second.api.v2010.accounts(settings.TWILIO_ACCOUNT_SID).fetch().status == "active"
    assert by_second.accounts.v1.auth_token_promotion().update().auth_token == second
    with refuses(20003, 401):
        twilio.api.v2010.accounts(settings.TWILIO_ACCOUNT_SID).fetch()
    with refuses(20404, 404):
        by_second.accounts.v1.auth_token_promotion().update()
