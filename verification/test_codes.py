"""A test code: an organizer wants to know whether codes reach a contact, before anybody is in a call.

It opens no door: as soon as Verify has sent it, it is withdrawn, so that whoever reads it to somebody gives nothing
away, and the next call gets a code of its own. Verify keeps one code per address, and would send a caller's once more:
while a call waits for one, no test is made.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferenceline.refusals import RefusedError, UnansweredError
from conferenceline.telephony.errors import (
    MisconfiguredError,
    OutcomeUnknownError,
    TooBusyError,
    TooManySendsError,
    TwilioFaultError,
)
from conferenceline.telephony.verify import Sent, VerifyCodes
from participants.models import Contact, Delivery
from verification import throttle
from verification.ladder import remember_lately
from verification.models import Challenge
from verification.models.challenges import LIFETIME
from verification.proof import failure_of

logger = logging.getLogger(__name__)

JUST_NOW = timedelta(minutes=1)  # a verification that began before is not of this test

OVER_LIMIT = {
    "tests_per_contact": gettext_lazy("A test code went there a few minutes ago. Wait a little."),
    "tests_per_team": gettext_lazy("Your team has sent many test codes. Wait an hour."),
    "sends_per_contact": gettext_lazy("Calls have sent codes there a moment ago. Wait ten minutes."),
    "wrong_codes_per_contact": gettext_lazy("Too many wrong codes were typed for this contact. Wait ten minutes."),
}


def send(delivery: Delivery) -> str:
    """Sends a test code; the SID of its verification. Two requests to Twilio, each with the client's time-out.

    Raises RefusedError, UnansweredError: it is never tried again by itself.
    """
    contact = delivery.contact
    if contact is None or contact.address != delivery.address:
        raise RefusedError(_("The contact was changed or removed."))
    if delivery.doubtful:
        raise UnansweredError(_("The worker stopped in the middle: the code was perhaps sent."))
    if is_awaited(contact):
        raise RefusedError(_("A caller has been sent a code there and may still type it. Try again in ten minutes."))
    count(delivery, contact)
    channel, address = contact.destination
    codes = VerifyCodes()
    try:
        sent = codes.send(channel=channel, address=address, language=delivery.language)
    except OutcomeUnknownError:
        raise UnansweredError(_("Twilio did not say whether the code was sent.")) from None
    except TwilioFaultError as fault:
        if failure := failure_of(fault):
            remember(contact, failed_at=timezone.now(), failure=failure)
        raise RefusedError(words_of(fault)) from None
    remember(contact, failure="")
    void(codes, sent, contact)
    return sent.sid


def is_awaited(contact: Contact) -> bool:
    """Whether some call has a code at this address that can still be typed: in it, or after a redial.

    By whatever channel: Verify's one code for an address is the same by each of them.
    """
    at_address = Challenge.objects.filter(channel__in=Contact.Channel.values, address=contact.address)
    young = at_address.filter(sent_at__gt=timezone.now() - LIFETIME)
    return young.filter(state__in=Challenge.TYPEABLE).exists()


def count(delivery: Delivery, contact: Contact) -> None:
    """Counts the test against its own limits and the whole installation's, and leaves the callers theirs."""
    destination = " ".join(contact.destination)
    try:
        throttle.take(
            tests_per_contact=destination,
            tests_per_team=str(delivery.team_id or ""),
            sends_per_hour="",
            sends_per_day="",
            still_free={"sends_per_contact": destination, "wrong_codes_per_contact": contact.address},
        )
    except throttle.OverLimitError as over:
        words = (OVER_LIMIT[name] for name in over.limits if name in OVER_LIMIT)
        raise RefusedError(str(next(words, _("This installation has sent as many codes as it may.")))) from None


def remember(contact: Contact, **news: Any) -> None:
    """Notes on the contact how its test fared, after what calls have to say: they are noted a minute later, else."""
    remember_lately()
    Contact.objects.filter(pk=contact.pk, channel=contact.channel, address=contact.address).update(**news)


def void(codes: VerifyCodes, sent: Sent, contact: Contact) -> None:
    """Withdraws the code of the test, unless it turned out to be the code of a call."""
    is_older = sent.first_at is not None and sent.first_at < timezone.now() - JUST_NOW
    if is_older or is_awaited(contact):
        return
    try:
        codes.cancel(sent.sid)
    except TwilioFaultError as fault:
        logger.warning("a test code could not be withdrawn: %s", type(fault).__name__)


def words_of(fault: TwilioFaultError) -> str:
    match fault:
        case TooManySendsError():
            words = _("Twilio sends no more codes there for ten minutes (%(code)s).")
        case TooBusyError():
            words = _("Twilio had too much to do (%(code)s). Try again in a minute.")
        case MisconfiguredError():
            words = _("Twilio does not accept our account or our Verify service (%(code)s).")
        case _fault:
            words = _("No code can reach this contact this way (%(code)s).")
    return words % {"code": fault.code}
