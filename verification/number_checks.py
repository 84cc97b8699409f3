"""Asks whose number may be in other hands, before a conference that wants to know. For the worker, or for cron.

Each question is put by itself: an account that may not put the one gets answers to the others.
"""

import logging
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from conferenceline.telephony import lookups
from conferenceline.telephony.errors import MisconfiguredError, OutcomeUnknownError, TooBusyError, UndeliverableError
from participants.countries import country_of
from participants.models import Contact, Doubt, Occurrence
from participants.models.contacts import CANNOT_BE_TEXTED, TO_A_PHONE

logger = logging.getLogger(__name__)

AT_ONCE = 20
# Before the doors open. What was learnt earlier is asked for anew: in time to do something about it, and once more.
BEFORE, SHORTLY_BEFORE = timedelta(days=1), timedelta(hours=2)
# "a minimum aging period of 45 days before a permanently disconnected number may be reassigned to a new subscriber"
# (Federal Communications Commission, 84 FR 11226): who proved later than that to have it has it.
STAYS_UNUSED = timedelta(days=45)


class Question(ABC):
    """One thing that Lookup knows of numbers, of which contacts it is asked, and where the answer stands."""

    doubt: ClassVar[Doubt]
    asked_at: ClassVar[str]  # the field that says when
    learnt: ClassVar[str]  # the field with the answer
    country = ""  # the only one whose numbers it is answered for
    asks_twice = True  # a day before the doors, and shortly before
    outlasts = True  # whether what was learnt holds where later nobody knows

    @abstractmethod
    def contacts(self) -> QuerySet[Contact]:
        """Those of which it makes sense to ask."""

    def alike(self, contact: Contact) -> QuerySet[Contact]:
        """Those of which the answer for this one says as much."""
        return Contact.objects.filter(channel__in=TO_A_PHONE, address=contact.address)

    @abstractmethod
    def put(self, contact: Any) -> Any:
        """The answer as it is kept. At most one request; raises as the lookups do."""

    def due(self) -> QuerySet[Contact]:
        """Contacts of people whose conference opens within a day, or is open, of which it was not asked since.

        In the last hours before the doors once more: it may have come true meanwhile.
        """
        now = timezone.now()
        dates = Occurrence.objects.filter(
            conference__checks_numbers=True,
            conference__status="scheduled",
            conference__invitations__participant=OuterRef("participant"),
            cancelled=False,
            moderators_open_at__lte=now + BEFORE,
            closes_at__gt=now,
        )
        asked = OuterRef(self.asked_at)
        wanted = Q(Exists(dates), **{self.asked_at: None}) | Q(
            Exists(dates.filter(moderators_open_at__gt=asked + BEFORE))
        )
        if self.asks_twice:
            shortly = dates.filter(moderators_open_at__lte=now + SHORTLY_BEFORE)
            wanted |= Q(Exists(shortly.filter(moderators_open_at__gt=asked + SHORTLY_BEFORE)))
        return self.contacts().filter(wanted).order_by("pk")

    def ask(self, contact: Any) -> bool:
        """Whether it was answered: if not, it stays due, unless nobody knows. Raises MisconfiguredError."""
        moment = timezone.now()
        alike = self.alike(contact)
        if not alike.filter(pk__in=self.due().values("pk")).update(**{self.asked_at: moment}):
            return False  # another worker's, or asked already for whoever has it too
        if self.country and country_of(contact.address) != self.country:
            return False
        claimed = alike.filter(**{self.asked_at: moment})
        try:
            answer = self.put(contact)
        except UndeliverableError as fault:  # nothing is known of it
            logger.warning("nobody says whether %s: Twilio answered %s", self.doubt.label, fault.code)
            if not self.outlasts:
                alike.update(**{self.learnt: None})
            return True
        except (TooBusyError, OutcomeUnknownError):
            claimed.update(**{self.asked_at: None})
            return False
        except MisconfiguredError:
            claimed.update(**{self.asked_at: None})  # to be asked once it is mended
            raise
        alike.update(**{self.learnt: answer, self.asked_at: moment})
        return True


class SimSwap(Question):
    """https://www.twilio.com/docs/lookup/v2-api/sim-swap"""

    doubt, asked_at, learnt = Doubt.SIM_SWAPPED, "sim_asked_at", "sim_swapped_at"

    def contacts(self) -> QuerySet[Contact]:
        return Contact.objects.filter(channel__in=TO_A_PHONE).exclude(line_type__in=CANNOT_BE_TEXTED)

    def put(self, contact: Any) -> Any:
        return lookups.sim_swapped_at(contact.address)


class Reassignment(Question):
    """https://www.twilio.com/docs/lookup/v2-api/reassigned-number

    Of numbers that have proved this person, or were said to be theirs, longer ago than another can have had them
    since. Once it is known only somebody of the team lifts it: a code that is typed right may be the new owner's.
    """

    doubt, asked_at, learnt = Doubt.REASSIGNED, "reassigned_asked_at", "reassigned_at"
    country, asks_twice = "US", False  # what is asked there is renewed once a month

    def contacts(self) -> QuerySet[Contact]:
        theirs = Contact.objects.filter(participant=OuterRef("participant"), channel__in=TO_A_PHONE)
        same = theirs.filter(address=OuterRef("address")).order_by().values("address")
        lately = timezone.now() - STAYS_UNUSED
        phones = Contact.objects.filter(channel__in=TO_A_PHONE, address__startswith="+1", reassigned_at=None)
        return (
            phones.annotate(
                proved_at=Subquery(same.annotate(last=Max("succeeded_at")).values("last")),
                said_at=Subquery(same.annotate(last=Max("confirmed_at")).values("last")),
            )
            .exclude(proved_at=None, said_at=None)
            .filter(Q(proved_at=None) | Q(proved_at__lte=lately))
            .filter(Q(said_at=None) | Q(said_at__lte=lately))
        )

    def alike(self, contact: Contact) -> QuerySet[Contact]:
        return super().alike(contact).filter(participant=contact.participant_id)  # others have proved it at other times

    def put(self, contact: Any) -> Any:
        theirs_at = max(at for at in (contact.proved_at, contact.said_at) if at)
        return timezone.now() if lookups.is_reassigned(contact.address, theirs_at.date()) else None


class Forwarding(Question):
    """https://www.twilio.com/docs/lookup/v2-api/call-forwarding"""

    doubt, asked_at, learnt = Doubt.FORWARDED, "forwarding_asked_at", "forwarded_at"
    country, outlasts = "GB", False

    def contacts(self) -> QuerySet[Contact]:
        return Contact.objects.filter(channel=Contact.Channel.CALL, address__startswith="+44")

    def put(self, contact: Any) -> Any:
        return timezone.now() if lookups.forwards_calls(contact.address) else None


QUESTIONS: tuple[Question, ...] = (SimSwap(), Reassignment(), Forwarding())


def ask_due(most: int = AT_ONCE) -> int:
    """Puts each question that whoever runs the line wants put, for up to so many contacts; how many were answered.

    Each is claimed first, so that two workers do not pay twice, and put once for all who have the number. Raises
    MisconfiguredError.
    """
    heeded = [question for question in QUESTIONS if question.doubt.heeded]
    return sum(question.ask(contact) for question in heeded for contact in question.due()[:most])
