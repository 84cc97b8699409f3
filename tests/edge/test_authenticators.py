"""Authenticators at Twilio: what each answer means to us, and that nothing secret shows."""

import uuid

import pytest

from conferenceline.telephony import authenticators
from conferenceline.telephony.errors import (
    AuthenticatorGoneError,
    CodeUsedError,
    MisconfiguredError,
    OutcomeUnknownError,
    RefusedError,
    TooBusyError,
    TooManyChecksError,
)
from sandbox.models import Entity, Factor, Fault
from tests.accounts.people import App
from tests.calls.log import wrong

pytestmark = pytest.mark.django_db

IDENTITY = uuid.uuid4().hex


@pytest.fixture
def secret() -> authenticators.Secret:
    return authenticators.begin(IDENTITY, "Harbour")


@pytest.fixture
def confirmed(secret) -> authenticators.Secret:
    assert authenticators.confirm(IDENTITY, secret.factor_sid, App(secret.key).code())
    return secret


def check(secret: authenticators.Secret, code: str = "") -> bool:
    return authenticators.check(IDENTITY, secret.factor_sid, code or App(secret.key).code())


def test_an_app_is_set_up_confirmed_and_checked(secret):
    assert not authenticators.confirm(IDENTITY, secret.factor_sid, wrong(App(secret.key).code()))
    assert authenticators.confirm(IDENTITY, secret.factor_sid, App(secret.key).code())
    assert check(secret)
    assert not check(secret, wrong(App(secret.key).code()))


def test_the_secret_is_in_no_representation(secret):
    assert secret.key not in repr(secret)


def test_a_confirmation_whose_answer_was_lost_is_found_to_be_done(secret):
    Fault.objects.inject("factors.verify", kind="timeout_after")
    with pytest.raises(OutcomeUnknownError):
        authenticators.confirm(IDENTITY, secret.factor_sid, App(secret.key).code())
    assert authenticators.confirm(IDENTITY, secret.factor_sid, App(secret.key).code())


def test_deleting_leaves_nothing_and_can_be_done_again(confirmed):
    for _twice in range(2):
        authenticators.delete(IDENTITY, confirmed.factor_sid)
    assert not Entity.objects.exists()
    assert not Factor.objects.exists()
    with pytest.raises(AuthenticatorGoneError):
        check(confirmed)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (60306, 400, AuthenticatorGoneError),
        (60308, 429, TooManyChecksError),
        (60310, 429, TooManyChecksError),
        (60312, 429, TooManyChecksError),
        (60318, 403, AuthenticatorGoneError),
        (60322, 403, CodeUsedError),
        (60323, 403, TooBusyError),
        (60328, 429, TooBusyError),
        (20404, 404, AuthenticatorGoneError),
        (20429, 429, TooBusyError),
        (20003, 401, MisconfiguredError),
        (99999, 400, MisconfiguredError),
    ],
)
def test_what_a_refused_check_means(confirmed, code, status, error):
    Fault.objects.inject("challenges.create", code, status=status)
    with pytest.raises(error):
        check(confirmed)


@pytest.mark.parametrize("code", [60311, 60324])
def test_a_wrong_code_as_twilio_said_it_in_earlier_years(confirmed, secret, code):
    Fault.objects.inject("challenges.create", code, status=403)
    assert not check(confirmed)


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        (60315, 400, RefusedError),
        (60326, 429, RefusedError),
        (60306, 400, RefusedError),
        (60328, 429, TooBusyError),
        (20003, 401, MisconfiguredError),
        (20404, 404, MisconfiguredError),
    ],
)
def test_what_a_refusal_to_set_one_up_means(code, status, error):
    Fault.objects.inject("factors.create", code, status=status)
    with pytest.raises(error):
        authenticators.begin(IDENTITY, "Harbour")
