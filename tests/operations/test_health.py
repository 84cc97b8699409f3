"""Whether the line is alive and ready, and how little a stranger learns from it."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from conferenceline import health
from participants.models import Delivery

PARTS = {"database": "ok", "settings": "ok", "migrations": "ok"}
READY = {"status": "ready", **PARTS, "deliveries": "ok"}


def refuse(execute, sql, params, many, context):
    raise DatabaseError("connection to 10.0.0.5 as line failed: password")


def test_alive_asks_nothing_of_the_database(client):
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})


def test_ready(client, db):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, READY)
    assert response.headers["Cache-Control"] == "no-store"


def test_a_balancer_asks_by_address_and_by_plain_http(client, db):
    assert client.get("/readyz", headers={"Host": "10.0.0.7"}, secure=False).status_code == 200


def test_a_database_that_is_down_is_told_in_words_and_nothing_of_it_is(client, db):
    with connection.execute_wrapper(refuse):
        response = client.get("/readyz")
        alive = client.get("/healthz")

    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "database": "does not answer", "settings": "ok"}
    assert alive.status_code == 200


@pytest.mark.django_db(transaction=True)
def test_tables_that_are_behind_the_code_are_told(client):
    call_command("migrate", "verification", "0001", verbosity=0)
    health.tables_are_right.cache_clear()
    try:
        behind = client.get("/readyz")
    finally:
        call_command("migrate", "verification", verbosity=0)

    assert behind.status_code == 503
    assert behind.json() == PARTS | {"status": "not ready", "migrations": "pending: run manage.py migrate"}
    assert client.get("/readyz").json() == READY


def test_wrong_settings_are_told_without_their_values(client, db, settings):
    health.state_of_settings.cache_clear()
    settings.CODE_LENGTH = 99
    response = client.get("/readyz")
    health.state_of_settings.cache_clear()

    assert response.status_code == 503
    assert response.json() == PARTS | {"status": "not ready", "settings": "wrong: run manage.py check"}


def test_late_mail_is_told_and_calls_are_taken_all_the_same(client, db):
    delivery, _ = Delivery.objects.owe("notice", "mail", "ana@example.com", subject="Late", body="Late")
    fresh = client.get("/readyz")
    Delivery.objects.filter(pk=delivery.pk).update(next_attempt_at=timezone.now() - timedelta(minutes=6))
    late = client.get("/readyz")

    assert fresh.json() == READY
    assert (late.status_code, late.json()) == (200, READY | {"deliveries": "late"})


def test_once_it_was_ready_it_costs_two_queries(client, db, django_assert_num_queries):
    client.get("/readyz")
    with django_assert_num_queries(2):
        client.get("/readyz")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_is_for_reading(client, db, path):
    assert client.post(path).status_code == 405
    assert client.head(path).status_code == 200
