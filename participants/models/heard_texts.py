"""STOP and START, as somebody texts them to one of our numbers."""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction
from django.utils import timezone

from participants.models.contacts import Contact

KEPT = timedelta(days=7)  # Twilio sends a copy within minutes


class HeardTextManager(models.Manager["HeardText"]):
    def obey(self, sid: str, number: str, *, stops: bool) -> bool:
        """Whoever has this number (E.164) wants no more texts, or wants them again; False for a copy of one obeyed.

        A copy of STOP that comes after START must not take back what was given back. It holds in every book: the number
        is theirs, not a team's.
        """
        with transaction.atomic():
            self.filter(at__lt=timezone.now() - KEPT).delete()
            _heard, is_new = self.get_or_create(sid=sid)
            if is_new and stops:
                Contact.objects.withdraw_texts(number)
            elif is_new:
                Contact.objects.give_back_texts(number)
        return is_new


class HeardText(models.Model):
    """A text that was obeyed: by its name at Twilio, and neither who sent it nor what it said."""

    sid = models.CharField(max_length=34, unique=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = HeardTextManager()

    def __str__(self) -> str:
        return self.sid
