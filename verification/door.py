"""The one door into a room."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, FilteredRelation, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import Conference, Invitation, Occurrence
from verification.models import Admission, Attempt, Call, TurnLostError
from verification.replies import Join

Role = Invitation.Role


@dataclass(frozen=True)
class Refusal:
    """Why somebody who is known is not let in, in words for them."""

    words: str


def admit(call: Call, invitation: int, occurrence: int) -> Join | Refusal:
    """Takes a seat for whoever holds this invitation, or says why not. The only maker of Join.

    Everything is looked at again, with the occurrence locked, so that the last seat goes to one caller only:
    invitation, role, doors, lock and seats. Raises TurnLostError where the call has gone on without this request.
    """
    now = timezone.now()
    with transaction.atomic():
        date = _locked(call, invitation, occurrence)
        if date is None or not date.goes_on:
            raise TurnLostError(call.sid)
        taken = list(Admission.objects.filter(occurrence=date, released_at=None).select_related("call"))
        own = [seat for seat in taken if seat.participant_id == date.person]
        others = [seat for seat in taken if seat.participant_id != date.person and seat.is_live(now)]
        outcome, words = _objection(call, date, others, now)
        if not outcome:
            earlier = _give_up(own, call, now)
            _take(call, date, invitation, earlier, now)
            outcome = Attempt.Outcome.REPLACED if earlier else Attempt.Outcome.ADMITTED
        Attempt.objects.create(call=call, outcome=outcome, occurrence=date, participant_id=date.person)
    return Refusal(words) if words else _join(call, date, others, now)


def _locked(call: Call, invitation: int, occurrence: int) -> Any:
    """The occurrence, locked, with what the invitation says now, and whether this request still speaks for the call."""
    return (
        Occurrence.objects.select_for_update(of=("self",))
        .select_related("conference")
        .annotate(
            held=FilteredRelation("conference__invitations", condition=Q(conference__invitations__pk=invitation)),
            role=F("held__role"),
            person=F("held__participant"),
            person_name=F("held__participant__name"),
            person_team=F("held__participant__team"),
            goes_on=Exists(Call.objects.filter(pk=call.pk, turn=call.turn, ended_at=None)),
        )
        .filter(pk=occurrence)
        .first()
    )


def _objection(call: Call, date, others: list[Admission], now) -> tuple[str, str]:
    """What speaks against letting the person in: as the log has it, and in words for the caller. Empty: nothing."""
    title = {"room": date.conference.title}
    if date.person not in call.people or date.person_team != date.conference.team_id:
        return Attempt.Outcome.NO_LONGER_INVITED, _("You are no longer on the list of %(room)s.") % title
    if not date.open_at(now):
        return Attempt.Outcome.DOORS_CLOSED, _("%(room)s is not open any more.") % title
    if date.locked and date.role != Role.MODERATOR and not _was_in(date):
        return Attempt.Outcome.LOCKED, _("%(room)s is locked. Nobody new is let in.") % title
    kept = 0 if date.role == Role.MODERATOR or any(seat.role == Role.MODERATOR for seat in others) else 1
    if len(others) + kept >= date.conference.seats:
        return Attempt.Outcome.FULL, _("%(room)s is full. Please call again later.") % title
    return "", ""


def _was_in(date) -> bool:
    """Whether this person is not new: who was in before the room was locked may come back after a drop."""
    return Admission.objects.filter(occurrence=date, participant=date.person).exists()


def _give_up(own: list[Admission], call: Call, now) -> Admission | None:
    """Frees the person's own seats; the one to be replaced, where another call holds it still."""
    Admission.objects.filter(pk__in=[seat.pk for seat in own]).update(released_at=now)
    return next((seat for seat in own if seat.call_id != call.pk and seat.is_live(now)), None)


def _take(call: Call, date, invitation: int, earlier: Admission | None, now) -> None:
    assert call.challenge is not None
    Admission.objects.create(
        call=call,
        occurrence=date,
        invitation_id=invitation,
        participant_id=date.person,
        role=date.role,
        challenge=call.challenge,
        channel=call.challenge.channel,
        taken_at=now,
        until=date.overtime_until,
        replaces=earlier,
    )


def _join(call: Call, date, others: list[Admission], now) -> Join:
    conference = date.conference
    moderates = date.role == Role.MODERATOR
    return Join(
        words=_greeting(date, others),
        room=room_name(date),
        # One label per seat: Twilio turns away a second call with the label of one that it takes to be there still.
        label=f"call-{call.pk}-{call.turn}",
        starts_room=moderates or conference.starts_with == Conference.StartsWith.ANYONE,
        ends_room=moderates and conference.moderator_exit == Conference.ModeratorExit.ENDS,
        muted=date.role == Role.LISTENER,
        tones=conference.announcements,
        music=conference.waiting_music == Conference.WaitingMusic.MUSIC,
        events_path=reverse("room-events", args=[date.uuid]),
        seconds=int((date.overtime_until - now).total_seconds()),
    )


def _greeting(date, others: list[Admission]) -> str:
    thanks = _("Thank you, %(name)s.") % {"name": date.person_name}
    if not others:
        return f"{thanks} {_('You are the first.')}"
    count = ngettext("One person is here.", "%(number)s people are here.", len(others)) % {"number": len(others)}
    return f"{thanks} {count}"


def room_name(date: Occurrence) -> str:
    """The name of the room at Twilio: of this holding alone, and without a personal word."""
    return f"{settings.ROOM_NAME_PREFIX}-{date.uuid}"
