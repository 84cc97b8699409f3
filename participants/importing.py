"""Reads, shows and saves files of people, in the background and a batch at a time.

A batch is one transaction, and begins by renewing the claim: whoever has lost it to another worker writes nothing more.
A row is saved in the transaction that says so. So a worker that dies over a file leaves whole batches behind, and
whoever takes it up goes on with the rows that are left.
"""

from __future__ import annotations

import logging
import traceback
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from participants.history import changes_by
from participants.intake import LEFT_OUT, Book, Fate, Plan, Taken, carry_out, fingerprint, plan_in, put_on_roster
from participants.models import ImportRow, Invitation, PeopleImport, Team
from participants.models.imports import ATTEMPTS_MOST
from participants.pasted import Row
from participants.tables import Person, people_of, read_table

logger = logging.getLogger(__name__)

READ_AT_ONCE = 500
SAVED_AT_ONCE = 20  # rows in a transaction: on SQLite callers wait for it


class LostClaimError(Exception):
    """Another worker has taken the file up."""


def import_due() -> int:
    """Works on every file that waits, oldest first; on how many. Several may do so at once."""
    worked = 0
    while imported := PeopleImport.objects.due(timezone.now()).order_by("made_at", "pk").first():
        if not imported.claim(timezone.now()):
            continue
        worked += 1
        with translation.override("en"), changes_by(imported.made_by):  # the words that are stored are organizers'
            work_on(imported)
    return worked


def work_on(imported: PeopleImport) -> None:
    """One try. What came of it is in the rows."""
    if imported.attempts > ATTEMPTS_MOST:
        give_up(imported, _("The worker stopped in the middle, again and again. Nothing more is saved of it."))
        return
    try:
        if imported.state == PeopleImport.State.READING:
            read(imported)
        else:
            save(imported)
    except LostClaimError:
        logger.warning("the import %s was taken up by another worker", imported.pk)
    except ValidationError as problem:
        give_up(imported, " ".join(problem.messages))
    except Exception as error:
        # Where, and not what it says: that may be a name.
        where = "".join(traceback.format_tb(error.__traceback__))
        logger.error("the import %s met a fault of our own, %s:\n%s", imported.pk, type(error).__name__, where)
        give_up(imported, _("A fault of this installation; its log says more."))


def give_up(imported: PeopleImport, words: str) -> None:
    if imported.state == PeopleImport.State.READING:
        imported.rows.all().delete()
        imported.finish(PeopleImport.State.FAILED, why=words[:400])
    else:
        end(imported, why=words[:400])


def renew(imported: PeopleImport, **fields: Any) -> None:
    if not imported.go_on(**fields):
        raise LostClaimError


def read(imported: PeopleImport) -> None:
    """Stores the rows with what would become of each. Begun anew where a worker died over it."""
    table = read_table(bytes(imported.content))
    taken, counts = Taken(), Counter[str]()
    with transaction.atomic():
        unused, sheet = ", ".join(table.unused)[:400], table.sheet[:100]
        renew(imported, total=len(table.rows), worked=0, unused=unused, sheet=sheet)
        imported.rows.all().delete()
    everybody = people_of(table, imported.team.number_region)
    while people := list(islice(everybody, READ_AT_ONCE)):
        rows = [each.row for each in people]
        plans = plan_in(Book(imported.team.participants.all(), rows), rows, {}, taken)
        with transaction.atomic():
            renew(imported, worked=people[-1].row.line)
            ImportRow.objects.bulk_create(map(stored, [imported] * len(rows), people, plans))
        counts.update(each.fate.value for each in plans)
    why = _(
        "This file does not say by which code page its letters were written. If a name looks wrong, save the list as "
        "“CSV UTF-8” or as XLSX, and choose that."
    )
    imported.finish(PeopleImport.State.SHOWN, counts=counts, why=why if table.guessed else "")


