"""People of a list and a team's address book: what would become of each row, and doing so.

Nobody is merged by a guess: whoever is only alike is asked about.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from participants.models import CallingLine, Conference, Contact, Invitation, Participant, Team
from participants.models.contacts import Channel
from participants.models.imports import Fate
from participants.names import likeness
from participants.pasted import Row, unique

NEW_PERSON, LEFT_OUT = "new", "out"  # what may be answered besides a person's key
SAVED = (Fate.NEW, Fate.CHANGED, Fate.SAME)


@dataclass
class Plan:
    """What would become of one row, and why."""

    row: Row
    fate: Fate
    person: Participant | None = None
    why: str = ""
    numbers: list[str] = field(default_factory=list)  # that the person gets
    mails: list[str] = field(default_factory=list)
    alike: list[Participant] = field(default_factory=list)  # of whom one may be meant
    answer: str = ""
    twin: int = 0  # the line of the list that has this name, or one like it, before it, with other addresses

    @property
    def key(self) -> str:
        """By which an answer finds its row, also when lines before it come and go."""
        return hashlib.sha256(self.row.text.encode()).hexdigest()[:16]

    @property
    def choices(self) -> list[tuple[Participant, list[str]]]:
        """Those of whom one may be meant, and where each is reached, in order."""
        return [(person, addresses_of(person)) for person in self.alike]

    @property
    def may_be_new(self) -> bool:
        """Without a name, or where no code could reach them, nobody is made."""
        return bool(self.row.name and (self.row.numbers or self.row.mails))

    @property
    def by_the_book(self) -> Fate:
        """Its fate as far as the address book decides it, and not the rest of the list."""
        return Fate.NEW if self.twin else self.fate

    @property
    def is_saved(self) -> bool:
        return self.fate in SAVED


class Book:
    """Those of these people who have a name, number or address of these rows. Six queries, however many."""

    def __init__(self, everybody: QuerySet[Participant], rows: Iterable[Row]) -> None:
        rows = list(rows)
        numbers = {number for row in rows for number in row.numbers}
        mails = {mail for row in rows for mail in row.mails}
        names = {likeness(row.name) for row in rows if row.name}
        people = everybody.order_by()
        keys = set(people.filter(likeness__in=names).values_list("pk", flat=True))
        keys |= set(people.filter(lines__number__in=numbers).values_list("pk", flat=True))
        keys |= set(people.filter(contacts__address__in=numbers | mails).values_list("pk", flat=True))
        found = everybody.filter(pk__in=keys).prefetch_related("lines", "contacts").order_by("pk")
        self.people = {person.pk: person for person in found}
        self.by_likeness: dict[str, set[int]] = {}
        self.by_address: dict[str, set[int]] = {}
        for person in found:
            self.by_likeness.setdefault(person.likeness, set()).add(person.pk)
            for address in addresses_of(person):
                self.by_address.setdefault(address, set()).add(person.pk)

    def named(self, row: Row) -> set[int]:
        """Those whose name is that of the row, be it without its accents."""
        return self.by_likeness.get(likeness(row.name), set())

    def at(self, *addresses: str) -> set[int]:
        return set().union(*(self.by_address.get(address, set()) for address in addresses))


def addresses_of(person: Participant) -> list[str]:
    """Where they call from and where codes go, each once."""
    lines = [str(line.number) for line in person.lines.all()]
    return unique([*lines, *(contact.address for contact in person.contacts.all() if not contact.is_app)])


def missing(person: Participant, row: Row) -> tuple[list[str], list[str]]:
    """The numbers and the mail addresses of the row that this person has not: neither to call from nor for codes."""
    known = addresses_of(person)
    return [each for each in row.numbers if each not in known], [each for each in row.mails if each not in known]


def plan(team: Team, rows: Iterable[Row], answers: Mapping[str, str] | None = None) -> list[Plan]:
    """What would become of each row in this team's address book. Nothing is saved.

    Args: answers: by Plan.key, who is meant: a person's key, NEW_PERSON or LEFT_OUT. Others are not heeded.
    """
    rows = list(rows)
    return plan_in(Book(team.participants.all(), rows), rows, answers or {}, Taken())


def plan_in(book: Book, rows: Iterable[Row], answers: Mapping[str, str], taken: Taken) -> list[Plan]:
    """As plan(), in a book that has been searched. Args: taken: what rows before these have."""
    return [taken.once(_plan_of(row, book, answers), answers) for row in rows]


def _plan_of(row: Row, book: Book, answers: Mapping[str, str]) -> Plan:
    if row.wrong:
        return Plan(row, Fate.WRONG, why=row.wrong)
    sharing, named = book.at(*row.numbers, *row.mails), book.named(row)
    exact = sharing & named
    if len(exact) == 1:
        person = book.people[next(iter(exact))]
        if not book.at(*(address for missed in missing(person, row) for address in missed)) - exact:
            return _settled(row, person)
    plan = Plan(row, Fate.ASK, alike=[book.people[pk] for pk in sorted(sharing | named)])
    if not plan.alike:
        return Plan(row, Fate.NEW) if plan.may_be_new else Plan(row, Fate.WRONG, why=lacking(row))
    plan.answer = answers.get(plan.key, "")
    chosen = next((person for person in plan.alike if str(person.pk) == plan.answer), None)
    if chosen:
        settled = _settled(row, chosen)
        settled.alike, settled.answer = plan.alike, plan.answer
        return settled
    if plan.answer == NEW_PERSON and plan.may_be_new:
        plan.fate = Fate.NEW
    elif plan.answer == LEFT_OUT:
        plan.fate = Fate.OUT
    return plan


def lacking(row: Row) -> str:
    if row.name:
        return gettext("There is neither a number nor a mail address.")
    return gettext("There is no name.")


def _settled(row: Row, person: Participant) -> Plan:
    numbers, mails = missing(person, row)
    return Plan(row, Fate.CHANGED if numbers or mails else Fate.SAME, person, numbers=numbers, mails=mails)


class Taken:
    """Who and which addresses are in the list already: the second time is a slip. Of a name it is asked about."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[int, str]] = {}
        self.people: dict[int, int] = {}
        self.addresses: dict[str, int] = {}

    def once(self, plan: Plan, answers: Mapping[str, str]) -> Plan:
        """The plan; wrong where somebody before has the same number or address, or is the same person.

        Where somebody before is only called the same, it asks.
        """
        if plan.is_saved:
            plan = self._only_once(plan)
        if plan.fate == Fate.NEW and not plan.alike:
            self._ask_of_twin(plan, answers)
        self.note(plan.row, plan.fate, plan.person.pk if plan.person else None)
        return plan

    def note(self, row: Row, fate: str, person: int | None) -> None:
        """What rows after this one are held against; only what is saved takes its person, numbers and addresses."""
        if fate != Fate.WRONG:
            self.names.setdefault(likeness(row.name), (row.line, row.name.casefold()))
        if fate not in SAVED:
            return
        if person:
            self.people[person] = row.line
        self.addresses |= dict.fromkeys((*row.numbers, *row.mails), row.line)

    def _ask_of_twin(self, plan: Plan, answers: Mapping[str, str]) -> None:
        plan.twin, name = self.names.get(likeness(plan.row.name), (0, ""))
        if not plan.twin:
            return
        plan.answer = answers.get(plan.key, "")
        plan.fate = {NEW_PERSON: Fate.NEW, LEFT_OUT: Fate.OUT}.get(plan.answer, Fate.ASK)
        same, like = gettext("Line %(line)s has this name too."), gettext("Line %(line)s has a name like this.")
        plan.why = (same if name == plan.row.name.casefold() else like) % {"line": plan.twin}
        plan.why += " " + gettext("If both are one person, write them in one line.")

    def _only_once(self, plan: Plan) -> Plan:
        before = self.people.get(plan.person.pk) if plan.person else None
        new = (*plan.row.numbers, *plan.row.mails) if plan.fate == Fate.NEW else (*plan.numbers, *plan.mails)
        before = before or next((self.addresses[each] for each in new if each in self.addresses), None)
        if before:
            plan.fate, plan.why = (
                Fate.WRONG,
                gettext("Line %(line)s has this person or number already.") % {"line": before},
            )
        return plan


