"""Carries out what is owed: claims a row, sends outside every transaction, and records what came of it, once.

At least once, and recorded once. A mail whose try ended without an answer is sent again under the same Message-ID,
but for invitations and reminders, of which nobody wants two: those then wait for an organizer. A text is first looked
for at Twilio, since creating one is not idempotent. A test code is never sent again by itself.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conferenceline import mail
from conferenceline.refusals import AwayError, NotNowError, RefusedError, UnansweredError
from conferenceline.telephony import messages
from participants.models import Contact, Delivery
from participants.models.deliveries import ATTEMPTS_MOST
from participants.waiting import bring_up_to_date, out_of_date
from verification import test_codes

logger = logging.getLogger(__name__)

BATCH = 100

SENDERS: dict[str, Callable[[Delivery], str]] = {
    Delivery.Channel.MAIL: mail.send,
    Delivery.Channel.TEXT: messages.send,
    Delivery.Channel.CODE: test_codes.send,
}


def send_due() -> int:
    """Tries everything that is due, oldest first; how many were tried. Several may do so at once.

    Where a mail server or Twilio is not there, what is left for it waits for the next run, with all its tries: else one
    that hangs would keep a worker for hours, and texts and reminders with it.
    """
    tried, begun, away = 0, timezone.now(), set[str]()
    while True:
        # What is put off during this run comes with the next.
        due = list(Delivery.objects.due(begun).exclude(channel__in=away).order_by("next_attempt_at", "pk")[:BATCH])
        if not due:
            return tried
        for delivery in due:
            if delivery.channel not in away:
                tried += deliver(delivery, away)


def deliver(delivery: Delivery, away: set[str]) -> bool:
    """One try; False where another worker has it. What came of it is in the row.

    Args: away: the channels at which nobody takes anything. Gets the delivery's where that turns out.
    """
    if not delivery.claim(timezone.now()):
        return False
    with translation.override(
        "en"
    ):  # the log's and the list's words; those of the message were chosen when it was owed
        bring_up_to_date(delivery)
        if delivery.doubtful and sent_once_at_most(delivery):
            delivery.settle(
                Delivery.State.UNSURE, _("The worker stopped while it was sending it: it may have arrived.")
            )
            return True
        if reason := reason_to_withdraw(delivery):
            delivery.settle(Delivery.State.WITHDRAWN, reason)
            return True
        if delivery.attempts > ATTEMPTS_MOST:  # nobody was left to count the last one
            delivery.try_later(_("The worker stopped in the middle, again and again."), doubtful=True)
            return True
        try:
            reference = SENDERS[delivery.channel](delivery)
        except RefusedError as refusal:
            delivery.settle(Delivery.State.FAILED, refusal.words)
        except NotNowError as refusal:
            delivery.try_later(refusal.words)
            if isinstance(refusal, AwayError):
                leave_the_rest(delivery, refusal.words, away)
        except UnansweredError as refusal:
            put_off_in_doubt(delivery, refusal.words)
            if delivery.channel != Delivery.Channel.CODE:  # one of these may be in doubt since its worker died
                leave_the_rest(delivery, refusal.words, away)
        except Exception as error:
            # Where, and not what it says: that may be an address.
            where = "".join(traceback.format_tb(error.__traceback__))
            logger.error("delivery %s met a fault of our own, %s:\n%s", delivery.pk, type(error).__name__, where)
            put_off_in_doubt(delivery, _("A fault of this installation; its log says more."))
        else:
            if not delivery.settle(Delivery.State.SENT, sent_at=timezone.now(), reference=reference):
                logger.warning("delivery %s was sent, and somebody had said meanwhile what became of it", delivery.pk)
    return True


def leave_the_rest(delivery: Delivery, words: str, away: set[str]) -> None:
    """Leaves what else is due on this channel for the next run, and says why it waits."""
    away.add(delivery.channel)
    waiting = Delivery.objects.due(timezone.now()).filter(channel=delivery.channel, state=Delivery.State.WAITING)
    waiting.update(last_error=words)


def sent_once_at_most(delivery: Delivery) -> bool:
    """Whether a try that may have sent it is the last. Of a text Twilio says whether it has it."""
    return delivery.channel == Delivery.Channel.MAIL and delivery.kind in Delivery.ONCE_AT_MOST


def put_off_in_doubt(delivery: Delivery, words: str) -> None:
    if delivery.channel == Delivery.Channel.CODE or sent_once_at_most(delivery):
        delivery.settle(Delivery.State.UNSURE, words, doubtful=True)
    else:
        delivery.try_later(words, doubtful=True)


def reason_to_withdraw(delivery: Delivery) -> str:
    """Why nobody wants it any more; "" where it is to be sent."""
    if delivery.until and delivery.until <= timezone.now():
        return _("It could not be sent in time.")
    if delivery.personal and delivery.participant_id is None:
        return _("The person was deleted.")
    if delivery.kind in Delivery.ONCE_AT_MOST and (reason := out_of_date(delivery)):
        return reason
    if delivery.channel == Delivery.Channel.TEXT and not may_be_texted(delivery):
        return _("They have not agreed to texts, or want no more.")
    return ""


def may_be_texted(delivery: Delivery) -> bool:
    """Whether the person's consent to texts at this number is on record now."""
    if delivery.kind == Delivery.Kind.CONTACT_CHANGED:
        return True  # looked at when it was owed: the contact may be gone since, and that is what it tells
    return Contact.objects.texts_agreed().filter(participant=delivery.participant_id, address=delivery.address).exists()
