"""A service's rate limits and their buckets. https://www.twilio.com/docs/verify/api/programmable-rate-limits"""

from __future__ import annotations

import json
import re

from django.conf import settings
from django.utils import timezone

from sandbox.models import Bucket, RateLimit, VerifyService
from sandbox.rest import verify_services
from sandbox.rest.answers import Answered, Asked, ProblemError, iso, not_found
from sandbox.rest.pages import page_of_verify

MOST_LIMITS = 10  # of a service: error 60207
MOST_BUCKETS = 10  # of a limit: error 60210


def collection(asked: Asked) -> Answered:
    service = verify_services.find(asked)
    rows = [as_json(limit) for limit in service.rate_limits.all()]
    return page_of_verify(asked, "rate_limits", f"{url_of(service)}/RateLimits", rows)


def create(asked: Asked) -> Answered:
    service, name = verify_services.find(asked), asked.fields.get("UniqueName", "")
    if not re.fullmatch(r"[A-Za-z0-9\-_.]+", name):
        raise ProblemError(60209, 400, "Invalid parameter: UniqueName")
    if service.rate_limits.filter(unique_name=name).exists():
        raise ProblemError(60208, 400, "A rate limit of this name exists")
    if service.rate_limits.count() >= MOST_LIMITS:
        raise ProblemError(60207, 400, "Max rate limits reached")
    limit = service.rate_limits.create(unique_name=name, description=asked.fields.get("Description", ""))
    return Answered(201, as_json(limit))


def buckets(asked: Asked) -> Answered:
    limit = find(asked)
    rows = [bucket_as_json(bucket) for bucket in limit.buckets.all()]
    return page_of_verify(asked, "buckets", f"{limit_url(limit)}/Buckets", rows)


def create_bucket(asked: Asked) -> Answered:
    limit = find(asked)
    most, interval = whole(asked, "Max"), whole(asked, "Interval")
    if limit.buckets.filter(interval=interval).exists():
        raise ProblemError(60211, 400, "A bucket of this interval exists")
    if limit.buckets.count() >= MOST_BUCKETS:
        raise ProblemError(60210, 400, "Max buckets reached")
    return Answered(201, bucket_as_json(limit.buckets.create(max=most, interval=interval)))


def update_bucket(asked: Asked) -> Answered:
    bucket = find_bucket(asked)
    if "Max" in asked.fields:
        bucket.max = whole(asked, "Max")
    if "Interval" in asked.fields:
        bucket.interval = whole(asked, "Interval")
    bucket.updated_at = timezone.now()
    bucket.save()
    return Answered(200, bucket_as_json(bucket))


def delete_bucket(asked: Asked) -> Answered:
    find_bucket(asked).delete()
    return Answered(204)


def take(asked: Asked, service: VerifyService) -> None:
    """Counts a send that carries keys of rate limits. "Only creates carrying the key are counted"; full is 429/20429.

    For a key that the service does not know the documentation has no answer; here it is an invalid parameter.
    """
    for name, value in json.loads(asked.fields.get("RateLimits", "{}")).items():
        limit = service.rate_limits.filter(unique_name=name).first()
        if limit is None:
            raise ProblemError(60200, 400, "Invalid parameter: RateLimits")
        if not limit.take(value):
            raise ProblemError(20429, 429, "Too many requests")


def whole(asked: Asked, field: str) -> int:
    value = asked.fields.get(field, "")
    if not re.fullmatch("[1-9][0-9]{0,8}", value):
        raise ProblemError(60200, 400, f"Invalid parameter: {field}")
    return int(value)


def find(asked: Asked) -> RateLimit:
    limit = verify_services.find(asked).rate_limits.filter(sid=asked.path["limit"]).first()
    if limit is None:
        raise not_found(f"/Services/{asked.path['service']}/RateLimits/{asked.path['limit']}")
    return limit


def find_bucket(asked: Asked) -> Bucket:
    bucket = find(asked).buckets.filter(sid=asked.path["sid"]).first()
    if bucket is None:
        raise not_found(
            f"/Services/{asked.path['service']}/RateLimits/{asked.path['limit']}/Buckets/{asked.path['sid']}"
        )
    return bucket


def url_of(service: VerifyService) -> str:
    return f"{verify_services.BASE}/{service.sid}"


def limit_url(limit: RateLimit) -> str:
    return f"{url_of(limit.service)}/RateLimits/{limit.sid}"


def as_json(limit: RateLimit) -> dict[str, object]:
    return {
        "sid": limit.sid,
        "service_sid": limit.service.sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "unique_name": limit.unique_name,
        "description": limit.description,
        "date_created": iso(limit.created_at),
        "date_updated": iso(limit.created_at),
        "url": limit_url(limit),
        "links": {"buckets": f"{limit_url(limit)}/Buckets"},
    }


def bucket_as_json(bucket: Bucket) -> dict[str, object]:
    limit = bucket.rate_limit
    return {
        "sid": bucket.sid,
        "rate_limit_sid": limit.sid,
        "service_sid": limit.service.sid,
        "account_sid": settings.TWILIO_ACCOUNT_SID,
        "max": bucket.max,
        "interval": bucket.interval,
        "date_created": iso(bucket.created_at),
        "date_updated": iso(bucket.updated_at),
        "url": f"{limit_url(limit)}/Buckets/{bucket.sid}",
    }
