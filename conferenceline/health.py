"""Is it alive, and can it take calls? For balancers, containers and people; a stranger learns little from it."""

import functools
import logging
from collections.abc import Callable
from datetime import timedelta

from django.core import checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone

from participants.models import Delivery

logger = logging.getLogger(__name__)

GOOD = "ok"
LATE = timedelta(minutes=5)  # the worker looks once a minute


class Health:
    """Answers /healthz and /readyz before anything else looks at the request: a balancer asks by address, not host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response
        self.answers = {"/healthz": alive, "/readyz": ready}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.answers.get(request.path)
        if answer is None:
            return self.get_response(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        response = answer()
        response["Cache-Control"] = "no-store"
        return response


def alive() -> HttpResponse:
    """200: this process answers. Nothing is asked of the database: starting anew would not mend it."""
    return JsonResponse({"status": "alive"})


def ready() -> HttpResponse:
    """200 where calls can be taken, else 503; and of each part one word or a short sentence, never a value."""
    parts = {"database": state_of_database(), "settings": state_of_settings()}
    if parts["database"] == GOOD:
        parts["migrations"] = state_of_migrations()
    fit = set(parts.values()) == {GOOD}
    if fit:  # late mail is said, and is no reason to take no calls
        parts["deliveries"] = state_of_deliveries()
    return JsonResponse({"status": "ready" if fit else "not ready", **parts}, status=200 if fit else 503)


def state_of_database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.error("the database does not answer: %s", type(error).__name__)
        return "does not answer"
    return GOOD


def state_of_migrations() -> str:
    try:
        tables_are_right()
    except PendingError:
        return "pending: run manage.py migrate"
    return GOOD


class PendingError(Exception):
    """The tables are behind this code."""


@functools.cache
def tables_are_right() -> None:
    """Looked at until it is so, and not again: this process's code does not change. Raises PendingError."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise PendingError


def state_of_deliveries() -> str:
    return "late" if Delivery.objects.due(timezone.now() - LATE).exists() else GOOD


@functools.cache
def state_of_settings() -> str:
    """What the system checks say; settings do not change while a process runs."""
    faults = [each.id for each in checks.run_checks() if each.is_serious()]
    if faults:
        logger.error("the settings are wrong: %s", ", ".join(str(fault) for fault in faults))
    return "wrong: run manage.py check" if faults else GOOD
