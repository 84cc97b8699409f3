"""Unlocking somebody whose limits others have used up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferenceline.tasks import wake_unlocking
from participants.models import Participant

LEASE = timedelta(minutes=2)  # whoever claimed one longer ago is dead: it takes a few requests of some seconds


class UnlockQuerySet(models.QuerySet["Unlock"]):
    def owe(self, person: Participant, by: Any, used_up: str) -> Unlock:
        """An unlock that the worker carries out after the commit. `used_up` is told in the log, in words."""
        unlock = self.create(participant=person, made_by=by, used_up=used_up[:400], made_at=timezone.now())
        wake_unlocking()
        return unlock

    def due(self, moment: datetime) -> UnlockQuerySet:
        """What nobody has carried out or is about to, at this moment (aware)."""
        lost = Q(claimed_at=None) | Q(claimed_at__lte=moment - LEASE)
        return self.filter(lost, done_at=None, participant__isnull=False)


class Unlock(models.Model):
    """An organizer gives a person all their tries back, and has the code that is on its way withdrawn."""

    participant = models.ForeignKey(
        Participant, models.SET_NULL, null=True, related_name="unlocks", verbose_name=_("who is unlocked")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    made_at = models.DateTimeField(_("at"), db_index=True)
    used_up = models.CharField(_("what was used up"), max_length=400, blank=True)
    claimed_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    objects = UnlockQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("unlocking")
        verbose_name_plural = _("unlocked")

    def __str__(self) -> str:
        return str(self.participant)

    def claim(self, moment: datetime) -> bool:
        """Takes it for one try; False where somebody else has it or has done it."""
        return bool(Unlock.objects.due(moment).filter(pk=self.pk).update(claimed_at=moment))

    def finish(self) -> bool:
        return bool(Unlock.objects.filter(pk=self.pk, done_at=None).update(done_at=timezone.now()))
