"""The one door into a room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from structlog.contextvars import bind_contextvars

from participants.models import Conference, Contact, Invitation, Occurrence
from verification.manner import Manner, suit
from verification.models import Admission, Attempt, Block, Call, Challenge, TurnLostError, Vouch
from verification.replies import Join

Role = Invitation.Role


@dataclass(frozen=True)
class Refusal:
    """Why somebody who is known is not let in, in words for them."""

    words: str


def admit(call: Call, invitation: int, occurrence: int) -> Join | Refusal:
    """Takes a seat for whoever holds this invitation, or says why not. The only maker of Join.

    Everything is looked at again, with the occurrence locked, so that the last seat goes to one caller only: the
    proof, invitation, role, contact, doors, lock and seats. Raises TurnLostError where the call has gone on
    without this request, was never proved, or where what somebody vouched for was used by another call.
    """
    now, code = timezone.now(), call.challenge
    with transaction.atomic():
        # The lock is a statement of its own: on PostgreSQL one that waits for it sees the other rows as they were
        # before it waited (https://www.postgresql.org/docs/15/transaction-iso.html, Read Committed).
        Occurrence.objects.select_for_update().filter(pk=occurrence).values_list("pk").first()
        date = _looked_at_again(call, code, invitation, occurrence, now)
        if date is not None:
            bind_contextvars(room=str(date.uuid))
        if date is None or not date.goes_on or not (date.proved or date.vouch):
            raise TurnLostError(call.sid)
        suit(call, [Manner(date.person_language or date.conference.language, bool(date.person_slow))])
        outcome, words = _objection(call, date, now)
        if not outcome:
            outcome = _take(call, date, invitation, now)
        Attempt.objects.create(call=call, outcome=outcome, occurrence=date, participant_id=date.person)
    return Refusal(words) if words else _join(call, date, now)


def _looked_at_again(call: Call, code: Challenge | None, invitation: int, occurrence: int, now: datetime) -> Any:
    """The occurrence with all that decides at its door, in one query; None where there is none."""
    seats = Admission.objects.filter(occurrence=OuterRef("pk"), released_at=None)
    live = Admission.objects.live(now).filter(occurrence=OuterRef("pk"))
    others = live.exclude(participant=OuterRef("person"))
    own = live.filter(participant=OuterRef("person")).exclude(call=call.pk)
    right = Challenge.objects.filter(pk=call.challenge_id or 0, call=call.pk, state=Challenge.State.APPROVED)
    contacts = Contact.objects.filter(participant__invitations=invitation)
    vouches = Vouch.objects.for_call(call).filter(invitation=invitation, occurrence=OuterRef("pk"))
    return (
        Occurrence.objects.select_related("conference")
        .annotate(held=FilteredRelation("conference__invitations", condition=Q(conference__invitations__pk=invitation)))
        .annotate(
            role=F("held__role"),
            person=F("held__participant"),
            person_name=F("held__participant__name"),
            person_team=F("held__participant__team"),
            person_language=F("held__participant__language"),
            person_slow=F("held__participant__slow_pace"),
            goes_on=Exists(Call.objects.filter(pk=call.pk, turn=call.turn, ended_at=None)),
            proved=Exists(right),
            reached=Exists(contacts.filter(channel=code.channel, address=code.address)) if code else Value(False),
            vouch=Subquery(vouches.values("pk")[:1]),
            blocked=Exists(Block.objects.for_team(OuterRef("conference__team")).of_line(call.line, now)),
        )
        .annotate(
            others=Coalesce(Subquery(others.order_by().values("occurrence").annotate(n=Count("pk")).values("n")), 0),
            moderated=Exists(others.filter(role=Role.MODERATOR)),
            sits=Exists(seats.filter(participant=OuterRef("person"))),
            earlier_seat=Subquery(own.order_by("-pk").values("pk")[:1]),
            # Who was in before the room was locked is not new, and may come back after a drop.
            was_in=Exists(Admission.objects.filter(occurrence=OuterRef("pk"), participant=OuterRef("person"))),
        )
        .filter(pk=occurrence)
        .first()
    )


def _objection(call: Call, date: Any, now: datetime) -> tuple[str, str]:
    """What speaks against letting the person in: as the log has it, and in words for the caller. Empty: nothing."""
    title = {"room": date.conference.title}
    known = date.person in call.people and date.person_team == date.conference.team_id
    if not known or not (_by_code(date) or date.vouch):
        return Attempt.Outcome.NO_LONGER_INVITED, _("You are no longer on the list of %(room)s.") % title
    if date.blocked:
        return Attempt.Outcome.BLOCKED, _("%(room)s takes no calls from your number.") % title
    if not date.open_at(now):
        return Attempt.Outcome.DOORS_CLOSED, _("%(room)s is not open any more.") % title
    if date.locked and date.role != Role.MODERATOR and not date.was_in:
        return Attempt.Outcome.LOCKED, _("%(room)s is locked. Nobody new is let in.") % title
    kept = 0 if date.role == Role.MODERATOR or date.moderated else 1
    if date.others + kept >= date.conference.seats:
        return Attempt.Outcome.FULL, _("%(room)s is full. Please call again later.") % title
    return "", ""


def _by_code(date: Any) -> bool:
    """Whether the right code was typed, and went to a contact that is still the person's."""
    return date.proved and date.reached


