"""Asks whose number got a new SIM, before a conference that wants to know. For the worker, or for cron.

https://www.twilio.com/docs/lookup/v2-api/sim-swap
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from conferenceline.telephony.errors import MisconfiguredError, OutcomeUnknownError, TooBusyError, UndeliverableError
from conferenceline.telephony.lookups import sim_swapped_at
from participants.models import Contact, Occurrence
from participants.models.contacts import CANNOT_BE_TEXTED, TO_A_PHONE

logger = logging.getLogger(__name__)

AT_ONCE = 20
# Before the doors open. What was learnt earlier is asked for anew: in time to do something about it, and once more.
BEFORE, SHORTLY_BEFORE = timedelta(days=1), timedelta(hours=2)


def due() -> Any:
    """Contacts of people whose conference opens within a day, or is open, and whose SIM was not asked for since.

    In the last hours before the doors once more: a SIM may have been changed meanwhile.
    """
    now = timezone.now()
    dates = Occurrence.objects.filter(
        conference__checks_sim_swaps=True,
        conference__status="scheduled",
        conference__invitations__participant=OuterRef("participant"),
        cancelled=False,
        moderators_open_at__lte=now + BEFORE,
        closes_at__gt=now,
    )
    learnt_before = Exists(dates.filter(moderators_open_at__gt=OuterRef("sim_asked_at") + BEFORE))
    opens_shortly = dates.filter(moderators_open_at__lte=now + SHORTLY_BEFORE)
    learnt_long_before = Exists(opens_shortly.filter(moderators_open_at__gt=OuterRef("sim_asked_at") + SHORTLY_BEFORE))
    phones = Contact.objects.filter(channel__in=TO_A_PHONE).exclude(line_type__in=CANNOT_BE_TEXTED)
    never = Q(Exists(dates), sim_asked_at=None)
    return phones.filter(never | Q(learnt_before) | Q(learnt_long_before)).order_by("pk")


def ask_due(most: int = AT_ONCE) -> int:
    """Asks for up to so many numbers; how many were answered. None while LOOKUP_SIM_SWAPS is off.

    Each is claimed first, so that two workers do not pay twice, and once for all who have it. Raises
    MisconfiguredError.
    """
    if not settings.LOOKUP_SIM_SWAPS:
        return 0
    numbers = dict.fromkeys(due().values_list("address", flat=True)[:most])
    return sum(ask(number) for number in numbers)


def ask(number: str) -> bool:
    """Whether the question was answered: if not, it stays due."""
    moment = timezone.now()
    if not Contact.objects.filter(pk__in=due().filter(address=number).values("pk")).update(sim_asked_at=moment):
        return False
    having = Contact.objects.filter(channel__in=TO_A_PHONE, address=number)
    asked = having.filter(sim_asked_at=moment)
    try:
        swapped_at = sim_swapped_at(number)
    except UndeliverableError as fault:  # nothing is known of it, and nothing changes
        logger.warning("nobody says whether the SIM of a number was changed: Twilio answered %s", fault.code)
        return True
    except (TooBusyError, OutcomeUnknownError):
        asked.update(sim_asked_at=None)
        return False
    except MisconfiguredError:
        asked.update(sim_asked_at=None)  # to be asked once it is mended
        raise
    having.update(sim_swapped_at=swapped_at, sim_asked_at=moment)
    return True
