"""Has Twilio forget the authenticator apps that nobody uses any more: removed, replaced, or never confirmed."""

import logging

from django.utils import timezone

from conferenceline.telephony import authenticators
from conferenceline.telephony.errors import TwilioFaultError
from participants.models import Authenticator

logger = logging.getLogger(__name__)

AT_ONCE = 20


def forget_due() -> int:
    """Tries what is due; how many are forgotten. What Twilio did not do is due again later, and never given up.

    Several may do so at once. Two requests for each, outside every transaction.
    """
    now = timezone.now()
    return sum(_forget(each) for each in Authenticator.objects.to_forget(now).order_by("next_try_at")[:AT_ONCE])


def _forget(authenticator: Authenticator) -> bool:
    if not authenticator.claim_try(timezone.now()):
        return False
    try:
        authenticators.delete(authenticator.identity, authenticator.factor_sid)
    except TwilioFaultError as fault:
        logger.warning("Twilio has not forgotten an authenticator yet: %s", type(fault).__name__)
        return False
    authenticator.forgotten()
    return True
