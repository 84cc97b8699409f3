"""What the pretend account owns: its auth tokens and its telephone numbers."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.utils import timezone

from sandbox.sids import new_sid


class AuthTokenQuerySet(models.QuerySet["AuthTokens"]):
    def known(self) -> list[str]:
        """The tokens that open the account: the primary, and the secondary where there is one."""
        tokens = self.first()
        return [token for token in (tokens.primary, tokens.secondary) if token] if tokens else [original()]

    def signing(self) -> str:
        """The token that webhooks are signed with: "the primary signs until the secondary is promoted"."""
        return self.known()[0]

    def make_secondary(self) -> str:
        tokens = self.first() or self.model(primary=original())
        tokens.secondary = secrets.token_hex(16)
        tokens.save()
        return tokens.secondary

    def drop_secondary(self) -> bool:
        """Whether there was one."""
        return bool(self.exclude(secondary="").update(secondary=""))

    def promote(self) -> str:
        """The secondary becomes the primary at once, and the old one opens nothing any more; "" without one."""
        tokens = self.exclude(secondary="").first()
        if tokens is None:
            return ""
        tokens.primary, tokens.secondary = tokens.secondary, ""
        tokens.save()
        return tokens.primary


def original() -> str:
    """The account's token before anybody rotated it: the one that the line was given."""
    token: str = settings.TWILIO_AUTH_TOKEN
    return token


class AuthTokens(models.Model):
    """The account's tokens, once they have been changed. No row: the one in the settings."""

    primary = models.CharField(max_length=64)
    secondary = models.CharField(max_length=64, blank=True)

    objects = AuthTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return "primary and secondary" if self.secondary else "primary"


class OwnedNumberQuerySet(models.QuerySet["OwnedNumber"]):
    def with_the_line(self) -> OwnedNumberQuerySet:
        """The account's numbers. It comes with one that rings at this installation, as if set up by hand."""
        if not self.filter(number=settings.SANDBOX_LINE).exists():
            self.get_or_create(
                number=settings.SANDBOX_LINE,
                defaults={
                    "voice_url": f"{settings.PUBLIC_URL}/voice/",
                    "voice_fallback_url": settings.VOICE_FALLBACK_URL,
                    "status_callback": f"{settings.PUBLIC_URL}/voice/status/",
                    "sms_url": f"{settings.PUBLIC_URL}/texts/",
                },
            )
        return self.order_by("pk")

    def named(self, number: str) -> OwnedNumber | None:
        """The number of the account that reads like this (E.164)."""
        return self.with_the_line().filter(number=number).first()


def new_number_sid() -> str:
    return new_sid("PN")


class OwnedNumber(models.Model):
    """A telephone number of the account. https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource"""

    sid = models.CharField(max_length=34, unique=True, default=new_number_sid)
    number = models.CharField(max_length=20, unique=True)
    takes_calls = models.BooleanField(default=True)
    takes_texts = models.BooleanField(default=True)
    voice_url = models.TextField(blank=True)
    voice_method = models.CharField(max_length=4, default="POST")
    voice_fallback_url = models.TextField(blank=True)
    voice_fallback_method = models.CharField(max_length=4, default="POST")
    status_callback = models.TextField(blank=True)
    status_callback_method = models.CharField(max_length=4, default="POST")
    voice_application_sid = models.CharField(max_length=34, blank=True)
    trunk_sid = models.CharField(max_length=34, blank=True)
    voice_receive_mode = models.CharField(max_length=5, default="voice")
    sms_url = models.TextField(blank=True)
    sms_method = models.CharField(max_length=4, default="POST")
    sms_application_sid = models.CharField(max_length=34, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = OwnedNumberQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.number

    @property
    def why_no_call_arrives(self) -> str:
        """What a caller hears in place of the number's voice URL; "" where that is asked.

        "If a voice application or a trunk is set the number's own voice URLs are ignored"; "empty voice_url: the
        caller hears not-in-service".
        """
        if self.trunk_sid:
            return f"This number belongs to the trunk {self.trunk_sid}, which is not imitated here."
        if self.voice_application_sid:
            return f"This number belongs to the application {self.voice_application_sid}, which is not imitated here."
        return "" if self.voice_url and self.takes_calls else NOT_IN_SERVICE


NOT_IN_SERVICE = "The number you have dialed is not in service."


class Unsubscribed(models.Model):
    """A number that answered STOP: the account's numbers text it no more. https://www.twilio.com/docs/api/errors/21610"""

    number = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number


class Reassignment(models.Model):
    """A number that was given to somebody else, and on which day it was disconnected before."""

    number = models.CharField(max_length=20, unique=True)
    on = models.DateField()

    def __str__(self) -> str:
        return self.number


class Forwarding(models.Model):
    """A number all of whose calls are forwarded."""

    number = models.CharField(max_length=20, unique=True)

    def __str__(self) -> str:
        return self.number


class SimSwap(models.Model):
    """When the SIM of a mobile was changed last: no SIM is known to have been, but for these."""

    number = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
