"""What an operator asks for, as Prometheus reads it.

What lives in rows is counted from rows at each scrape, and so is the same whichever process of whichever host
answers: take it from one host (max), never as a sum over hosts. Times are measured where they are spent, and the
processes of one host are added up (prometheus-client's multiprocess mode, set up in gunicorn.conf.py): sum those.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.utils import timezone
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from participants.models import Delivery
from verification.models import Admission, Attempt, Call


class Rows(Collector):
    """What the database knows. Each is one query over an index, about the last hour or about what is going on now."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        yield _gauge("conferenceline_calls_live", "Calls in progress.", Call.objects.live(now).count())
        yield _gauge("conferenceline_seats_live", "Seats taken in rooms.", Admission.objects.live(now).count())
        attempts = GaugeMetricFamily(
            "conferenceline_attempts_last_hour",
            "What happened on callers' ways to a room in the last hour, and the channel of the code in the call.",
            labels=("outcome", "channel"),
        )
        counted = (
            Attempt.objects.filter(at__gt=now - timedelta(hours=1))
            .order_by()
            .values_list("outcome", "call__challenge__channel")
            .annotate(Count("pk"))
        )
        for outcome, channel, count in counted:
            attempts.add_metric((outcome, channel or "none"), count)
        yield attempts
        yield from _deliveries(now)


def _deliveries(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Those that were sent are not counted: they only ever grow."""
    states = (Delivery.State.WAITING, Delivery.State.SENDING, Delivery.State.FAILED)
    counted = dict(
        Delivery.objects.filter(state__in=states).order_by().values_list("state").annotate(number=Count("pk"))
    )
    deliveries = GaugeMetricFamily(
        "conferenceline_deliveries", "Mail and texts that wait, are being sent, or failed.", labels=("state",)
    )
    for state in states:
        deliveries.add_metric((state.value,), counted.get(state.value, 0))
    yield deliveries
    oldest = Delivery.objects.due(now).aggregate(Min("next_attempt_at"))["next_attempt_at__min"]
    late = (now - oldest).total_seconds() if oldest else 0
    yield _gauge("conferenceline_delivery_due_seconds", "For how long the oldest mail or text has been due.", late)


def _gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, meaning, value=value)


@require_safe
def view(request: HttpRequest) -> HttpResponse:
    """The metrics, for whoever has METRICS_TOKEN. To everybody else there is no such page."""
    if not _allowed(request.headers.get("Authorization", "")):
        return HttpResponseNotFound()
    rows = CollectorRegistry()
    rows.register(Rows())
    return HttpResponse(generate_latest(rows) + generate_latest(_processes()), content_type=CONTENT_TYPE_LATEST)


def _allowed(authorization: str) -> bool:
    token = settings.METRICS_TOKEN
    return bool(token) and hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())


def _processes() -> CollectorRegistry:
    """All processes of this host under gunicorn, else this one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry
