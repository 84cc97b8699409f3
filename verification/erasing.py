"""Erases one person: they, what hangs on them, and what the log knows of them, save what is needed still.

The log is made nameless first, in batches; the person goes last, so that an erasing that was stopped can be done again.
Twilio forgets their authenticator app as it does any that nobody uses: the worker asks it, after the commit.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalChanges

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    Delivery,
    ImportRow,
    Invitation,
    ModeratorNumber,
    Participant,
)
from verification import throttle
from verification.models import Admission, Call, Challenge, Unlock, Vouch
from verification.retention import BATCH, batches

logger = logging.getLogger(__name__)

# Of nobody in particular: whoever reads these learns nothing of another team's book.
REMAINS = (
    gettext_lazy(
        "Calls of the last day, or of the longest limit, keep the number that called, and their codes the address: "
        "the limits and the warnings of unusual calls go by them. So do calls from before the number was entered here. "
        "They are deleted with all old calls, by the nightly deletion. What a limit has counted for a number or an "
        "address is forgotten when its time is over, within a day."
    ),
    gettext_lazy("The log of calls, seats and codes stays, without name, number and address: what happened in a room."),
    gettext_lazy(
        "A number or address that somebody else has too, such as a family's telephone, stays where it is theirs. "
        "So does whoever has the same name in another team's address book."
    ),
    gettext_lazy(
        "A file of people that nobody has read yet is not looked into. It is forgotten after two days, or when "
        "somebody forgets it on its page."
    ),
    gettext_lazy("A block of their number stays, with its reason: it keeps somebody out, until it is taken away."),
    gettext_lazy(
        "What organizers wrote into titles of conferences stays, and a login to these pages: it is an account."
    ),
    gettext_lazy("Twilio keeps its own records for as long as is set there; backups hold what they held."),
)


class InCallError(Exception):
    """The person is in a call, or may be: what goes on is not taken away under them."""

    def __str__(self) -> str:
        return _("This person is in a call now. Erase them when the call is over.")


@dataclass(frozen=True)
class Traces:
    """Where something of a person is, beside the rows that go with them."""

    person: Participant

    @cached_property
    def names(self) -> set[str]:
        """What they are called, and were."""
        before = Participant.history.filter(id=self.person.pk).order_by().values_list("name", flat=True)
        return {self.person.name, *before}

    @cached_property
    def alone(self) -> dict[str, datetime]:
        """Their numbers and addresses that nobody else has, those of before too; and since when they are in the book.

        What rang before that is not this person's, as far as anybody knows.
        """
        person, since = self.person, {}
        for each in (
            *person.lines.values_list("number", flat=True),
            *person.contacts.values_list("address", flat=True),
        ):
            since[str(each)] = person.created_at
        for model, field in ((CallingLine, "number"), (Contact, "address")):
            rows = model.history.filter(participant_id=person.pk).order_by("-history_date")
            since |= {str(value): at for value, at in rows.values_list(field, "history_date")}
        for change in person.contact_changes.all():
            for address in filter(None, (change.address, change.old_address)):
                since.setdefault(address, person.created_at)
        lines = CallingLine.objects.filter(number__in=since).exclude(participant=person)
        contacts = Contact.objects.filter(address__in=since).exclude(participant=person)
        others = {*map(str, lines.values_list("number", flat=True)), *contacts.values_list("address", flat=True)}
        return {address: at for address, at in since.items() if address not in others}

    def calls(self) -> QuerySet[Call]:
        """Those that keep a number of theirs and that no limit counts any more."""
        return Call.objects.filter(self._since("line", "rang_at"), rang_at__lte=self._needed)

    def codes(self) -> QuerySet[Challenge]:
        """As calls(): by when the call rang. Twilio's time of a code is cut to the second."""
        return Challenge.objects.filter(self._since("address", "call__rang_at"), call__rang_at__lte=self._needed)

    def _since(self, address: str, at: str) -> Q:
        each = [Q(**{address: known, f"{at}__gte": since}) for known, since in self.alone.items()]
        return reduce(or_, each, Q(pk=None))

    @cached_property
    def _needed(self) -> datetime:
        return timezone.now() - longest_window()

    def recognized(self) -> QuerySet[Call]:
        """The calls in whose list of who may be calling they can be."""
        mine = Call.objects.filter(Q(attempts__participant=self.person) | Q(admissions__participant=self.person))
        return Call.objects.filter(Q(pk__in=mine.values("pk")) | Q(pk__in=self.calls().values("pk")))

    def mails(self) -> QuerySet[Delivery]:
        nobodys = Q(participant=None, team=self.person.team_id, address__in=self.alone)
        return Delivery.objects.filter(Q(participant=self.person) | nobodys)

    def imported(self) -> QuerySet[ImportRow]:
        """The rows of files that are not forgotten yet, in which they stand. Of a wrong row only its text is known."""
        each = [Q(name__iexact=name) | Q(name="", text__icontains=name) for name in self.names]
        each += [Q(numbers__icontains=address) | Q(mails__icontains=address) for address in self.alone]
        rows = ImportRow.objects.filter(imported__team=self.person.team_id)
        return rows.filter(reduce(or_, each, Q(participant=self.person)))

    def history(self) -> list[QuerySet]:
        """The rows of django-simple-history that are about them, whatever is left of what they are about."""
        found = [Participant.history.filter(id=self.person.pk)]
        for model in apps.get_models():
            if issubclass(model, HistoricalChanges) and hasattr(model, "participant_id"):
                found.append(model._default_manager.filter(participant_id=self.person.pk))
        return found

    @cached_property
    def _places(self) -> list[tuple[int, int]]:
        """The rosters that they are or were on: invitation and conference."""
        ever = Invitation.history.filter(participant_id=self.person.pk).order_by()
        now = Invitation.objects.filter(participant=self.person).order_by()
        return list({*ever.values_list("id", "conference_id"), *now.values_list("pk", "conference_id")})

    def entries(self) -> QuerySet[LogEntry]:
        """Of the admin's own log: django.contrib.admin keeps what each row was called."""
        places = [invitation for invitation, _conference in self._places]
        about: dict[type[Model], Iterable[int]] = {
            Participant: [self.person.pk],
            Invitation: places,
            ModeratorNumber: places,
            Vouch: Vouch.objects.filter(participant=self.person).values_list("pk", flat=True),
            Unlock: Unlock.objects.filter(participant=self.person).values_list("pk", flat=True),
        }
        each = [Q(content_type=kind_of(model), object_id__in=[str(pk) for pk in pks]) for model, pks in about.items()]
        return LogEntry.objects.filter(reduce(or_, each))

    def mentions(self) -> list[LogEntry]:
        """The entries about conferences that name them, with `change_message` as it is without the name.

        A name that somebody else on the same roster has, or had, is theirs too, and stays.
        """
        found = []
        rosters = {conference for _invitation, conference in self._places}
        for conference in rosters:
            namesakes = Participant.history.filter(name__in=self.names).exclude(id=self.person.pk)
            ever = Invitation.history.filter(conference_id=conference)
            if ever.filter(participant_id__in=namesakes.order_by().values("id")).exists():
                continue
            entries = LogEntry.objects.filter(content_type=kind_of(Conference), object_id=str(conference))
            for entry in entries.iterator(BATCH):
                without = unnamed(entry.change_message, self.names)
                if without != entry.change_message:
                    entry.change_message = without
                    found.append(entry)
        return found