def fingerprint(plans: Iterable[Plan]) -> str:
    """Of what somebody was shown: the same only as long as each row would become the same."""
    told = [
        (each.row.text, each.by_the_book.value, each.person and each.person.pk, each.numbers, each.mails)
        for each in plans
    ]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def carry_out(team: Team, plans: Iterable[Plan], by: str) -> list[Participant]:
    """Enters what is new and adds what is missing, all or nothing; the people of the rows that are not left out.

    Args: by: who does it, for the record of changes. Raises ValidationError where a row is refused after all.
    """
    with transaction.atomic():
        return [_carry_out(team, each, by) for each in plans if each.is_saved]


def _carry_out(team: Team, plan: Plan, by: str) -> Participant:
    person, numbers, mails = plan.person, plan.numbers, plan.mails
    if person is None:
        person, numbers, mails = Participant(team=team, name=plan.row.name), [*plan.row.numbers], [*plan.row.mails]
        person.full_clean()
        person.save()
    for number in numbers:
        _save(CallingLine(participant=person, number=number))
    last = max((contact.position for contact in person.contacts.all()), default=-1)
    wanted = [(Channel.SMS, number) for number in numbers] + [(Channel.EMAIL, mail) for mail in mails]
    for position, (channel, address) in enumerate(wanted, start=last + 1):
        contact = Contact(participant=person, channel=channel, address=address, position=position)
        contact.changed_by = by
        _save(contact)
    return person


def _save(row: CallingLine | Contact) -> None:
    row.full_clean()
    row.save()


def put_on_roster(conference: Conference, people: Iterable[Participant], role: str) -> int:
    """Puts these people of the conference's team on its roster in this role; how many were not on it.

    Whoever is on it already keeps their role.
    """
    people = [person for person in people if person.team_id == conference.team_id]
    with transaction.atomic():
        there = set(conference.invitations.filter(participant__in=people).values_list("participant", flat=True))
        added = [person for person in people if person.pk not in there]
        for person in added:
            Invitation.objects.create(conference=conference, participant=person, role=role)
    return len(added)
