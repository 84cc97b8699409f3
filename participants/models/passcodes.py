"""A passcode of a conference: shown once, kept as a hash."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import models, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from participants.models.conferences import Conference

PASSCODE_DIGITS = 6


class Hasher(PBKDF2PasswordHasher):
    """Quick enough for a turn of a call, and no more: what protects six digits is the key that is mixed in.

    A million guesses are an afternoon's work for any hash that a caller can wait for. So the digits go through
    SECRET_KEY first: whoever has the database alone cannot guess at all (docs/decisions).
    """

    iterations = 50_000

    def keyed(self, digits: str) -> str:
        return salted_hmac("participants.passcode", digits, algorithm="sha256").hexdigest()


class PasscodeManager(models.Manager["Passcode"]):
    def make(self, conference: Conference, digits: str = "") -> str:
        """Makes the conference's passcode, anew where it has one: the old one is void at once. Returns the digits.

        Nobody can be told them again. Args: digits, where they must be these (the demo's).
        """
        digits = digits or "".join(str(secrets.randbelow(10)) for _digit in range(PASSCODE_DIGITS))
        hasher = Hasher()
        kept = hasher.encode(hasher.keyed(digits), hasher.salt())
        with transaction.atomic():
            self.filter(conference=conference).delete()
            self.create(conference=conference, digest=kept, made_at=timezone.now())
        return digits


class Passcode(models.Model):
    """A new row each time: a call that typed an old one right does not hold a new one."""

    conference = models.OneToOneField(Conference, models.CASCADE, related_name="passcode")
    digest = models.CharField(max_length=128, editable=False)
    made_at = models.DateTimeField(_("made at"))

    objects = PasscodeManager()

    class Meta:
        verbose_name = _("passcode")
        verbose_name_plural = _("passcodes")

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    def matches(self, digits: str) -> bool:
        """Whether these are the digits. Takes some hundredths of a second, so never inside a transaction."""
        hasher = Hasher()
        return hasher.verify(hasher.keyed(digits), self.digest)
