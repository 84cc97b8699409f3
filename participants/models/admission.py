"""What a conference asks of its callers, and how much each proof is worth."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Grade(models.IntegerChoices):
    """How well it is known who a caller is. The order is the point."""

    NOTHING = 0, _("nothing")
    PASSCODE = 1, _("a passcode: whoever was told it")
    BY_HAND = 2, _("let in by hand: somebody of the team answers for them")
    MAIL = 3, _("a code by e-mail")
    PHONE = 4, _("a code by text message, WhatsApp or call")
    AUTHENTICATOR = 5, _("a code from an authenticator app")


class Policy(models.TextChoices):
    """What lets a caller in."""

    CODE = "code", _("a code, sent to the person on the roster")
    CODE_AND_PASSCODE = "code and passcode", _("a code, and then the passcode")
    PASSCODE = "passcode", _("the passcode alone: nobody's identity is checked")


LEAST = (  # what a conference may ask for at least
    (Grade.NOTHING, _("whichever of their contacts the code went to")),
    (Grade.MAIL, _("a code, by e-mail or better; nobody is let in by hand")),
    (Grade.PHONE, _("a code by text message, WhatsApp or call, or from an authenticator app")),
    (Grade.AUTHENTICATOR, _("a code from an authenticator app")),
)
