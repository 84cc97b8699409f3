"""Verify, held to https://www.twilio.com/docs/verify/api and what others saw live."""

import base64
import re
from datetime import timedelta

import pytest
import requests
from django.db import transaction
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from sandbox.guard import OpenTransactionError, is_sandbox_at_work
from sandbox.models import Fault, Message, RestRequest, Verification
from sandbox.rest import SandboxHttpClient, observers
from sandbox.rest.routes import UnknownEndpointError

ANA, BO = "+12025550101", "+12025550102"


def code_at(to):
    return Message.objects.filter(to=to).last().code


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.fixture
def refuses():
    def check(code, status):
        expected = pytest.raises(TwilioRestException)
        return _Refusal(expected, code, status)

    return check


class _Refusal:
    def __init__(self, expected, code, status):
        self.expected, self.wanted = expected, (code, status)

    def __enter__(self):
        self.raised = self.expected.__enter__()

    def __exit__(self, *error):
        swallowed = self.expected.__exit__(*error)
        assert (self.raised.value.code, self.raised.value.status) == self.wanted
        return swallowed


def test_a_code_is_texted_and_right_once(verify, settings, refuses):
    sent = verify.send(ANA)
    assert (sent.status, sent.valid, sent.to, sent.channel) == ("pending", False, ANA, "sms")
    assert re.fullmatch(rf"\d{{{settings.CODE_LENGTH}}}", code_at(ANA))
    checked = verify.check(code_at(ANA), verification_sid=sent.sid)
    assert (checked.status, checked.valid) == ("approved", True)
    with refuses(20404, 404):
        verify.check(code_at(ANA), verification_sid=sent.sid)
    with refuses(20404, 404):
        verify.of(sent.sid).fetch()


def test_resending_and_changing_the_channel_keep_code_and_sid(verify):
    first = verify.send(ANA)
    again = verify.send(ANA, "call")
    assert first.sid == again.sid
    assert [attempt["channel"] for attempt in again.send_code_attempts] == ["SMS", "CALL"]
    Message.objects.filter(channel="call").update(waits_for_key=False)
    assert len({message.code for message in Message.objects.filter(to=ANA)}) == 1


@pytest.mark.parametrize(
    ("channel", "to", "code"), [("email", "ana@example.com", 60217), ("whatsapp", ANA, 68008), ("call", ANA, 60223)]
)
def test_a_channel_that_the_service_is_not_set_up_for_is_refused(verify, refuses, settings, channel, to, code):
    settings.SANDBOX_CHANNELS = ("sms",)
    with refuses(code, 400):
        verify.send(to, channel)
    assert not Message.objects.exists()


def test_the_sixth_send_is_refused_until_ten_minutes_have_passed(verify, refuses, time_machine):
    time_machine.move_to("2026-11-24 09:00:00+00:00", tick=False)
    first = verify.send(ANA)
    for _ in range(4):
        verify.send(ANA)
    with refuses(60203, 429):
        verify.send(ANA)
    verify.send(BO)
    time_machine.shift(timedelta(minutes=10))
    assert verify.send(ANA).sid != first.sid


@pytest.mark.parametrize("closing", ["approved", "canceled"])
def test_approval_and_cancelling_reset_the_sends(verify, closing):
    for _ in range(5):
        sent = verify.send(ANA)
    if closing == "approved":
        verify.check(code_at(ANA), to=ANA)
    else:
        assert verify.of(sent.sid).update(status="canceled").status == "canceled"
    assert verify.send(ANA).sid != sent.sid


def test_a_wrong_code_is_no_error_and_the_sixth_check_is(verify, refuses):
    sent = verify.send(ANA)
    for _ in range(5):
        checked = verify.check(wrong(code_at(ANA)), verification_sid=sent.sid)
        assert (checked.status, checked.valid) == ("pending", False)
    with refuses(60202, 429):
        verify.check(code_at(ANA), verification_sid=sent.sid)
    assert verify.of(sent.sid).fetch().status == "max_attempts_reached"
    with refuses(20404, 404):
        verify.check(code_at(ANA), verification_sid=sent.sid)


def test_a_code_lives_ten_minutes_from_its_first_sending(verify, refuses, time_machine):
    time_machine.move_to("2026-11-24 09:00:00+00:00", tick=False)
    sent = verify.send(ANA)
    time_machine.shift(timedelta(minutes=9, seconds=59))
    verify.send(ANA)
    assert verify.check(wrong(code_at(ANA)), to=ANA).status == "pending"
    time_machine.shift(timedelta(seconds=1))
    with refuses(20404, 404):
        verify.check(code_at(ANA), to=ANA)
    with refuses(20404, 404):
        verify.of(sent.sid).fetch()


def test_checks_that_name_nobody(verify, refuses):
    with refuses(60200, 400):
        verify.check("123456", to=ANA)
    with refuses(60221, 400):
        verify.check("123456")
    with refuses(20404, 404):
        verify.check("123456", verification_sid="VE" + "a" * 32)
    with refuses(60200, 400):
        verify.check("12", to=ANA)


