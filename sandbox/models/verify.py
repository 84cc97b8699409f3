"""What Verify keeps, and the messages that it sent."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime

# https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts
LIFETIME = timedelta(minutes=10)
MOST_SENDS = 5
MOST_CHECKS = 5


class Recipient(models.Model):
    """An address that codes go to: the row that two sends at once take turns at."""

    address = models.CharField(max_length=254, unique=True)

    def __str__(self) -> str:
        return self.address


class VerificationQuerySet(models.QuerySet["Verification"]):
    def running(self, service_sid: str, to: str) -> Verification | None:
        """The verification that another send joins: "the same code and SID" while it is pending and young."""
        return (
            self.filter(
                service_sid=service_sid,
                to=to,
                status=Verification.Status.PENDING,
                created_at__gt=timezone.now() - LIFETIME,
            )
            .order_by("-pk")
            .first()
        )

    def sends(self, service_sid: str, to: str) -> int:
        """How many sends of the last ten minutes count: those of cycles that no right code and no cancel closed."""
        count = 0
        now = timezone.now()
        for verification in self.filter(service_sid=service_sid, to=to).order_by("-pk"):
            if verification.status in (Verification.Status.APPROVED, Verification.Status.CANCELED):
                break
            count += sum(at > now - LIFETIME for at in verification.sent_at)
        return count


class Verification(models.Model):
    """A code for one address. https://www.twilio.com/docs/verify/api/verification"""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        CANCELED = "canceled"
        MAX_ATTEMPTS_REACHED = "max_attempts_reached"

    sid = models.CharField(max_length=34, unique=True)
    service_sid = models.CharField(max_length=34)
    to = models.CharField(max_length=254, db_index=True)
    channel = models.CharField(max_length=10)
    code = models.CharField(max_length=10)
    status = models.CharField(max_length=20, choices=Status, default=Status.PENDING)
    checks = models.PositiveSmallIntegerField(default=0)
    sends = models.JSONField(default=list)  # {"time", "channel", "attempt_sid"} of each
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = VerificationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.sid} ({self.status})"

    @property
    def is_expired(self) -> bool:
        return timezone.now() >= self.created_at + LIFETIME

    @property
    def sent_at(self) -> list[datetime]:
        return [at for send in self.sends if (at := parse_datetime(send["time"]))]


class MessageQuerySet(models.QuerySet["Message"]):
    def arrived(self) -> MessageQuerySet:
        return self.filter(error_code=None)


class Message(models.Model):
    """A message as it arrives: on a phone, in a mailbox, or spoken by a calling robot. Or a text that did not."""

    to = models.CharField(max_length=254, db_index=True)
    channel = models.CharField(max_length=10)
    subject = models.CharField(max_length=254, blank=True)  # of a mail
    body = models.TextField()
    sid = models.CharField(max_length=100, blank=True)  # of a text that is no code; of a mail its Message-ID
    sender = models.CharField(max_length=20, blank=True)
    service_sid = models.CharField(max_length=34, blank=True)
    sent_at = models.DateTimeField()
    error_code = models.PositiveIntegerField(null=True)  # why the carriers did not bring it
    # "DtmfInputRequired: the callee must press a key before the code is read", so that no voicemail stores it.
    waits_for_key = models.BooleanField(default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.channel} to {self.to}"

    @property
    def seen(self) -> str:
        """What its reader sees or hears."""
        return "It rings. Press any key on it to hear your code." if self.waits_for_key else self.body

    @property
    def code(self) -> str:
        """The digits of the one-time code in it; "" where there is none."""
        found = re.search(r"(?:code is|es): (\d+)", self.seen)
        return found[1] if found else ""
