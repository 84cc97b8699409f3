"""Invitations: owed here, sent by the worker.

Each goes to a person once. Who was invited is asked of the outbox, and so is what became of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from participants.letters import Letter, Letters
from participants.models import CalendarEntry, Conference, Delivery, Invitation

NOT_SENT = Delivery.OVER_WITHOUT_PROOF
WITHDRAWN_FIRST = models.Case(models.When(state=Delivery.State.WITHDRAWN, then=0), default=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Whom(models.TextChoices):
    NEW = "new", gettext_lazy("those who are not invited yet")
    FAILED = "failed", gettext_lazy("those whose invitation did not arrive, or perhaps not")
    ALL = "all", gettext_lazy("everybody, also those who have it already")
    CHOSEN = "chosen", gettext_lazy("those ticked below, also those who have it already")


@dataclass
class Owed:
    """What came of it: how many are written to, and who cannot be."""

    new: int = 0
    unreachable: list[Invitation] = field(default_factory=list)


def roster_of(conference: Conference) -> list[Invitation]:
    """Everybody on it who is in the team's book, each with contacts, and with `last`: their invitation as it was owed
    last, or None. One that was taken back counts only where there is no other.
    """
    rows = conference.invitations.filter(participant__team=conference.team_id).select_related("participant")
    roster = list(rows.prefetch_related("participant__contacts").order_by("participant__name", "pk"))
    sent = Delivery.objects.filter(invitation__conference=conference, kind=Delivery.Kind.INVITATION)
    sent = sent.defer("body", "html", "calendar").order_by(WITHDRAWN_FIRST, "pk")
    last = {each.invitation_id: each for each in sent}
    for invitation in roster:
        invitation.last = last.get(invitation.pk)
    return roster


def chosen(roster: Iterable[Invitation], whom: str, ticked: Collection[int] = ()) -> list[Invitation]:
    """Those of the roster who are meant. Ticked: the ids of invitations."""
    meant = {
        Whom.NEW: lambda each: each.last is None or each.last.state == Delivery.State.WITHDRAWN,
        Whom.FAILED: lambda each: each.last is not None and each.last.state in NOT_SENT,
        Whom.ALL: lambda each: True,
        Whom.CHOSEN: lambda each: each.pk in ticked,
    }[Whom(whom)]
    return [each for each in roster if meant(each)]


def invite(conference: Conference, whom: str, ticked: Collection[int] = (), *, seen: datetime | None = None) -> Owed:
    """Owes these people their invitation; how many are new, and who has no address for it.

    Whoever has one already gets it once more only where it was sent before `seen` (aware): a button that is pressed
    twice says so of the same page. One that failed is owed anew, to the address as it is now.
    """
    owed, seen = Owed(), seen or timezone.now()
    with transaction.atomic():
        entry = CalendarEntry.objects.note(conference)
        if _somebody_is_back(conference, entry):
            entry.bump()
        letters = Letters(entry)
        fresh: list[Delivery] = []
        for invitation in chosen(roster_of(conference), whom, ticked):
            letter = letters.to(invitation, Delivery.Kind.INVITATION)
            if letter.contact is None:
                owed.unreachable.append(invitation)
                continue
            last = invitation.last
            delivery = delivery_of(letter, Delivery.Kind.INVITATION, entry, until=letters.until)
            if last is None:
                fresh.append(delivery)
            elif last.state in NOT_SENT:
                owed.new += last.owe_anew(delivery)
            elif last.sent_at and last.sent_at < seen:
                delivery.key = f"{delivery.key} after {(seen - EPOCH) // timedelta(microseconds=1)}"
                fresh.append(delivery)
        owed.new += Delivery.objects.owe_all(fresh)
    return owed


def _somebody_is_back(conference: Conference, entry: CalendarEntry) -> bool:
    """Whether the newest that somebody on the roster has is that they are on it no more."""
    gone = Delivery.objects.filter(kind=Delivery.Kind.TAKEN_OFF, conference=conference, sequence=entry.sequence)
    return gone.filter(participant__invitations__conference=conference).exists()


def delivery_of(
    letter: Letter, kind: str, entry: CalendarEntry, *, until: datetime | None = None, **fields: object
) -> Delivery:
    """The row that owes this letter, not saved: once for its place on the roster. An invitation has no edition."""
    invitation, notice, contact = letter.invitation, letter.notice, letter.contact
    assert contact
    conference = entry.conference
    content = {"subject": notice.subject, "body": notice.body, "html": notice.html, "calendar": letter.calendar}
    return Delivery(
        key=Delivery.objects.key_of(kind, conference, invitation.participant, invitation.roster_number),
        kind=kind,
        channel=Delivery.Channel.MAIL if letter.is_mail else Delivery.Channel.TEXT,
        address=contact.address,
        language=notice.language,
        sequence=entry.sequence,
        invitation=invitation,
        participant=invitation.participant,
        personal=True,
        team=conference.team,
        conference=conference,
        until=until,
        **(content if letter.is_mail else {"body": notice.text}),
        **fields,
    )
