"""The metrics: who may read them, and what they say after calls."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from participants.models import Delivery
from sandbox.models import Fault
from tests import cast
from tests.phone import Phone

TOKEN = "a token of the tests"


@pytest.fixture
def scrape(client, settings):
    settings.METRICS_TOKEN = TOKEN

    def scraped() -> dict[str, float]:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
        assert response.status_code == 200
        lines = [line for line in response.content.decode().splitlines() if not line.startswith("#")]
        return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}

    return scraped


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer wrong", "Basic a token of the tests", "Bearer ü"])
def test_without_the_token_there_is_no_such_page(client, settings, sent):
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer ", "Bearer"])
def test_where_no_token_is_set_nobody_may_read(client, settings, sent):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


def test_a_call_is_counted_from_its_rows(ana, scrape):
    phone = Phone(cast.ANA)
    phone.dial()
    code = phone.text_code()
    phone.press("000000" if code != "000000" else "111111")
    phone.press(code)

    told = scrape()
    assert {
        name: value
        for name, value in told.items()
        if name.startswith(("conferenceline_attempts", "conferenceline_calls", "conferenceline_seats"))
    } == {
        "conferenceline_calls_live": 1,
        "conferenceline_seats_live": 1,
        'conferenceline_attempts_last_hour{channel="sms",outcome="admitted"}': 1,
        'conferenceline_attempts_last_hour{channel="sms",outcome="code sent"}': 1,
        'conferenceline_attempts_last_hour{channel="sms",outcome="wrong code"}': 1,
    }


def test_verify_and_its_errors_are_measured_by_operation_and_code(ana, scrape):
    send = "POST verify.twilio.com/v2/Services/…/Verifications"
    asked = f'conferenceline_twilio_seconds_count{{operation="{send}"}}'
    refused = f'conferenceline_twilio_errors_total{{code="60205",operation="{send}"}}'
    rang = 'conferenceline_webhook_seconds_count{webhook="voice"}'
    before = scrape()
    Fault.objects.inject("verify.send", 60205, status=403)
    Phone(cast.ANA).dial()
    after = scrape()

    assert after[asked] - before.get(asked, 0) == 1
    assert after[refused] - before.get(refused, 0) == 1
    assert after[rang] - before.get(rang, 0) == 1


def test_what_is_owed_is_counted_and_how_late_it_is(db, scrape):
    delivery, _ = Delivery.objects.owe("notice", "mail", "ana@example.com", subject="Late", body="Late")
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(minutes=6))

    told = scrape()
    assert {name: value for name, value in told.items() if name.startswith("conferenceline_deliveries")} == {
        'conferenceline_deliveries{state="waiting"}': 1,
        'conferenceline_deliveries{state="sending"}': 0,
        'conferenceline_deliveries{state="failed"}': 0,
    }
    assert 360 <= told["conferenceline_delivery_due_seconds"] < 400


def test_nobody_is_in_the_metrics(ana, client, settings, scrape):
    Phone(cast.ANA).dial()
    scrape()
    told = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    words = re.sub(r" [0-9.e+-]+$", "", told, flags=re.MULTILINE)  # a time may have any digits

    assert "Ana" not in words
    assert "555" not in words


def test_a_scrape_takes_few_queries(ana, scrape, django_assert_max_num_queries):
    with django_assert_max_num_queries(8, connection=connection):
        scrape()
