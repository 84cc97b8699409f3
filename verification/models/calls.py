"""A call, and the turn protocol that lets each of its webhooks be handled once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferenceline.telephony.authenticators import DIGITS
from conferenceline.telephony.voices import VOICES
from participants.models import CallingLine, DialInNumber, Grade
from verification.models.assurance import Attestation

# A call waits for keys, or for the next code, no longer than a minute and the words before it. One of which nothing was
# heard for longer may have ended without our being told.
SILENT_MOST = timedelta(seconds=90)
LEASE = timedelta(seconds=12)  # after this long without a reply, whoever claimed the turn is taken for dead
# Without a seat a call is at most some minutes of prompts; this long after ringing it is over, whatever Twilio said.
PROMPTS_MOST = timedelta(hours=1)
LONGEST = timedelta(hours=25)  # of a seat at most a day: https://www.twilio.com/docs/voice/twiml/dial#timelimit

# Where a call stands, as its steps leave it.
STATE = (
    "step",
    "asked",
    "menu",
    "people",
    "own_line",
    "conference_id",
    "contact_id",
    "challenge_id",
    "silences",
    "stumbles",
    "wrong_codes",
    "roster_numbers",
    "resends",
    "retries",
    "troubles",
    "returns",
    "refused",
    "dead_ends",
    "ways",
    "asked_at",
    "wanted",
    "passcode_typed",
    "wrong_passcodes",
    "least_grade",
    "insists",
    "language",
    "slow_pace",
)


class TurnLostError(Exception):
    """The call went on without this request: it ended, or somebody else claimed a later turn."""


def spoken_at(dialled: str) -> str:
    """The language in which a call to this number (E.164) begins: the number's, where it is listed, or the line's."""
    return spoken(DialInNumber.objects.languages_of(dialled).first())


def spoken(asked_for: str | None) -> str:
    """The language asked for, where the line speaks it."""
    return asked_for if asked_for in VOICES else settings.LINE_LANGUAGE


class CallQuerySet(models.QuerySet["Call"]):
    def live(self, moment: datetime) -> CallQuerySet:
        """The calls in progress. One whose end was never told counts until its seat's time limit, or for an hour."""
        from verification.models.admissions import Admission

        seated = Exists(Admission.objects.filter(call=OuterRef("pk"), released_at=None, until__gt=moment))
        today = self.filter(ended_at=None, rang_at__gt=moment - LONGEST)
        return today.filter(Q(rang_at__gt=moment - PROMPTS_MOST) | seated)

    def ring(self, sid: str, line: str, dialled: str, attestation: str = "") -> Call | None:
        """The new call, its first turn claimed by whoever gets it; None where the call is known already.

        It begins in the language of the number dialled, where that is listed.

        Args: Twilio's call SID, the calling line and the number dialled, E.164 ("" where withheld), and what
        the carriers say of the line (an Attestation).
        """
        now = timezone.now()
        call = self.model(
            sid=sid,
            line=line,
            dialled=dialled,
            attestation=attestation,
            turn=1,
            claimed_at=now,
            rang_at=now,
            language=settings.LINE_LANGUAGE,
        )
        try:
            with transaction.atomic():
                call.save(force_insert=True)
        except IntegrityError:
            return None
        # Both in one query: no turn has more to ask than this one.
        language = Subquery(DialInNumber.objects.languages_of(dialled))
        asked_for, call.too_many = self.filter(pk=call.pk).values_list(language, self.too_many(call, now)).get()
        call.language = spoken(asked_for)  # stored with the first reply
        return call

    def too_many(self, call: Call, moment: datetime) -> ExpressionWrapper:
        """Whether more calls are in progress than LIVE_CALLS_MOST. Beyond it RESERVED_CALLS_MOST are for lines on
        file for which the carrier vouches.
        """
        live = Call.objects.live(moment)
        full = Q(Exists(live[settings.LIVE_CALLS_MOST :]))
        if call.is_attested:
            on_file = Exists(CallingLine.objects.filter(number=call.line))
            full &= ~Q(on_file) | Q(Exists(live[settings.LIVE_CALLS_MOST + settings.RESERVED_CALLS_MOST :]))
        return ExpressionWrapper(full, output_field=models.BooleanField())

    def known(self, sid: str) -> Call | None:
        """The call with this SID, with what its steps need."""
        from verification.models.vouches import Vouch

        vouched = Vouch.objects.good(timezone.now()).filter(call=OuterRef("pk"))
        return (
            self.filter(sid=sid)
            .select_related("challenge", "contact", "conference")
            .annotate(vouched=Exists(vouched))
            .first()
        )

    def claim(self, sid: str, turn: int) -> Call | None:
        """The call, where this request and no other may take this turn of it; else None.

        A turn can be taken once its question is there, not while somebody is still at work on it.
        """
        return self.exclude(reply="")._claim(sid, turn)

    def claim_again(self, sid: str, turn: int, reply: str) -> Call | None:
        """The call, where this request may ask again in place of whoever gave no reply, or one that is void."""
        return self.filter(reply=reply)._claim(sid, turn)

    def _claim(self, sid: str, turn: int) -> Call | None:
        ours = self.filter(sid=sid, turn=turn, ended_at=None)
        if not ours.update(turn=turn + 1, claimed_at=timezone.now(), reply=""):
            return None
        call = Call.objects.known(sid)
        if call is not None:
            call.turn = turn + 1  # ours, whatever has happened to the row since
        return call


