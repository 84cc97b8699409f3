"""A seat in an occurrence."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, ContactChange, Invitation
from participants.models.changes import FLAGGED
from participants.models.conferences import WORDS_MOST
from verification.models.assurance import Assurance


class AdmissionQuerySet(models.QuerySet["Admission"]):
    def live(self, moment: datetime) -> AdmissionQuerySet:
        """The seats that are taken. A status callback that never came costs a seat no longer than its time limit."""
        return self.filter(released_at=None, call__ended_at=None, until__gt=moment)

    def with_contact_changes(self) -> AdmissionQuerySet:
        """Each with `contact_change`, that of the contact its code went to, if it was to be pointed out then."""
        used = ContactChange.objects.filter(
            participant=OuterRef("participant"),
            channel=OuterRef("challenge__channel"),
            address=OuterRef("challenge__address"),
            at__lte=OuterRef("taken_at"),
            at__gt=OuterRef("taken_at") - FLAGGED,
        )
        return self.annotate(contact_change=Subquery(used.order_by("-at", "-pk").values("pk")[:1]))


class Admission(models.Model):
    """A seat that a call has taken for a person, and how the person was proved."""

    # The channel where something else took the place of a code: each proves less than any code.
    BY_HAND = "by hand"
    PASSCODE = "passcode"
    CAME_BACK = "came back"

    call = models.ForeignKey("verification.Call", models.CASCADE, related_name="admissions")
    occurrence = models.ForeignKey("participants.Occurrence", models.SET_NULL, null=True, related_name="admissions")
    participant = models.ForeignKey(
        "participants.Participant", models.SET_NULL, null=True, related_name="admissions", verbose_name=_("person")
    )
    invitation = models.ForeignKey(Invitation, models.SET_NULL, null=True, related_name="admissions")
    role = models.CharField(_("role"), max_length=12, choices=Invitation.Role)
    challenge = models.ForeignKey("verification.Challenge", models.SET_NULL, null=True, related_name="+")
    vouch = models.ForeignKey("verification.Vouch", models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.CharField(_("proved by"), max_length=10)
    to_calling_line = models.BooleanField(null=True)  # whether the code went to the line that was calling
    passcode = models.BooleanField(default=False)  # whether the right passcode was typed, too or alone
    taken_at = models.DateTimeField(_("taken at"))
    until = models.DateTimeField(_("time limit"))
    entered_at = models.DateTimeField(_("in the room since"), null=True, blank=True)
    label = models.CharField(_("label"), max_length=40)  # of the call in the Twilio room, from this seat
    room_sid = models.CharField(_("conference SID"), max_length=34, blank=True)
    notice = models.CharField(max_length=WORDS_MOST, blank=True)  # the privacy notice that is said on the way to it
    barred = models.BooleanField(default=False)  # its line was blocked since: nobody comes back to it without a code
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="replacement", verbose_name=_("replaces")
    )
    # Of a replaced seat: since when somebody is ending its leg, and when that was done.
    leg_claimed_at = models.DateTimeField(null=True, blank=True)
    leg_ended_at = models.DateTimeField(null=True, blank=True)

    objects = AdmissionQuerySet.as_manager()

    class Meta:
        ordering = ("-taken_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("occurrence", "participant"),
                condition=models.Q(released_at=None),
                name="one_live_seat_per_person",
            ),
            models.UniqueConstraint(
                fields=("call",), condition=models.Q(released_at=None), name="one_live_seat_per_call"
            ),
        ]
        verbose_name = _("seat taken")
        verbose_name_plural = _("seats taken")

    def __str__(self) -> str:
        return f"{self.participant or self.assurance.nobody} in {self.occurrence}"

    @property
    def assurance(self) -> Assurance:
        """How well its holder was proved."""
        return Assurance(self.channel, self.call.attestation, self.to_calling_line, self.passcode)

    @property
    def ends_room(self) -> bool:
        """Whether its call takes the room along when it leaves. Where the conference is gone, it may."""
        if self.role != Invitation.Role.MODERATOR:
            return False
        if self.occurrence is None:
            return True
        return self.occurrence.conference.moderator_exit == Conference.ModeratorExit.ENDS

    @property
    def is_replaced(self) -> bool:
        """Whether the same person now holds a seat from another call."""
        if self.participant_id is None:
            return False
        others = Admission.objects.live(timezone.now()).exclude(call=self.call_id)
        return others.filter(occurrence=self.occurrence_id, participant=self.participant_id).exists()

    def release(self) -> None:
        """The seat is free again. Releasing it twice changes nothing."""
        Admission.objects.filter(pk=self.pk, released_at=None).update(released_at=timezone.now())