def stored(imported: PeopleImport, person: Person, plan: Plan) -> ImportRow:
    row = plan.row
    return ImportRow(
        imported=imported,
        line=row.line,
        text=row.text,
        name=row.name,
        numbers=list(row.numbers),
        mails=list(row.mails),
        role=row.role,
        language=person.language,
        fate=plan.fate,
        why=plan.why[:400],
        shown=fingerprint([plan]),
        participant=plan.person,
    )


def row_of(stored: ImportRow) -> Row:
    """As it was read."""
    wrong = stored.why if stored.fate == Fate.WRONG else ""
    return Row(stored.line, stored.text, stored.name, tuple(stored.numbers), tuple(stored.mails), wrong)


def save(imported: PeopleImport) -> None:
    """Saves the rows that are left, as they were shown; of one that would become something else it says so."""
    taken = Taken()
    for row in imported.rows.exclude(saved_at=None):
        taken.note(row_of(row), row.fate, row.participant_id)
    while batch := list(imported.rows.filter(saved_at=None).exclude(fate=Fate.WRONG)[:SAVED_AT_ONCE]):
        with transaction.atomic():
            renew(imported, worked=batch[-1].line)
            list(Team.objects.select_for_update().filter(pk=imported.team_id).values_list("pk"))
            save_batch(imported, batch, taken)
    end(imported)


def save_batch(imported: PeopleImport, batch: Sequence[ImportRow], taken: Taken) -> None:
    made = imported.rows.filter(made=True).order_by().values("participant")
    book = Book(imported.team.participants.exclude(pk__in=made), map(row_of, batch))
    answers = {}
    for each, fresh in zip(batch, plan_in(book, map(row_of, batch), {}, Taken()), strict=True):
        if fingerprint([fresh]) != each.shown:
            each.fate, each.why = Fate.WRONG, _("The address book has changed meanwhile. Import this row once more.")
        elif each.answer == LEFT_OUT or (each.fate == Fate.ASK and not each.answer):
            leave_out(each)
        answers[fresh.key] = each.answer
    left = [each for each in batch if each.fate not in (Fate.WRONG, Fate.OUT)]
    for each, plan in zip(left, plan_in(book, map(row_of, left), answers, taken), strict=True):
        save_row(imported, each, plan)
    if imported.conference:
        for role in Invitation.Role.values:
            people = [each.participant for each in left if each.participant and (each.role or imported.role) == role]
            put_on_roster(imported.conference, people, role)
    ImportRow.objects.bulk_update(batch, ("fate", "why", "participant", "made", "saved_at"))


def leave_out(row: ImportRow) -> None:
    row.saved_at, row.participant = timezone.now(), None
    row.fate, row.why = Fate.OUT, "" if row.answer == LEFT_OUT else _("Nobody said who is meant.")


def save_row(imported: PeopleImport, row: ImportRow, plan: Plan) -> None:
    row.saved_at, row.participant, row.fate, row.why = timezone.now(), None, plan.fate, plan.why
    if plan.fate == Fate.ASK:  # answered with what is no answer any more
        leave_out(row)
    if not plan.is_saved:
        return
    by = imported.made_by.get_username() if imported.made_by else ""
    try:
        [row.participant] = carry_out(imported.team, [plan], by)
    except ValidationError as problem:
        row.fate, row.why = Fate.WRONG, " ".join(problem.messages)[:400]
        return
    row.made = plan.fate == Fate.NEW
    if row.made and row.language:
        row.participant.language = row.language
        row.participant.save()


def end(imported: PeopleImport, why: str = "") -> None:
    """Counts what became of the rows, and forgets those that were saved.

    Args: why: why nothing more of it is saved, where that is so.
    """
    with transaction.atomic():
        renew(imported)
        rows = imported.rows.order_by()
        counts = Counter(rows.values_list("fate", flat=True).iterator())
        rows.exclude(saved_at=None).exclude(fate__in=(Fate.OUT, Fate.WRONG)).delete()
        imported.finish(PeopleImport.State.DONE, counts=counts, why=why)
