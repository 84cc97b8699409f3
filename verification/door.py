"""The one door into a room."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, F, FilteredRelation, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from structlog.contextvars import bind_contextvars

from conferenceline.telephony.voices import VOICES
from participants.models import Conference, Contact, Grade, Invitation, Occurrence, Passcode, Policy
from verification import comebacks
from verification.manner import Manner, suit
from verification.models import Admission, Assurance, Attempt, Block, Call, Challenge, HeardNotice, TurnLostError, Vouch
from verification.models.assurance import BY_TELEPHONE
from verification.models.calls import spoken_at
from verification.replies import Join, OwnWords

Role = Invitation.Role
OF_CONFERENCE = (  # what decides at its door, or is done there
    "title",
    "team",
    "language",
    "seats",
    "admission",
    "checks_numbers",
    "least_grade",
    "starts_with",
    "moderator_exit",
    "announcements",
    "waiting_music",
    "greeting",
    "privacy_notice",
)
REPLACEMENTS_OF_A_CODE = {  # and how the log tells of it
    Admission.BY_HAND: Attempt.Outcome.BY_HAND,
    Admission.PASSCODE: Attempt.Outcome.BY_PASSCODE,
    Admission.CAME_BACK: Attempt.Outcome.CAME_BACK,
}


@dataclass(frozen=True)
class Refusal:
    """Why somebody who is known is not let in, in words for them.

    `least`: a proof of this grade would do, that they are this `person`. `contact_changed`: a code at their contact of
    now would do.
    """

    words: str
    least: Grade = Grade.NOTHING
    person: int | None = None
    contact_changed: bool = False


class Wanted(Enum):
    """What is asked for before anything else is said."""

    PASSCODE = auto()
    CODE = auto()  # of whoever would come back without one


def admit(call: Call, invitation: int | None, occurrence: int, *, comes_back: bool = False) -> Join | Refusal | Wanted:
    """Takes a seat for whoever holds this invitation, or says why not. The only maker of Join.

    Without an invitation: for a caller with the passcode, where that is enough. `comes_back`: the call dropped from
    this room a moment ago, and may come in again without a code.

    Everything is looked at again, with the occurrence locked, so that the last seat goes to one caller only: the
    proof, invitation, role, contact, passcode, doors, lock and seats. Raises TurnLostError where the call has gone
    on without this request, was never proved, or where what somebody vouched for was used by another call.
    """
    now, code = timezone.now(), call.challenge
    # Made and compiled before the lock: that takes longer than all that is done under it, one caller after the other.
    look = _look(call, code, invitation or 0, occurrence, now, comes_back).query.sql_with_params()
    with transaction.atomic():
        # The lock is a statement of its own: on PostgreSQL one that waits for it sees the other rows as they were
        # before it waited (https://www.postgresql.org/docs/15/transaction-iso.html, Read Committed).
        Occurrence.objects.select_for_update().filter(pk=occurrence).values_list("pk").first()
        date: Any = next(iter(Occurrence.objects.raw(*look)), None)
        if date is not None:
            bind_contextvars(room=str(date.uuid))
        if date is None or not date.goes_on:
            raise TurnLostError(call.sid)
        proof = _proof_of(call, date)
        if proof is None and not date.proved:
            if comes_back:
                return Wanted.CODE
            if invitation is None and date.conference_admission == Policy.PASSCODE:
                return Wanted.PASSCODE
            raise TurnLostError(call.sid)
        suit(call, [Manner(date.person_language or date.conference_language, bool(date.person_slow))])
        outcome, words = _objection(call, date, proof)
        if proof and not outcome and not _has_passcode(date):
            return Wanted.PASSCODE
        if proof and not outcome:
            outcome = _take(call, date, invitation, proof, now)
        Attempt.objects.create(call=call, outcome=outcome, occurrence=date, participant_id=date.person)
    if words or proof is None:
        least = Grade(date.conference_least_grade) if outcome == Attempt.Outcome.TOO_WEAK else Grade.NOTHING
        return Refusal(words, least, date.person, contact_changed=outcome == Attempt.Outcome.CONTACT_CHANGED)
    return _join(call, date, proof, now)


def _look(call: Call, code: Challenge | None, invitation: int, occurrence: int, now: datetime, comes_back: bool) -> Any:
    """The query for the occurrence with all that decides at its door."""
    live = Admission.objects.live(now).filter(occurrence=OuterRef("pk"))
    # Who has the passcode alone is no person, and a comparison with nobody is true of no row.
    others = live.exclude(participant=OuterRef("person")) if invitation else live.exclude(call=call.pk)
    own = live.filter(participant=OuterRef("person")).exclude(call=call.pk)
    right = Challenge.objects.filter(pk=call.challenge_id or 0, call=call.pk, state=Challenge.State.APPROVED)
    contacts = Contact.objects.filter(participant__invitations=invitation)
    reached = contacts.filter(channel=code.channel, address=code.address) if code else contacts.none()
    typed = Passcode.objects.filter(pk=call.passcode_typed or 0, conference=OuterRef("conference"))
    left = comebacks.seats_left(call, now).filter(invitation=invitation, occurrence=OuterRef("pk"))
    vouches = Vouch.objects.for_call(call).filter(invitation=invitation, occurrence=OuterRef("pk"))
    return (
        Occurrence.objects.annotate(**{f"conference_{name}": F(f"conference__{name}") for name in OF_CONFERENCE})
        .annotate(held=FilteredRelation("conference__invitations", condition=Q(conference__invitations__pk=invitation)))
        .annotate(
            role=F("held__role"),
            person=F("held__participant"),
            person_name=F("held__participant__name"),
            person_team=F("held__participant__team"),
            person_language=F("held__participant__language"),
            person_slow=F("held__participant__slow_pace"),
            stays=Exists(_at_its_limit(call, now).filter(occurrence=OuterRef("pk"))),
            is_open=Exists(Occurrence.objects.open_at(now).filter(pk=OuterRef("pk"))),
            is_open_to_moderators=Exists(Occurrence.objects.open_to_moderators_at(now).filter(pk=OuterRef("pk"))),
            goes_on=Exists(Call.objects.filter(pk=call.pk, turn=call.turn, ended_at=None)),
            proved=Exists(right),
            reached=Exists(reached),
            doubt=Subquery(reached.with_doubt(now).values("doubt")[:1]),
            vouch=Subquery(vouches.values("pk")[:1]),
            blocked=Exists(Block.objects.for_team(OuterRef("conference__team")).of_line(call.line, now)),
            passcode_typed=Exists(typed) if call.passcode_typed else Value(False),
            left_with=Subquery(left.values("challenge")[:1]) if comes_back else Value(None, IntegerField()),
        )
        .annotate(
            others=Coalesce(Subquery(others.order_by().values("occurrence").annotate(n=Count("pk")).values("n")), 0),
            moderated=Exists(others.filter(role=Role.MODERATOR)),
            sits=Exists(_seats_to_give_up(call, OuterRef("pk"), OuterRef("person"))),
            earlier_seat=Subquery(own.order_by("-pk").values("pk")[:1]),
            notice_heard=Exists(
                HeardNotice.objects.filter(
                    participant=OuterRef("person"),
                    conference=OuterRef("conference"),
                    words=OuterRef("conference_privacy_notice"),
                )
            ),
            # Who was in before the room was locked is not new, and may come back after a drop.
            was_in=Exists(Admission.objects.filter(occurrence=OuterRef("pk"), participant=OuterRef("person"))),
        )
        .filter(pk=occurrence)
    )


def _at_its_limit(call: Call, now: datetime) -> Any:
    """The seat that this call had until now, on a date that has become longer. Who is in stays, whatever the doors."""
    return Admission.objects.filter(
        call=call.pk,
        entered_at__isnull=False,
        until__lte=now,
        occurrence__overtime_until__gt=now,
        occurrence__cancelled=False,
        occurrence__conference__status=Conference.Status.SCHEDULED,
    )


def _seats_to_give_up(call: Call, occurrence: Any, person: Any) -> Any:
    """The seat that the person has there, and any that the call has."""
    of_person = Q(occurrence=occurrence, participant=person) if person else Q()
    return Admission.objects.filter(of_person | Q(call=call.pk), released_at=None)


def _proof_of(call: Call, date: Any) -> Assurance | None:
    """The best that this call has to show at this door; None where nothing of it counts."""
    shown = {"attestation": call.attestation, "passcode": date.passcode_typed}
    code = call.challenge
    if code and date.proved and date.reached:
        here = code.address == call.line if call.line else None  # which phone calls, a withheld line does not say
        return Assurance(code.channel, to_calling_line=here, **shown)
    if date.vouch:
        return Assurance(Admission.BY_HAND, **shown)
    if date.left_with:
        return Assurance(Admission.CAME_BACK, **shown)
    if date.passcode_typed and date.person is None and date.conference_admission == Policy.PASSCODE:
        return Assurance(Admission.PASSCODE, **shown)
    return None


def _has_passcode(date: Any) -> bool:
    """Whether the passcode was typed, where one is asked for after the code."""
    return bool(date.conference_admission != Policy.CODE_AND_PASSCODE or date.passcode_typed)


def _objection(call: Call, date: Any, proof: Assurance | None) -> tuple[str, str]:
    """What speaks against letting the person in: as the log has it, and in words for the caller. Empty: nothing."""
    title = {"room": date.conference_title}
    invited = date.person in call.people and date.person_team == date.conference_team
    if proof is None and invited:
        return Attempt.Outcome.CONTACT_CHANGED, _("Your contact was changed during this call.")
    if proof is None or not (invited or proof.way == Admission.PASSCODE):
        return Attempt.Outcome.NO_LONGER_INVITED, _("You are no longer on the list of %(room)s.") % title
    if date.conference_checks_numbers and date.doubt and proof.way in BY_TELEPHONE:
        return date.doubt, _("%(room)s asks for a stronger proof of who you are.") % title
    if date.blocked:
        return Attempt.Outcome.BLOCKED, _("%(room)s takes no calls from your number.") % title
    if not (date.is_open or date.stays or (date.is_open_to_moderators and date.role == Role.MODERATOR)):
        return Attempt.Outcome.DOORS_CLOSED, _("%(room)s is not open any more.") % title
    if date.locked and date.role != Role.MODERATOR and not date.was_in:
        return Attempt.Outcome.LOCKED, _("%(room)s is locked. Nobody new is let in.") % title
    kept = 0 if date.role == Role.MODERATOR or date.moderated else 1
    if date.others + kept >= date.conference_seats:
        return Attempt.Outcome.FULL, _("%(room)s is full. Please call again later.") % title
    if proof.grade < date.conference_least_grade:
        return Attempt.Outcome.TOO_WEAK, _("%(room)s asks for a stronger proof of who you are.") % title
    return "", ""


def _take(call: Call, date: Any, invitation: int | None, proof: Assurance, now: datetime) -> str:
    """Frees whatever seat the person has, and takes this one; what became of it. The old leg is ended later."""
    if proof.way == Admission.BY_HAND and not Vouch.objects.use(date.vouch, call):
        raise TurnLostError(call.sid)
    if date.sits:
        _seats_to_give_up(call, date, date.person).update(released_at=now)
    by_code = proof.way not in REPLACEMENTS_OF_A_CODE
    Admission.objects.create(
        call=call,
        occurrence=date,
        invitation_id=invitation,
        participant_id=date.person,
        role=date.role or Role.PARTICIPANT,
        challenge_id=call.challenge_id if by_code else date.left_with,
        vouch_id=date.vouch if proof.way == Admission.BY_HAND else None,
        channel=proof.way,
        to_calling_line=proof.to_calling_line,
        passcode=proof.passcode,
        label=_label(call),
        taken_at=now,
        until=date.overtime_until,
        notice=_notice_due(date),
        replaces_id=date.earlier_seat,
    )
    if not by_code:
        return REPLACEMENTS_OF_A_CODE[proof.way]
    return Attempt.Outcome.REPLACED if date.earlier_seat else Attempt.Outcome.ADMITTED


def _label(call: Call) -> str:
    """One per seat: Twilio turns away a second call with the label of one that it takes to be there still."""
    return f"call-{call.pk}-{call.turn}"


def _join(call: Call, date: Any, proof: Assurance, now: datetime) -> Join:
    moderates = date.role == Role.MODERATOR
    return Join(
        words=_greeting(date, proof),
        own_words=_own_words(call, date),
        room=room_name(date),
        label=_label(call),
        starts_room=moderates or date.conference_starts_with == Conference.StartsWith.ANYONE,
        ends_room=moderates and date.conference_moderator_exit == Conference.ModeratorExit.ENDS,
        muted=date.role == Role.LISTENER,
        tones=date.conference_announcements,
        waiting_path=_waiting_path(date),
        events_path=reverse("room-events", args=[date.uuid]),
        seconds=int((date.overtime_until - now).total_seconds()),
    )


def _waiting_path(date: Any) -> str:
    """It says whether there is music: the page must sound right though the database is down."""
    path = reverse("room-waiting", args=[date.uuid])
    return path if date.conference_waiting_music == Conference.WaitingMusic.MUSIC else f"{path}?silence"


def _greeting(date: Any, proof: Assurance) -> str:
    """Nobody is called by name on the word of a number or a passcode."""
    match proof.way:
        case Admission.CAME_BACK:
            thanks = _("Welcome back.")
        case Admission.PASSCODE:
            thanks = _("Thank you.")
        case Admission.BY_HAND:
            name = _("Thank you, %(name)s.") % {"name": date.person_name}
            thanks = f"{_('You are let in without a code, this once.')} {name}"
        case _:
            thanks = _("Thank you, %(name)s.") % {"name": date.person_name}
    if not date.others:
        return f"{thanks} {_('You are the first.')}"
    count = ngettext("One person is here.", "%(number)s people are here.", date.others) % {"number": date.others}
    return f"{thanks} {count}"


def _own_words(call: Call, date: Any) -> tuple[OwnWords, ...]:
    """The organizer's, in the language in which they were written: the conference's."""
    said = list(filter(None, [_notice_due(date), date.conference_greeting]))
    if not said:
        return ()
    language = date.conference_language
    language = language if language in VOICES else spoken_at(call.dialled)
    return tuple(OwnWords(words, language) for words in said)


def _notice_due(date: Any) -> str:
    """The privacy notice, where the person has not heard these words on the way into this series yet."""
    return "" if date.notice_heard else str(date.conference_privacy_notice)


def room_name(date: Occurrence) -> str:
    """The name of the room at Twilio: of this holding alone, and without a personal word."""
    return f"{settings.ROOM_NAME_PREFIX}-{date.uuid}"
