"""A code asked for in a call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.countries import country_of
from participants.models import CallingLine, Contact
from verification.models.calls import Attestation, Call

# https://www.twilio.com/docs/verify/api/rate-limits-and-timeouts: ten minutes from the first sending
LIFETIME = timedelta(minutes=10)
TOO_SHORT_TO_USE = timedelta(minutes=2)
EARLIER_MOST = 20  # codes of earlier calls that a call looks at


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def typeable(self) -> ChallengeQuerySet:
        """The codes that a caller may still type and be right."""
        return self.filter(state__in=Challenge.TYPEABLE, sent_at__gt=timezone.now() - LIFETIME)

    def earlier(self, destinations: Iterable[tuple[str, str]], call: Call) -> list[Challenge]:
        """The codes that can still be typed and that concern this call, newest first: those that calls from its line
        asked for at one of these; for a member's call those of people who have its line on file, asked for in calls
        that are no member's; and all that went to the very number from which a member calls.
        """
        places = [models.Q(channel=channel, address=address) for channel, address in destinations]
        if not call.line or not places:
            return []
        whose = models.Q(call__line=call.line)
        if call.is_members:
            theirs = models.Q(
                contact__participant__in=CallingLine.objects.filter(number=call.line).values("participant")
            )
            whose |= theirs & ~models.Q(call__attestation=Attestation.FULL, call__own_line=True)
            whose |= models.Q(address=call.line)
        at_one = self.typeable().filter(reduce(or_, places)).filter(whose)
        return list(at_one.select_related("call").order_by("-sent_at", "-pk")[:EARLIER_MOST])

    def cancel(self, codes: Iterable[Challenge]) -> None:
        """Settles these as withdrawn, whosever they are; what was approved meanwhile stays so."""
        self.typeable().filter(pk__in=[code.pk for code in codes]).update(state=Challenge.State.CANCELLED)


class Challenge(models.Model):
    """A code that Twilio Verify made for one address, and the call that may type it. The code itself is not here.

    Or one that an authenticator app shows: then `address` is the identity, and `verification_sid` the factor.
    """

    class State(models.TextChoices):
        SENDING = "sending", _("being sent")
        UNSURE = "unsure", _("perhaps sent")
        PENDING = "pending", _("sent")
        APPROVED = "approved", _("right code typed")
        CANCELLED = "cancelled", _("withdrawn")
        GONE = "gone", _("expired or used up")
        FAILED = "failed", _("could not be sent")

    TYPEABLE = (State.SENDING, State.UNSURE, State.PENDING)

    call = models.ForeignKey("verification.Call", models.CASCADE, related_name="challenges")
    contact = models.ForeignKey("participants.Contact", models.SET_NULL, null=True, blank=True, related_name="+")
    channel = models.CharField(_("channel"), max_length=10)
    address = models.CharField(_("address"), max_length=254)
    verification_sid = models.CharField(_("verification SID"), max_length=34, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.SENDING)
    doubtful = models.BooleanField(default=False)  # a check of it timed out: Twilio may have approved and dropped it
    country = models.CharField(_("country"), max_length=3, blank=True)  # of the number, ISO 3166; of mail none
    sends = models.PositiveSmallIntegerField(_("times sent"), default=0)
    sent_at = models.DateTimeField(_("first sent at"), db_index=True)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    failure = models.CharField(_("failure"), max_length=20, choices=Contact.Failure, blank=True)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        indexes = [
            models.Index(fields=("channel", "address", "sent_at"), name="challenge_destination"),
            models.Index(
                fields=("channel", "sent_at"),
                condition=models.Q(failure=Contact.Failure.NOT_IN_SERVICE),
                name="challenge_not_in_service",
            ),
        ]
        verbose_name = _("code")
        verbose_name_plural = _("codes")

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.sent_at:%Y-%m-%d %H:%M} UTC"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.country = country_of(self.address)
        super().save(*args, **kwargs)

    @property
    def is_of_app(self) -> bool:
        """Whether an authenticator app shows the code, so that none was sent."""
        return self.channel == Contact.Channel.TOTP

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + LIFETIME

    @property
    def typeable(self) -> bool:
        """Whether a caller may still type the code and be right."""
        return self.state in self.TYPEABLE and timezone.now() < self.expires_at

    @property
    def ends_too_soon(self) -> bool:
        """Whether a caller who has yet to find the message would find it too late."""
        return self.expires_at - timezone.now() < TOO_SHORT_TO_USE

    def settle(self, state: str, **fields: object) -> bool:
        """Moves a code that can be typed to another state; False where it was settled or taken over meanwhile."""
        moved = Challenge.objects.filter(pk=self.pk, call=self.call_id, state__in=self.TYPEABLE).update(
            state=state, **fields
        )
        if moved:
            for name, value in {"state": state, **fields}.items():
                setattr(self, name, value)
        return bool(moved)

    def confirm_sent(self, sid: str, first_at: datetime | None) -> None:
        """Twilio has sent the code, or an earlier one once more: its ten minutes then began with that one.

        A time that cannot be (the future, a code long void) is a clock gone wrong, and is not believed.
        """
        now = timezone.now()
        believed = first_at is not None and now - LIFETIME < first_at <= now
        self.settle(
            self.State.PENDING, verification_sid=sid, sent_at=first_at if believed else now, sends=self.sends + 1
        )

    def approve(self) -> bool:
        """Records that the right code was typed, if the call that typed it goes on and the code is still its own."""
        own = Challenge.objects.filter(pk=self.pk, call=self.call_id, call__ended_at=None, state__in=self.TYPEABLE)
        if own.update(state=self.State.APPROVED, approved_at=timezone.now()):
            self.state = self.State.APPROVED
        return self.state == self.State.APPROVED

    def adopt(self, call) -> bool:
        """Binds the code to a redial, away from the call that asked for it.

        False where another was quicker, or where that call is in a room: it needed no code, or not this one.
        """
        in_a_room = models.Exists(self.call.admissions.live(timezone.now()))
        free = Challenge.objects.filter(~in_a_room, pk=self.pk, call=self.call_id, state__in=self.TYPEABLE)
        moved = free.update(call=call)
        if moved:
            self.call = call
        return bool(moved)
