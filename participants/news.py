"""What those who were invited are told afterwards: what changed, that it is called off, that they are on it no more."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from participants.facts import Facts
from participants.invitations import Owed, delivery_of
from participants.letters import Letters, told_at
from participants.models import CalendarEntry, Conference, Delivery, Invitation, Occurrence

Kind, State = Delivery.Kind, Delivery.State
TELLS_THE_PLAN = (Kind.INVITATION, Kind.CHANGED, Kind.CALLED_OFF)
ARRIVED = (State.SENT, State.UNSURE, State.SENDING)  # or may have


def were_told(conference: Conference, before: int) -> list[Invitation]:
    """Those on the roster who were told the plan, or are about to be, and last as it was before this sequence.

    Each with `told`: that sequence.
    """
    told = (
        Delivery.objects.filter(invitation=OuterRef("pk"), kind__in=TELLS_THE_PLAN)
        .exclude(state__in=(State.FAILED, State.WITHDRAWN))
        .order_by("-sequence")
        .values("sequence")[:1]
    )
    rows = conference.invitations.filter(participant__team=conference.team_id).select_related("participant")
    rows = rows.annotate(told=Subquery(told)).filter(told__lt=before).order_by("participant__name", "pk")
    return list(rows.prefetch_related("participant__contacts"))


def behind(conference: Conference) -> list[Invitation]:
    """Those who do not know how it stands now: nobody told them what has changed. Nobody, once all dates are over."""
    entry = CalendarEntry.objects.filter(conference=conference).first()
    if entry is None or not is_ahead(conference):
        return []
    is_newer = Facts.stored(entry.facts).changes_to(Facts.of(conference))  # than it was when it was saved last
    return were_told(conference, entry.sequence + 1 if is_newer else entry.changed_in)


def is_ahead(conference: Conference) -> bool:
    return conference.occurrences.filter(closes_at__gt=timezone.now()).exists()


def tell_changes(entry: CalendarEntry) -> Owed:
    """Owes everybody who was invited, and was not told yet, what has changed, with the calendar as it is now.

    What still waits is not sent as it was: an invitation is written anew, and of what is called off none goes out.
    What failed is owed once more. To be called in a transaction that has noted the entry.
    """
    owed, letters = Owed(), Letters(entry)
    kind = Kind.CALLED_OFF if entry.is_called_off else Kind.CHANGED
    behind = were_told(entry.conference, entry.changed_in)
    to_tell = [each for each in behind if told_at(each.participant) is None or not _instead_of_waiting(letters, each)]
    # What was taken back told them nothing.
    told = {each.pk: each.told for each in were_told(entry.conference, entry.changed_in)}  # type: ignore[attr-defined]
    fresh = []
    for invitation in to_tell:
        since = told.get(invitation.pk, 0)
        letter = letters.to(invitation, kind, entry.changes_since(since), entry.dates_since(since))
        if letter.contact is None:
            owed.unreachable.append(invitation)
        else:
            delivery = delivery_of(letter, kind, entry, until=letters.until)
            delivery.key = f"{delivery.key} {entry.changed_in}"
            fresh.append(delivery)
    failed = Delivery.objects.filter(key__in=[each.key for each in fresh])
    again = {each.key: each for each in failed.defer("body", "html", "calendar")}
    owed.new = sum(again[each.key].owe_anew(each) for each in fresh if each.key in again)
    owed.new += Delivery.objects.owe_all([each for each in fresh if each.key not in again])
    return owed


def _instead_of_waiting(letters: Letters, invitation: Invitation) -> bool:
    """Takes back what waits for this person; whether nothing more is to be told them."""
    theirs = Delivery.objects.filter(invitation=invitation, kind__in=TELLS_THE_PLAN)
    waiting = theirs.filter(state=State.WAITING)
    for each in waiting.exclude(kind=Kind.INVITATION):
        each.withdraw(_("The plan changed before it was sent."))
    first = waiting.filter(kind=Kind.INVITATION).first()
    if first is None or not first.withdraw(_("The plan changed before it was sent.")):
        return False
    if letters.entry.is_called_off:
        return not theirs.filter(state__in=ARRIVED).exists()  # else they had another one before
    letter = letters.to(invitation, Kind.INVITATION)
    first.owe_anew(delivery_of(letter, Kind.INVITATION, letters.entry, until=letters.until))
    return True


def who_lose_their_place(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Those among them who count on it: invited, and not told since that it is called off, with dates to come."""
    last = Delivery.objects.filter(invitation=OuterRef("pk"), kind__in=TELLS_THE_PLAN, state__in=ARRIVED)
    ahead = Occurrence.objects.filter(closes_at__gt=timezone.now()).order_by()
    counting = invitations.annotate(last_kind=Subquery(last.order_by("-sequence", "-pk").values("kind")[:1]))
    return counting.filter(
        last_kind__in=(Kind.INVITATION, Kind.CHANGED), conference__in=ahead.values("conference")
    ).order_by("participant__name", "pk")


def tell_who_lose_their_place(invitations: QuerySet[Invitation], kind: str) -> Owed:
    """Owes them that they are invited no more, before they are deleted: the letters stay in the outbox as written.

    To be called in the transaction that deletes them.

    Args: kind: TAKEN_OFF of Delivery.Kind, or CALLED_OFF where their conferences go, too.
    """
    by_conference: dict[Conference, list[Invitation]] = defaultdict(list)
    leaving = who_lose_their_place(invitations).select_related("participant", "conference__team")
    for invitation in leaving.prefetch_related("participant__contacts"):
        by_conference[invitation.conference].append(invitation)
    owed, fresh = Owed(), []
    for conference, leavers in by_conference.items():
        entry = CalendarEntry.objects.get(conference=conference)
        entry.bump()
        letters = Letters(entry)
        for invitation in leavers:
            letter = letters.to(invitation, kind)
            if letter.contact is None:
                owed.unreachable.append(invitation)
                continue
            delivery = delivery_of(letter, kind, entry, until=letters.until)
            delivery.key = f"{delivery.key} gone"
            fresh.append(delivery)
    owed.new = Delivery.objects.owe_all(fresh)
    return owed
