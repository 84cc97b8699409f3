"""Authenticators that Verify keeps: entities, their factors, and the challenges that were put to them."""

from __future__ import annotations

import base64
import secrets
import time

from django.db import models
from django.utils import timezone
from django_otp.oath import hotp

from sandbox.sids import new_sid

TRIES_MOST = 5  # error 60310: tries to verify a factor; error 60308: tries of one challenge


def new_entity_sid() -> str:
    return new_sid("YE")


def new_factor_sid() -> str:
    return new_sid("YF")


def new_challenge_sid() -> str:
    return new_sid("YC")


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


class Entity(models.Model):
    """Somebody who has factors. https://www.twilio.com/docs/verify/api/entity"""

    sid = models.CharField(max_length=34, unique=True, default=new_entity_sid)
    service_sid = models.CharField(max_length=34)
    identity = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("service_sid", "identity"), name="one_entity_per_identity")]

    def __str__(self) -> str:
        return self.identity


class Factor(models.Model):
    """The secret of one authenticator app. https://www.twilio.com/docs/verify/api/factor"""

    class Status(models.TextChoices):
        UNVERIFIED = "unverified"
        VERIFIED = "verified"

    sid = models.CharField(max_length=34, unique=True, default=new_factor_sid)
    entity = models.ForeignKey(Entity, models.CASCADE, related_name="factors")
    friendly_name = models.CharField(max_length=64)
    secret = models.CharField(max_length=64, default=new_secret)  # Base32
    digits = models.PositiveSmallIntegerField(default=6)
    step = models.PositiveSmallIntegerField(default=30)  # seconds
    skew = models.PositiveSmallIntegerField(default=1)  # steps
    status = models.CharField(max_length=10, choices=Status, default=Status.UNVERIFIED)
    tries = models.PositiveSmallIntegerField(default=0)  # to verify it
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.sid} ({self.status})"

    def code(self, drift: int = 0) -> str:
        """What the app shows now, or so many steps later. RFC 6238"""
        counter = int(time.time()) // self.step + drift
        return f"{hotp(base64.b32decode(self.secret), counter, self.digits):0{self.digits}d}"

    @property
    def seconds_left(self) -> int:
        """How long the app goes on showing the code."""
        return self.step - int(time.time()) % self.step

    def takes(self, code: str) -> bool:
        """Whether this is the code of now, or of the steps around it."""
        return any(
            secrets.compare_digest(self.code(drift).encode(), code.encode())
            for drift in range(-self.skew, self.skew + 1)
        )


class FactorChallenge(models.Model):
    """One question to a factor. https://www.twilio.com/docs/verify/api/challenge"""

    class Status(models.TextChoices):
        PENDING = "pending"
        EXPIRED = "expired"
        APPROVED = "approved"
        DENIED = "denied"

    sid = models.CharField(max_length=34, unique=True, default=new_challenge_sid)
    factor = models.ForeignKey(Factor, models.CASCADE, related_name="challenges")
    status = models.CharField(max_length=10, choices=Status)
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    expires_at = models.DateTimeField()
    responded_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.sid} ({self.status})"
