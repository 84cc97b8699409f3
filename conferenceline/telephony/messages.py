"""Text messages that are no codes. https://www.twilio.com/docs/messaging/api/message-resource"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferenceline.refusals import AwayError, RefusedError, UnansweredError
from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import (
    MisconfiguredError,
    OutcomeUnknownError,
    TooBusyError,
    TwilioFaultError,
    UndeliverableError,
)
from conferenceline.telephony.twiml import webhook_url
from participants.models import Contact, Delivery

STOPPED = 21610  # https://www.twilio.com/docs/api/errors/21610
LONGEST = 1600  # characters: error 21617

# https://www.twilio.com/docs/api/errors/NNNNN. Our own fault, which somebody can mend: no sender, or not a good one.
ERRORS = {
    **dict.fromkeys((21603, 21606, 21611, 21212, 21659, 21701, 21703, 20404), MisconfiguredError),
    20429: TooBusyError,
    429: TooBusyError,
}
WHY = {
    21211: gettext_lazy("This is not a telephone number."),
    21408: gettext_lazy("The Twilio account may not text to this country."),
    21608: gettext_lazy("A trial account texts only to numbers that Twilio has verified."),
    21610: gettext_lazy("They have answered STOP, and get no texts from us any more."),
    21612: gettext_lazy("Our sender cannot text to this number."),
    21614: gettext_lazy("This number cannot receive texts."),
    21617: gettext_lazy("The text is too long."),
    30003: gettext_lazy("The phone was off or out of reach."),
    30004: gettext_lazy("The number does not take our texts."),
    30005: gettext_lazy("There is no such number, or it is no longer in use."),
    30006: gettext_lazy("This number cannot receive texts: a landline perhaps."),
    30007: gettext_lazy("The carrier took the text for unwanted advertising."),
    30008: gettext_lazy("The carrier did not say why the text did not arrive."),
    30034: gettext_lazy("Our sender is not registered with the carriers (A2P 10DLC)."),
    30450: gettext_lazy("Twilio held the text back: it took it for one that is sent to earn money (SMS pumping)."),
    63016: gettext_lazy("WhatsApp takes such a message only as a template that it has approved."),
}
# Messages are looked for in the newest so many to the number, made since the row was owed; our clock may be fast.
LOOKED_THROUGH = 100
CLOCKS_DIFFER = timedelta(minutes=5)


# https://help.twilio.com/articles/223134027: the words with which Twilio itself stops and begins to text a number
STOP = frozenset(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"))
START = frozenset(("START", "YES", "UNSTOP"))
NOT_ARRIVED = ("failed", "undelivered")
MESSAGE_SID = re.compile("(SM|MM)[0-9a-fA-F]{32}")


@dataclass(frozen=True)
class Heard:
    """A text by which somebody stops our texts, or begins them again. `sender` as Twilio has it."""

    sid: str
    sender: str
    stops: bool


def heard(form: Mapping[str, str]) -> Heard | None:
    """What the webhook of an incoming text says; None for a text that is neither.

    OptOutType comes where a Messaging Service has words of its own ("Advanced Opt-Out"), in whichever language.
    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    sid, word = form.get("MessageSid", ""), form.get("OptOutType") or form.get("Body", "").strip().upper()
    if not MESSAGE_SID.fullmatch(sid) or word not in STOP | START:
        return None
    return Heard(sid, form.get("From", ""), stops=word in STOP)


@dataclass(frozen=True)
class NotArrived:
    """A text that Twilio had taken, and that did not arrive: its SID, and why, by Twilio's error code (0: unknown)."""

    sid: str
    code: int


def not_arrived(form: Mapping[str, str]) -> NotArrived | None:
    """What the status callback of a text says, where it is that. What comes before and after says nothing new.

    https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
    """
    sid, code = form.get("MessageSid", ""), form.get("ErrorCode", "")
    if not MESSAGE_SID.fullmatch(sid) or form.get("MessageStatus") not in NOT_ARRIVED:
        return None
    return NotArrived(sid, int(code) if code.isdecimal() and len(code) < 10 else 0)


def send(delivery: Delivery) -> str:
    """Sends a text; its SID. Where an earlier try ended without an answer, that one is looked for first.

    Raises RefusedError, AwayError, UnansweredError. Each request has the client's time-out.
    """
    try:
        with twilio_errors(ERRORS, otherwise=UndeliverableError):
            if delivery.doubtful and (sid := find(delivery)):
                return sid
            told_at = webhook_url(reverse("text-fate", args=[delivery.uuid]))
            text = {"to": delivery.address, "body": delivery.body, "status_callback": told_at}
            return client().messages.create(**text, **sender()).sid
    except OutcomeUnknownError:
        raise UnansweredError(_("Twilio did not say whether the text was sent.")) from None
    except TooBusyError:
        raise AwayError(_("Twilio had too much to do.")) from None
    except MisconfiguredError as fault:
        raise AwayError(
            _("Twilio does not accept our account or our sender (%(code)s).") % {"code": fault.code}
        ) from None
    except TwilioFaultError as fault:
        raise refused(delivery, fault.code) from None


def sender() -> dict[str, str]:
    """Who texts are from. Raises AwayError where the settings do not say."""
    if settings.TWILIO_MESSAGING_SERVICE_SID:
        return {"messaging_service_sid": settings.TWILIO_MESSAGING_SERVICE_SID}
    if settings.TWILIO_MESSAGES_FROM:
        return {"from_": settings.TWILIO_MESSAGES_FROM}
    raise AwayError(_("No sender of texts is set: TWILIO_MESSAGES_FROM or TWILIO_MESSAGING_SERVICE_SID."))


def find(delivery: Delivery) -> str:
    """The SID of this text at Twilio, where an earlier try made it; "" where none did.

    Raises RefusedError where the carrier did not take it.
    """
    others = set(Delivery.objects.filter(address=delivery.address).values_list("reference", flat=True))
    since = delivery.created_at - CLOCKS_DIFFER
    for message in client().messages.list(to=delivery.address, limit=LOOKED_THROUGH):
        made = message.date_created
        if message.body == delivery.body and message.sid not in others and made and made >= since:
            if message.status in NOT_ARRIVED:
                raise refused(delivery, message.error_code or 0)
            return message.sid
    return ""


def refused(delivery: Delivery, code: int) -> RefusedError:
    """The refusal, in words. Who has answered STOP has withdrawn their consent, in every book that they are in."""
    if code == STOPPED:
        Contact.objects.withdraw_texts(delivery.address)
    return RefusedError(why(code))


def why(code: int) -> str:
    return str(WHY.get(code) or _("Twilio refused the text (%(code)s).") % {"code": code})
