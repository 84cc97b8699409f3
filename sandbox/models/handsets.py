"""The telephones that lie on one browser's page, so that a reload finds them as they were."""

from __future__ import annotations

from django.db import models

from sandbox.models.calls import Leg


class Handset(models.Model):
    """One telephone on the page: whose it is, and the last call that it made."""

    desk = models.UUIDField(db_index=True)  # which browser's page it lies on
    person = models.UUIDField(null=True)  # somebody in an address book; None for everybody else
    number = models.CharField(max_length=254)
    withheld = models.BooleanField(default=False)
    attestation = models.CharField(max_length=6, blank=True)  # what the carriers say of its number, in its next call
    texts_at = models.CharField(max_length=254)  # the number or mailbox whose messages show beside the phone
    leg = models.ForeignKey(Leg, models.SET_NULL, null=True, related_name="+")
    delivers_twice = models.BooleanField(default=False)
    loses_answer = models.BooleanField(default=False)  # the next one, of the call to come

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.number

    @property
    def is_calling(self) -> bool:
        return self.leg is not None and not self.leg.is_over
