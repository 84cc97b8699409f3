"""How well somebody was proved: what it is worth, and in words for people."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from participants.models import Grade
from participants.models.contacts import PROVES


class Attestation(models.TextChoices):
    """What the carriers say of the calling number, signed (SHAKEN/STIR). It says nothing of the person.

    https://www.twilio.com/docs/voice/trusted-calling-with-shakenstir
    """

    FULL = "A", gettext_lazy("the carrier vouches for the calling number")
    PARTIAL = "B", gettext_lazy("the carrier knows its customer, and does not vouch for the calling number")
    GATEWAY = "C", gettext_lazy("the carrier knows only by which way the call came in")
    FAILED = "failed", gettext_lazy("the calling number may be forged: its signature is wrong")
    NONE = "", gettext_lazy("no carrier says anything of the calling number")


GRADES: dict[str, Grade] = {
    "came back": Grade.NOTHING,
    "passcode": Grade.PASSCODE,
    "by hand": Grade.BY_HAND,
    **PROVES,
}
PROOFS = {
    "came back": gettext_lazy("nothing in this call: came back from the same line, not asked again"),
    "passcode": gettext_lazy("the passcode alone: nobody checked who it is"),
    "by hand": gettext_lazy("somebody who let them in by hand, without a code"),
    "email": gettext_lazy("a code by e-mail"),
    "sms": gettext_lazy("a code by text"),
    "whatsapp": gettext_lazy("a code by WhatsApp"),
    "call": gettext_lazy("a code by call"),
    "totp": gettext_lazy("a code from an authenticator app"),
}
BY_TELEPHONE = ("sms", "whatsapp", "call")


@dataclass(frozen=True)
class Assurance:
    """How a caller was proved. `way`: the channel of the code, or what took its place (Admission.BY_HAND ...)."""

    way: str
    attestation: str = Attestation.NONE
    to_calling_line: bool | None = None  # None where nobody knows; says nothing of a mailbox or an app
    passcode: bool = False  # beside the rest

    @property
    def grade(self) -> Grade:
        """A forged number lowers what was proved by one grade. A signed one says nothing of the person."""
        grade = GRADES.get(self.way, Grade.NOTHING)
        if self.attestation == Attestation.FAILED and grade > Grade.NOTHING:
            return Grade(grade - 1)
        return grade

    @property
    def nobody(self) -> str:
        """Whom a seat without a person belongs to."""
        return _("a caller with the passcode") if self.way == "passcode" else _("somebody")

    @property
    def words(self) -> str:
        said = str(PROOFS.get(self.way, self.way))
        if self.way in BY_TELEPHONE and self.to_calling_line is not None:
            here, there = _("to the calling number"), _("to another number than the calling one")
            said = f"{said} {here if self.to_calling_line else there}"
        return self.with_the_rest(said)

    def with_the_rest(self, proof: str) -> str:
        """What was beside this proof: the passcode, and what the carriers say of the line."""
        if self.passcode and self.way != "passcode":
            proof = _("%(proof)s, and the passcode") % {"proof": proof}
        return f"{proof}; {Attestation(self.attestation).label}" if self.attestation else proof