class Call(models.Model):
    """One telephone call to the line, from ringing to its end.

    `turn` is the number of the turn that comes next. A reply is kept with it, for the copies of a webhook.
    """

    sid = models.CharField(_("call SID"), max_length=34, unique=True)
    line = models.CharField(_("calling line"), max_length=20, blank=True)
    dialled = models.CharField(_("number dialled"), max_length=20, blank=True)
    # As the first webhook of the call said it: Twilio checks a signature while it is fresh.
    attestation = models.CharField(_("SHAKEN/STIR"), max_length=6, choices=Attestation, blank=True)
    language = models.CharField(_("language"), max_length=10)
    slow_pace = models.BooleanField(_("slow pace"), default=False)
    rang_at = models.DateTimeField(_("rang at"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    turn = models.PositiveIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    reply = models.TextField(blank=True)

    step = models.CharField(_("step"), max_length=30, default="Recognize")
    asked = models.BooleanField(default=False)  # whether the step has asked, and waits for keys
    menu = models.JSONField(default=dict)  # what each key meant when the menu was spoken
    people = models.JSONField(default=list)  # the participants who may be calling
    own_line = models.BooleanField(default=False)  # whether the line is on file for each of them
    silences = models.PositiveSmallIntegerField(default=0)
    stumbles = models.PositiveSmallIntegerField(default=0)  # keys that could not be taken for an answer
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    roster_numbers = models.PositiveSmallIntegerField(default=0)
    resends = models.PositiveSmallIntegerField(default=0)  # times the caller asked for another code
    retries = models.PositiveSmallIntegerField(default=0)  # times Twilio would not send one
    troubles = models.PositiveSmallIntegerField(default=0)  # turns of it that failed on our side
    returns = models.PositiveSmallIntegerField(default=0)  # times the call came back without having been in
    refused = models.JSONField(default=list)  # what it was turned away from after proof: [invitation, occurrence]
    dead_ends = models.JSONField(default=list)  # contacts that no code could be sent to, in this call
    ways = models.PositiveSmallIntegerField(default=1)  # by which a code could be sent, when the last one was
    asked_at = models.DateTimeField(null=True)  # when the last code was asked for
    wanted = models.JSONField(default=list)  # where more is asked for: [invitation or None, occurrence]
    passcode_typed = models.PositiveBigIntegerField(null=True)  # the key of the one that was typed right
    wrong_passcodes = models.PositiveSmallIntegerField(default=0)
    least_grade = models.PositiveSmallIntegerField(default=Grade.NOTHING)  # of the strictest room that it may want
    insists = models.BooleanField(default=False)  # whether a code that is worth less would be of no use
    # Whose codes those of this call are, as far as they are counted: see recognition.py.
    conference = models.ForeignKey(
        "participants.Conference",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("conference"),
    )
    contact = models.ForeignKey("participants.Contact", models.SET_NULL, null=True, blank=True, related_name="+")
    challenge = models.ForeignKey("verification.Challenge", models.SET_NULL, null=True, blank=True, related_name="+")

    ways_found: list[Any] | None = None  # by which a code can be sent, as this turn found them: see ladder.py
    left_out: tuple[str, ...] = ()  # and why a contact is none of them
    too_many: bool | None = None  # whether it was one too many when it rang
    missed: tuple[int, int] | None = None  # whoever calls too early or too late, and for what: see missed.py
    vouched = False  # whether somebody lets it in by hand: known() and the recognition of its people say so

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("-rang_at", "-pk")
        indexes = [models.Index(fields=("line", "rang_at"))]
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self) -> str:
        return self.sid

    @property
    def is_attested(self) -> bool:
        """Whether the carrier vouches for the calling number, so that nobody has forged it."""
        return bool(self.line) and self.attestation == Attestation.FULL

    @property
    def is_members(self) -> bool:
        """Whether the carrier vouches for a calling number that is on file for whoever may be calling: nobody can have
        forged it, and nobody else's phone has it.
        """
        return self.is_attested and self.own_line

    @property
    def asks_app(self) -> bool:
        """Whether the code that is asked for is one that an authenticator app shows."""
        return self.challenge is not None and self.challenge.is_of_app

    @property
    def code_length(self) -> int:
        """Digits of the code that is asked for."""
        return DIGITS if self.asks_app else settings.CODE_LENGTH

    def counted(self, subject: str) -> str:
        """By what a limit counts the tries of this call: apart from the others' where it is attested, so that whoever
        forges a number uses up nothing of its owner's. So is "", nobody in particular: a limit may be everybody's.
        """
        return f"{subject} attested".strip() if self.is_attested else subject

    def counted_for_people(self, subject: str) -> str:
        """By what a limit counts the codes of whoever may be calling: apart where the call is a member's, so that
        nobody who forges a number, or has a roster number and an honest line, uses up anything of theirs.
        """
        return f"{subject} attested".strip() if self.is_members else subject

    def counted_at(self, address: str, channel: str = "") -> str:
        """By what a limit counts the codes at an address: apart for a member's call, as counted_for_people(), and once
        more for one that comes from that very number. Another team may have entered it for somebody of its own.
        """
        subject = f"{channel} {address}".strip()
        if not self.is_members:
            return subject
        return f"{subject} itself" if self.line == address else f"{subject} attested"

    @property
    def strange_line(self) -> str:
        """The calling line, as a limit counts the codes that it asks for; "" where it is on file for whoever may be
        calling. Those are bounded at their contacts: else whoever forges the line would use it up.
        """
        return "" if self.own_line else self.counted(self.line)

    def may_take_over(self, earlier: Call) -> bool:
        """Whether this call, a redial, may take over an earlier one's code, and so end it.

        A redial that may be forged ends no call that goes on, and takes nothing from one that is attested. From an
        attested one no code is taken over that others may have guessed at.
        """
        if earlier.line != self.line or earlier.is_attested != self.is_attested:
            return False
        heard_of = earlier.claimed_at is not None and timezone.now() - earlier.claimed_at < SILENT_MOST
        return self.is_attested or earlier == self or earlier.ended_at is not None or not heard_of

    @property
    def reply_stands(self) -> bool:
        """Whether a copy of a webhook may be given the kept reply: a Join must not outlive its seat."""
        return bool(self.reply) and (self.step != "Farewell" or self.admissions.filter(released_at=None).exists())

    @property
    def lease_over(self) -> bool:
        """Whether whoever claimed the last turn has had time enough to reply."""
        return self.claimed_at is None or timezone.now() - self.claimed_at >= LEASE

    def store(self, **more: object) -> None:
        """Stores where the call stands, while the turn is still this request's.

        Raises TurnLostError where the call ended or somebody else claimed a later turn meanwhile.
        """
        mine = Call.objects.filter(pk=self.pk, turn=self.turn, ended_at=None)
        if not mine.update(**{name: getattr(self, name) for name in STATE}, **more):
            raise TurnLostError(self.sid)

    def note(self, outcome: str, detail: str = "") -> None:
        """Writes down what happened on the way to the room, and to whom, where only one person can be calling."""
        only = self.people[0] if len(self.people) == 1 else None
        person, occurrence = self.missed or (only, None)
        self.attempts.create(outcome=outcome, detail=detail, participant_id=person, occurrence_id=occurrence)

    def keep(self, reply: str) -> None:
        """Stores the reply with where the call stands: every copy of the webhook gets it. Raises as store() does."""
        self.store(reply=reply)
        self.reply = reply

    def end(self) -> bool:
        """The call is over: nothing that was said in it is kept, and its seat is free. Whether that was news."""
        now = timezone.now()
        news = Call.objects.filter(pk=self.pk, ended_at=None).update(ended_at=now, reply="", turn=F("turn") + 1)
        self.admissions.filter(released_at=None).update(released_at=now)
        self.ended_at, self.reply = self.ended_at or now, ""
        return bool(news)