def _take(call: Call, date: Any, invitation: int, now: datetime) -> str:
    """Frees whatever seat the person has, and takes this one; what became of it. The old leg is ended later."""
    code = call.challenge if _by_code(date) else None
    if code is None and not Vouch.objects.use(date.vouch, call):
        raise TurnLostError(call.sid)
    if date.sits:
        Admission.objects.filter(occurrence=date, participant=date.person, released_at=None).update(released_at=now)
    Admission.objects.create(
        call=call,
        occurrence=date,
        invitation_id=invitation,
        participant_id=date.person,
        role=date.role,
        challenge=code,
        vouch_id=None if code else date.vouch,
        channel=code.channel if code else Admission.BY_HAND,
        label=_label(call),
        taken_at=now,
        until=date.overtime_until,
        replaces_id=date.earlier_seat,
    )
    if code is None:
        return Attempt.Outcome.BY_HAND
    return Attempt.Outcome.REPLACED if date.earlier_seat else Attempt.Outcome.ADMITTED


def _label(call: Call) -> str:
    """One per seat: Twilio turns away a second call with the label of one that it takes to be there still."""
    return f"call-{call.pk}-{call.turn}"


def _join(call: Call, date: Any, now: datetime) -> Join:
    conference = date.conference
    moderates = date.role == Role.MODERATOR
    return Join(
        words=_greeting(date),
        room=room_name(date),
        label=_label(call),
        starts_room=moderates or conference.starts_with == Conference.StartsWith.ANYONE,
        ends_room=moderates and conference.moderator_exit == Conference.ModeratorExit.ENDS,
        muted=date.role == Role.LISTENER,
        tones=conference.announcements,
        music=conference.waiting_music == Conference.WaitingMusic.MUSIC,
        events_path=reverse("room-events", args=[date.uuid]),
        seconds=int((date.overtime_until - now).total_seconds()),
    )


def _greeting(date: Any) -> str:
    thanks = _("Thank you, %(name)s.") % {"name": date.person_name}
    if not _by_code(date):
        thanks = f"{_('You are let in without a code, this once.')} {thanks}"
    if not date.others:
        return f"{thanks} {_('You are the first.')}"
    count = ngettext("One person is here.", "%(number)s people are here.", date.others) % {"number": date.others}
    return f"{thanks} {count}"


def room_name(date: Occurrence) -> str:
    """The name of the room at Twilio: of this holding alone, and without a personal word."""
    return f"{settings.ROOM_NAME_PREFIX}-{date.uuid}"
