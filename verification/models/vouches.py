"""Letting somebody in by hand: a member of the team vouches for one call, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Invitation, Membership, Occurrence, Participant
from verification.models.admissions import Admission
from verification.models.assurance import Assurance, Attestation


class VouchQuerySet(models.QuerySet["Vouch"]):
    def pending(self) -> VouchQuerySet:
        """Those of which nothing has become yet. At most one for each person and room."""
        return self.filter(used_at=None, withdrawn_at=None)

    def good(self, moment: datetime) -> VouchQuerySet:
        """Those that would let a call in at this moment (aware).

        Not while the doors are closed, where the invitation is gone, where whoever vouched no longer may, and where
        the person has come in since: it is not needed then.
        """
        role = Membership.objects.filter(
            user=OuterRef("made_by"), team=OuterRef("occurrence__conference__team"), role__in=Membership.LET_IN
        )
        came_in = Admission.objects.filter(
            occurrence=OuterRef("occurrence"), participant=OuterRef("participant"), taken_at__gte=OuterRef("made_at")
        )
        return (
            self.pending()
            .filter(expires_at__gt=moment, occurrence__in=Occurrence.objects.open_to_moderators_at(moment))
            .filter(invitation__participant=models.F("participant"), made_by__is_active=True)
            .filter(Q(made_by__is_superuser=True) | Exists(role))
            .exclude(Exists(came_in))
        )

    def for_call(self, call: Any) -> VouchQuerySet:
        """Those that let this call in: made for it, or for the next call, whichever that is; or used by it."""
        good = Vouch.objects.good(timezone.now()).filter(Q(call=None) | Q(call=call.pk))
        if call.attestation == Attestation.FAILED:  # somebody may have forged the number to be the next one
            good = good.filter(call=call.pk)
        return self.filter(Q(pk__in=good.values("pk")) | Q(call=call.pk, used_at__isnull=False))

    def make(self, invitation: Invitation, occurrence: Occurrence, *, by: Any, reason: str, call: Any = None) -> Vouch:
        """Vouches for one call of whoever holds this invitation: for this one, or for their next.

        It takes the place of an earlier one for the same person and room. Raises ValidationError where the user
        may not let people in, the conference asks for more than that, the date is of another conference, or the call
        is not one of this person's, or may as well be one of another team's.
        """
        if not invitation.conference.team.lets_in(by) or occurrence.conference_id != invitation.conference_id:
            raise ValidationError(_("You cannot let anybody into this room."))
        if call and (call.ended_at or not self._is_from(invitation, call)):
            raise ValidationError(_("This call is over, or may be of somebody else. Choose their next call."))
        if Assurance(Admission.BY_HAND).grade < invitation.conference.least_grade:
            raise ValidationError(_("This conference asks for a code, whoever vouches for the caller."))
        now = timezone.now()
        with transaction.atomic():
            Occurrence.objects.select_for_update().filter(pk=occurrence.pk).values_list("pk").first()
            earlier = self.pending().filter(occurrence=occurrence, participant=invitation.participant_id)
            earlier.update(withdrawn_at=now)
            return self.create(
                invitation=invitation,
                participant_id=invitation.participant_id,
                occurrence=occurrence,
                call=call,
                made_by=by,
                reason=reason,
                made_at=now,
                expires_at=now + settings.BY_HAND_LASTS,
            )

    def _is_from(self, invitation: Invitation, call: Any) -> bool:
        """Whether this person may be calling, and nobody of another team: it must not draw their call into its room."""
        others = Participant.objects.filter(pk__in=call.people).exclude(team=invitation.conference.team_id)
        return invitation.participant_id in call.people and not others.exists()

    def use(self, vouch: int, call: Any) -> bool:
        """Takes it for this call. False where another call was quicker, or it was withdrawn or ran out meanwhile.

        The call that used it may use it again: Twilio may not have let it into the room.
        """
        now = timezone.now()
        unused = Q(used_at=None, withdrawn_at=None, expires_at__gt=now) & (Q(call=None) | Q(call=call.pk))
        ours = self.filter(unused | Q(used_at__isnull=False, call=call.pk), pk=vouch)
        return bool(ours.update(used_at=Coalesce("used_at", now), call=call))


class Vouch(models.Model):
    """A member of the team answers for it that a call is this person's, and lets it in without a code, once.

    The line still has to recognize the person, by the calling line or the roster number. `call` is the call that
    was vouched for, or, for the next one, whichever used it.
    """

    participant = models.ForeignKey(
        "participants.Participant",
        models.SET_NULL,
        null=True,
        related_name="vouches",
        verbose_name=_("who is let in"),
    )
    occurrence = models.ForeignKey(
        "participants.Occurrence", models.SET_NULL, null=True, related_name="vouches", verbose_name=_("room")
    )
    invitation = models.ForeignKey(Invitation, models.SET_NULL, null=True, related_name="+")
    # Not SET_NULL: what was vouched for one call must never hold for the next.
    call = models.ForeignKey(
        "verification.Call", models.CASCADE, null=True, blank=True, related_name="vouches", verbose_name=_("call")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    reason = models.CharField(_("reason"), max_length=200)
    made_at = models.DateTimeField(_("at"), db_index=True)
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = VouchQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("occurrence", "participant"),
                condition=Q(used_at=None, withdrawn_at=None),
                name="one_pending_vouch_per_person",
            )
        ]
        verbose_name = _("letting in by hand")
        verbose_name_plural = _("let in by hand")

    def __str__(self) -> str:
        return f"{self.participant} in {self.occurrence}"

    def withdraw(self) -> bool:
        """Takes it back. False where it was used before that."""
        return bool(Vouch.objects.pending().filter(pk=self.pk).update(withdrawn_at=timezone.now()))
