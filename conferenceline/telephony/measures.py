"""How long webhooks and Twilio take: measured in each process, and added up by conferenceline/metrics.py."""

from prometheus_client import Counter, Histogram

# Seconds. A caller notices one, the client's time-out is five, and Twilio gives up at fifteen.
BUCKETS = (0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 12, 15)

WEBHOOK = Histogram(
    "conferenceline_webhook_seconds", "Time from a webhook to its answer, by webhook.", ("webhook",), buckets=BUCKETS
)
TWILIO = Histogram(
    "conferenceline_twilio_seconds", "Time from a request to Twilio to its answer.", ("operation",), buckets=BUCKETS
)
TWILIO_ERRORS = Counter(
    "conferenceline_twilio_errors", "Requests that Twilio refused or did not answer.", ("operation", "code")
)


def twilio_answered(operation: str, seconds: float, error: str) -> None:
    """Notes a request to Twilio. `error` is Twilio's code, "no answer", or "" where all went well."""
    TWILIO.labels(operation).observe(seconds)
    if error:
        TWILIO_ERRORS.labels(operation, error).inc()