def kind_of(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=False)


def longest_window() -> timedelta:
    """For how long a limit looks back."""
    return max(throttle.limit(name).window for name in settings.LIMITS)


def unnamed(message: str, names: set[str]) -> str:
    """An entry's list of what was changed (JSON), where it calls a row by one of these names, alone or with a role."""
    try:
        changes = json.loads(message)
    except ValueError:
        return message
    found = False
    for change in changes if isinstance(changes, list) else []:
        for what in change.values() if isinstance(change, dict) else []:
            called = what.get("object", "") if isinstance(what, dict) else ""
            if called in names or called.rpartition(" (")[0] in names:
                what["object"], found = "somebody who was erased", True
    return json.dumps(changes) if found else message


def in_call(person: Participant) -> bool:
    """Whether they are in a room, or a call goes on in which they may be."""
    now = timezone.now()
    if Admission.objects.live(now).filter(participant=person).exists():
        return True
    return any(person.pk in people for people in Call.objects.live(now).values_list("people", flat=True))


def goes(person: Participant) -> Counter[str]:
    """What erase() would take away, in words with their number. Changes nothing."""
    traces = Traces(person)
    changes = sum(rows.count() for rows in traces.history()) + person.contact_changes.count()
    return Counter(
        {
            _("calling lines"): person.lines.count(),
            _("contacts"): person.contacts.count(),
            _("places on rosters"): person.invitations.count(),
            _("privacy notices heard"): person.heard_notices.count(),
            _("places in groups"): person.places_in_groups.count(),
            _("rows of files of people"): traces.imported().count(),
            _("mails and texts"): traces.mails().count(),
            _("changes on record"): changes,
            _("entries in the log of these pages"): traces.entries().count() + len(traces.mentions()),
            _("reasons and notes of organizers"): person.vouches.count() + person.unlocks.count(),
            _("numbers in the log of calls"): traces.calls().count(),
            _("addresses in the log of codes"): traces.codes().count(),
            _("authenticator apps, which Twilio is asked to forget"): person.contacts.filter(
                channel=Contact.Channel.TOTP
            ).count(),
        }
    )


def erase(person: Participant) -> Counter[str]:
    """Erases the person; what went, as goes() says it. Stopped, it can be done again. Raises InCallError."""
    if in_call(person):
        raise InCallError
    pk, team, traces = person.pk, person.team_id, Traces(person)
    counted = goes(person)
    _forget_people(traces)
    _blank(traces.calls(), line="")
    _blank(traces.codes(), address="")
    for _kinds in batches(traces.mails()):
        pass
    with transaction.atomic():
        Participant.objects.select_for_update().filter(pk=pk).first()
        if in_call(person):
            raise InCallError
        for entry in traces.mentions():
            entry.save(update_fields=["change_message"])
        traces.entries().delete()
        traces.mails().delete()
        traces.imported().delete()
        Vouch.objects.filter(participant=pk).update(reason="")
        Unlock.objects.filter(participant=pk).update(used_up="")
        Participant.objects.filter(pk=pk).delete()
        for rows in traces.history():  # last: the rest is found by it; and deleting was put on record, too
            rows.delete()
    logger.info("a person of team %s was erased", team)
    return counted


def _forget_people(traces: Traces) -> None:
    for call in list(traces.recognized().only("pk", "people")):
        left = [each for each in call.people if each != traces.person.pk]
        if left != call.people:
            Call.objects.filter(pk=call.pk).exclude(ended_at=None).update(people=left)


def _blank(rows: QuerySet, **fields: Any) -> None:
    """A batch at a time: no caller waits for the rest."""
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), BATCH):
        rows.model._default_manager.filter(pk__in=pks[start : start + BATCH]).update(**fields)
