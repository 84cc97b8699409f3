"""Every try to be let in, with its reason."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from participants.models import Doubt


class Attempt(models.Model):
    """One thing that happened on a caller's way to the room. Never a code."""

    class Outcome(models.TextChoices):
        UNKNOWN_LINE = "unknown line", _("nobody with something open now calls from this line")
        WITHHELD_LINE = "withheld line", _("the line does not say its number")
        SHARED_LINE = "shared line", _("several people call from this line, with different contacts")
        LINE_OF_TEAMS = (
            "line of teams",
            _("the line is in the books of several teams, one of which lets somebody in by hand"),
        )
        NOTHING_OPEN = "nothing open", _("no doors are open")
        WRONG_ROSTER_NUMBER = "wrong roster number", _("no such roster number is open now")
        OVER_LIMIT = "over limit", _("tried too often")
        BLOCKED = "blocked", _("the line is on the block list")
        NO_CONTACT = "no contact", _("there is no contact to send a code to")
        SIM_SWAPPED = Doubt.SIM_SWAPPED.value, _("the SIM of a number was changed lately: no code went there")
        REASSIGNED = Doubt.REASSIGNED.value, _("a number was given to somebody else: no code went there")
        FORWARDED = Doubt.FORWARDED.value, _("the calls to a number are forwarded: no code was spoken there")
        CODE_SENT = "code sent", _("a code was sent")
        CODE_REUSED = "code reused", _("a code sent a moment ago was used again")
        CODE_NOT_SENT = "code not sent", _("the code could not be sent")
        CODE_PERHAPS_SENT = "code perhaps sent", _("Twilio did not say whether the code was sent")
        APP_ASKED = "app asked", _("the code of the authenticator app was asked for")
        CODE_USED = "code used", _("the code of the authenticator app had been used before")
        WRONG_CODE = "wrong code", _("the code was wrong")
        CODE_GONE = "code gone", _("the code had expired or was used")
        CHECK_UNSURE = "check unsure", _("Twilio did not say whether the code was right")
        CHECK_REFUSED = "check refused", _("Twilio would not check the code")
        WRONG_PASSCODE = "wrong passcode", _("the passcode was wrong")
        ADMITTED = "admitted", _("let in")
        BY_HAND = "by hand", _("let in by hand")
        BY_PASSCODE = "by passcode", _("let in with the passcode alone, identity not checked")
        CAME_BACK = "came back", _("came back from the same line after a drop, not asked again")
        TOO_WEAK = "too weak", _("proved by less than the room asks for")
        CONTACT_CHANGED = "contact changed", _("the contact that the code went to was changed during the call")
        NO_LONGER_INVITED = "no longer invited", _("no longer on the roster")
        DOORS_CLOSED = "doors closed", _("the doors had closed")
        NO_ROOM = "no room", _("no room was open to them any more")
        LOCKED = "locked", _("the room is locked")
        FULL = "full", _("the room is full")
        NOT_IN_ROOM = "not in room", _("Twilio did not let the call into the room")
        REPLACED = "replaced", _("took the place of the same person's earlier call")
        GAVE_UP = "gave up", _("too many silences or unusable keys")

    call = models.ForeignKey("verification.Call", models.CASCADE, related_name="attempts")
    at = models.DateTimeField(_("at"), auto_now_add=True, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome)
    occurrence = models.ForeignKey(
        "participants.Occurrence", models.SET_NULL, null=True, blank=True, related_name="attempts"
    )
    participant = models.ForeignKey(
        "participants.Participant",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="attempts",
        verbose_name=_("person"),
    )
    detail = models.CharField(_("detail"), max_length=100, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("try to get in")
        verbose_name_plural = _("tries to get in")

    def __str__(self) -> str:
        return self.get_outcome_display()
