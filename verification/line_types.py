"""Asks what kind of line the contacts have, so that no text goes to a landline. For the worker, or for cron."""

from django.conf import settings
from django.utils import timezone

from conferenceline.telephony.errors import MisconfiguredError, OutcomeUnknownError, TooBusyError, UndeliverableError
from conferenceline.telephony.lookups import line_type
from participants.models import Contact

AT_ONCE = 20


def ask_due(most: int = AT_ONCE) -> int:
    """Asks for up to so many numbers that have not been asked for; how many. None while LOOKUP_LINE_TYPES is off.

    Each is claimed first, so that two workers do not pay twice. Raises MisconfiguredError.
    """
    if not settings.LOOKUP_LINE_TYPES:
        return 0
    return sum(ask(contact) for contact in Contact.objects.of_unknown_line()[:most])


def ask(contact: Contact) -> bool:
    """Whether the question was answered: if not, it stays due."""
    mine = Contact.objects.filter(pk=contact.pk, channel=contact.channel, address=contact.address)
    if not mine.filter(line_type_asked_at=None).update(line_type_asked_at=timezone.now()):
        return False
    try:
        mine.update(line_type=line_type(contact.address))
    except UndeliverableError:
        return True  # nothing is known of it, and asking again would bring no more
    except (TooBusyError, OutcomeUnknownError):
        mine.update(line_type_asked_at=None)
        return False
    except MisconfiguredError:
        mine.update(line_type_asked_at=None)  # to be asked once it is mended
        raise
    return True
