"""The account's Verify services, and their rate limits."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from sandbox.sids import new_sid

FIRST_SERVICE = "VA" + "0" * 32  # the Verify service that the account comes with


class VerifyServiceQuerySet(models.QuerySet["VerifyService"]):
    def with_the_first(self) -> VerifyServiceQuerySet:
        """The account's services. It comes with one, as if made in the console for this line."""
        if not self.filter(sid=FIRST_SERVICE).exists():
            self.get_or_create(
                sid=FIRST_SERVICE,
                defaults={
                    "friendly_name": "Conferenceline",
                    "code_length": settings.CODE_LENGTH,
                    "do_not_share_warning_enabled": True,
                },
            )
        return self.order_by("pk")

    def named(self, sid: str) -> VerifyService | None:
        return self.with_the_first().filter(sid=sid).first()


def new_service_sid() -> str:
    return new_sid("VA")


class VerifyService(models.Model):
    """https://www.twilio.com/docs/verify/api/service, with the defaults seen live."""

    sid = models.CharField(max_length=34, unique=True, default=new_service_sid)
    friendly_name = models.CharField(max_length=32)
    code_length = models.PositiveSmallIntegerField(default=6)
    lookup_enabled = models.BooleanField(default=False)
    skip_sms_to_landlines = models.BooleanField(default=False)
    dtmf_input_required = models.BooleanField(default=True)
    psd2_enabled = models.BooleanField(default=False)
    do_not_share_warning_enabled = models.BooleanField(default=False)
    custom_code_enabled = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = VerifyServiceQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.friendly_name} ({self.sid})"


def new_rate_limit_sid() -> str:
    return new_sid("RK")


class RateLimit(models.Model):
    """https://www.twilio.com/docs/verify/api/service-rate-limits"""

    sid = models.CharField(max_length=34, unique=True, default=new_rate_limit_sid)
    service = models.ForeignKey(VerifyService, models.CASCADE, related_name="rate_limits")
    unique_name = models.CharField(max_length=100)
    description = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("service", "unique_name"), name="one_rate_limit_per_name")]

    def __str__(self) -> str:
        return self.unique_name

    def take(self, value: str) -> bool:
        """Counts a send with this value; False, and nothing counted, where a bucket is full."""
        now = timezone.now()
        for bucket in self.buckets.all():
            since = now - timedelta(seconds=bucket.interval)
            if self.hits.filter(value=value, at__gt=since).count() >= bucket.max:
                return False
        self.hits.create(value=value, at=now)
        return True


def new_bucket_sid() -> str:
    return new_sid("BL")


class Bucket(models.Model):
    """So many sends in so many seconds. https://www.twilio.com/docs/verify/api/service-rate-limit-buckets"""

    sid = models.CharField(max_length=34, unique=True, default=new_bucket_sid)
    rate_limit = models.ForeignKey(RateLimit, models.CASCADE, related_name="buckets")
    max = models.PositiveIntegerField()
    interval = models.PositiveIntegerField()  # seconds
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = [models.UniqueConstraint(fields=("rate_limit", "interval"), name="one_bucket_per_interval")]

    def __str__(self) -> str:
        return f"{self.max} in {self.interval} s"


class RateLimitHit(models.Model):
    """A send that carried the key of a rate limit, with this value."""

    rate_limit = models.ForeignKey(RateLimit, models.CASCADE, related_name="hits")
    value = models.CharField(max_length=200, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rate_limit}: {self.value}"