@pytest.mark.parametrize(
    ("to", "channel", "more"),
    [
        ("2025550101", "sms", {}),
        ("+1202555", "sms", {}),
        ("ana@example.com", "sms", {}),
        (ANA, "email", {}),
        (ANA, "voice", {}),
        (ANA, "sms", {"locale": "xx"}),
    ],
)
def test_bad_parameters_are_60200_and_send_nothing(verify, refuses, to, channel, more):
    with refuses(60200, 400):
        verify.send(to, channel, **more)
    assert not Message.objects.exists()


def test_mail_goes_to_a_mailbox(verify):
    verify.send("ana@example.com", "email")
    assert verify.check(code_at("ana@example.com"), to="ana@example.com").status == "approved"


def test_answers_have_the_documented_fields(twilio, settings):
    service = f"https://verify.twilio.com/v2/Services/{settings.TWILIO_VERIFY_SERVICE_SID}"
    sent = twilio.request("POST", f"{service}/Verifications", data={"To": ANA, "Channel": "sms"})
    assert sent.status_code == 201
    for name in ("sid", "service_sid", "account_sid", "lookup", "amount", "payee", "send_code_attempts", "sna", "url"):
        assert f'"{name}"' in sent.text
    checked = twilio.request("POST", f"{service}/VerificationCheck", data={"To": ANA, "Code": code_at(ANA)})
    assert checked.status_code == 201
    assert '"sna_attempts_error_codes": []' in checked.text


def test_strangers_are_refused(settings, refuses, db):
    stranger = Client(settings.TWILIO_ACCOUNT_SID, "f" * 32, http_client=SandboxHttpClient(timeout=5))
    with refuses(20003, 401):
        stranger.verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID).verifications.create(to=ANA, channel="sms")


def test_unknown_service_is_404(twilio, refuses):
    with refuses(20404, 404):
        twilio.verify.v2.services("VA" + "b" * 32).verifications.create(to=ANA, channel="sms")


def test_what_is_not_imitated_is_loud(twilio, verify, db):
    with pytest.raises(UnknownEndpointError, match="Recordings"):
        twilio.recordings.list()
    with pytest.raises(UnknownEndpointError, match="TemplateSid"):
        verify.send(ANA, template_sid="HJ" + "0" * 32)


def test_an_open_transaction_is_refused_and_a_test_case_is_none(verify):
    with transaction.atomic(), pytest.raises(OpenTransactionError):
        verify.send(ANA)
    assert verify.send(ANA).status == "pending"


@pytest.mark.parametrize(
    ("kind", "error", "texted"),
    [
        ("timeout", requests.exceptions.ReadTimeout, False),
        ("timeout_after", requests.exceptions.ReadTimeout, True),
        ("refused", requests.exceptions.ConnectionError, False),
    ],
)
def test_faults_of_the_network(verify, kind, error, texted):
    Fault.objects.inject("verify.send", kind=kind)
    with pytest.raises(error):
        verify.send(ANA)
    assert Message.objects.exists() is texted
    assert verify.send(ANA).status == "pending"


def test_faults_with_a_code_for_one_address(verify, refuses):
    Fault.objects.inject("verify.send", 60205, status=403, to=ANA, times=None)
    for _ in range(2):
        with refuses(60205, 403):
            verify.send(ANA)
    verify.send(BO)
    assert list(Message.objects.values_list("to", flat=True)) == [BO]


def test_a_server_error_is_html(verify, refuses):
    Fault.objects.inject("verify.send", kind="http_500")
    with refuses(500, 500):
        verify.send(ANA)


def test_slower_than_the_client_waits_is_a_time_out(verify):
    Fault.objects.inject("verify.check", kind="slow", slow=6)
    verify.send(ANA)
    with pytest.raises(requests.exceptions.ReadTimeout):
        verify.check(code_at(ANA), to=ANA)
    assert Verification.objects.get().status == "approved"


def test_requests_leave_rows_and_observers_see_them(verify):
    seen = []

    def watch(method, url, fields, status, body):
        seen.append((method, url.rpartition("/")[2], fields["To"], status, is_sandbox_at_work()))

    observers.append(watch)
    try:
        verify.send(ANA)
    finally:
        observers.remove(watch)
    assert seen == [("POST", "Verifications", ANA, 201, True)]
    assert not is_sandbox_at_work()
    assert [(row.operation, row.to, row.status) for row in RestRequest.objects.all()] == [("verify.send", ANA, 201)]


def test_the_api_key_is_as_good_as_the_token(settings, db):
    settings.TWILIO_API_KEY_SID, settings.TWILIO_API_KEY_SECRET = "SK" + "1" * 32, base64.b16encode(b"key").decode()
    client = Client(
        settings.TWILIO_API_KEY_SID,
        settings.TWILIO_API_KEY_SECRET,
        settings.TWILIO_ACCOUNT_SID,
        http_client=SandboxHttpClient(timeout=5),
    )
    service = client.verify.v2.services(settings.TWILIO_VERIFY_SERVICE_SID)
    assert service.verifications.create(to=ANA, channel="sms").status == "pending"
