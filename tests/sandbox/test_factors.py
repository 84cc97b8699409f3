"""Authenticators at Verify, held to https://www.twilio.com/docs/verify/api/factor and /challenge, and to RFC 6238."""

import base64
import uuid
from datetime import timedelta
from types import SimpleNamespace

import pytest

from sandbox.models import Entity, Factor, FactorChallenge
from tests.accounts.people import App
from tests.sandbox.test_verify import refuses, wrong

__all__ = ["refuses"]

# RFC 6238, appendix B: the seed of its test vectors, and their last six digits.
SEED = base64.b32encode(b"12345678901234567890").decode()
VECTORS = [
    ("1970-01-01T00:00:59Z", "287082"),
    ("2005-03-18T01:58:29Z", "081804"),
    ("2009-02-13T23:31:30Z", "005924"),
    ("2033-05-18T03:33:20Z", "279037"),
]


@pytest.fixture
def somebody(twilio, settings):
    """Of the pretend account: without a factor yet."""
    return twilio.verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID).entities(uuid.uuid4().hex)


def enrolled(somebody, **more) -> SimpleNamespace:
    made = somebody.new_factors.create(friendly_name="Harbour", factor_type="totp", **more)
    return SimpleNamespace(made=made, app=App(made.binding["secret"]), at=somebody.factors(made.sid))


@pytest.fixture
def ready(somebody, time_machine) -> SimpleNamespace:
    """With an app that was confirmed."""
    time_machine.move_to("2026-11-24 09:00:10+00:00", tick=False)
    found = enrolled(somebody)
    assert found.at.update(auth_payload=found.app.code()).status == "verified"
    return found


@pytest.mark.parametrize(("moment", "code"), VECTORS)
def test_codes_are_those_of_the_standard(moment, code, time_machine):
    time_machine.move_to(moment, tick=False)
    assert Factor(secret=SEED).code() == code


def test_a_secret_is_told_once_as_text_and_as_an_address_for_a_picture(somebody):
    found = enrolled(somebody)
    secret = found.made.binding["secret"]
    assert found.made.binding["uri"] == (
        f"otpauth://totp/Conferenceline:Harbour?secret={secret}&issuer=Conferenceline&algorithm=SHA1&digits=6&period=30"
    )
    assert (found.made.status, found.made.factor_type) == ("unverified", "totp")
    assert not hasattr(found.at.fetch(), "binding")


def test_a_wrong_code_is_no_error_and_the_sixth_try_is(somebody, refuses):
    found = enrolled(somebody)
    for _try in range(5):
        assert found.at.update(auth_payload=wrong(found.app.code())).status == "unverified"
    with refuses(60310, 429):
        found.at.update(auth_payload=found.app.code())


def test_it_is_verified_once(ready, refuses):
    with refuses(60317, 409):
        ready.at.update(auth_payload=ready.app.code())


def test_the_code_of_now_and_of_the_steps_beside_it_is_approved(ready, somebody, time_machine):
    code = ready.app.code()
    for seconds, status in ((0, "approved"), (30, "approved"), (30, "pending")):
        time_machine.shift(timedelta(seconds=seconds))
        challenge = somebody.challenges.create(factor_sid=ready.made.sid, auth_payload=code)
        assert challenge.status == status
    time_machine.shift(timedelta(seconds=-90))
    assert somebody.challenges.create(factor_sid=ready.made.sid, auth_payload=code).status == "approved"


def test_a_factor_that_was_never_verified_is_asked_nothing(somebody, refuses):
    found = enrolled(somebody)
    with refuses(60318, 403):
        somebody.challenges.create(factor_sid=found.made.sid, auth_payload=found.app.code())


def test_fifty_challenges_an_hour_and_a_hundred_a_day(ready, somebody, refuses, time_machine):
    def ask() -> str:
        return somebody.challenges.create(factor_sid=ready.made.sid, auth_payload=ready.app.code()).status

    for _batch in range(2):
        assert [ask() for _each in range(50)] == ["approved"] * 50
        with refuses(60312, 429):
            ask()
        time_machine.shift(timedelta(hours=1))
    with refuses(60312, 429):
        ask()
    time_machine.shift(timedelta(hours=22))
    assert ask() == "approved"


def test_deleting_a_factor_and_an_entity(ready, somebody, refuses):
    assert ready.at.delete()
    with refuses(20404, 404):
        ready.at.fetch()
    with refuses(20404, 404):
        somebody.challenges.create(factor_sid=ready.made.sid, auth_payload=ready.app.code())
    assert somebody.delete()
    with refuses(20404, 404):
        somebody.delete()
    assert not Entity.objects.exists()
    assert not FactorChallenge.objects.exists()


def test_a_hundred_factors_of_one_entity(ready, somebody, refuses):
    Factor.objects.bulk_create(Factor(entity=Entity.objects.get(), friendly_name="x") for _each in range(98))
    enrolled(somebody)
    with refuses(60315, 400):
        enrolled(somebody)


@pytest.mark.parametrize(
    "more",
    [{"config_code_length": 9}, {"config_time_step": 10}, {"config_skew": 3}, {"config_alg": "sha256"}],
)
def test_what_the_sandbox_cannot_do_it_refuses(somebody, refuses, more):
    with refuses(60306, 400):
        enrolled(somebody, **more)


def test_an_identity_is_long_enough_and_says_nothing(twilio, settings, refuses):
    for identity in ("short", "ana@example.com"):
        with refuses(60306, 400):
            enrolled(twilio.verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID).entities(identity))
