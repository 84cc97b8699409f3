"""What is owed to people: a mail, a text message or a test code. The row is the truth; a worker only carries it out."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferenceline.tasks import wake_worker
from participants.models.authenticators import Authenticator
from participants.models.conferences import Conference, Occurrence
from participants.models.contacts import Contact, masked
from participants.models.people import Participant
from participants.models.rosters import Invitation
from participants.models.teams import Team
from participants.notices import Notice

# A claim older than this belongs to a worker that died: no send takes so long. One mail or one text is at most two
# requests of a few seconds each.
LEASE = timedelta(minutes=5)
# Tries at half a minute, 2, 8, 32 and 60 minutes after the one before, each a fifth earlier or later, so that what
# failed together does not come back together.
FIRST_WAIT, GROWS, LONGEST_WAIT, JITTER = timedelta(seconds=30), 4, timedelta(hours=1), 0.2
ATTEMPTS_MOST = 6
BATCH = 200  # rows written at once


def kinds() -> list[tuple[str, Any]]:
    """A function, so that a new kind needs no migration."""
    return Delivery.Kind.choices


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def owe(
        self,
        kind: str,
        channel: str,
        address: str,
        *,
        participant: Participant | None = None,
        occurrence: Occurrence | None = None,
        conference: Conference | None = None,
        edition: str = "",
        **fields: Any,
    ) -> tuple[Delivery, bool]:
        """A mail or text that somebody shall get, and whether it is new: once per person, occasion, kind and edition.

        The occasion is the occurrence, or the conference where no occurrence is given. Without a person or without an
        occasion nothing can be the same again, and each call owes one more. Inside a transaction it is sent after the
        commit, and never if there is none.

        Args:
            kind, channel: of Delivery.Kind and Delivery.Channel.
            address: E.164 for a text, else a mail address.
            edition: what tells this one from another of its kind that is owed as well, such as "change 2".
            fields: subject, body, html, calendar, sequence, invitation, language, until, contact, team (the person's
                unless given), next_attempt_at.
        """
        occasion = occurrence or conference
        key = self.key_of(kind, occasion, participant, edition) if occasion and participant else None
        fields |= {"kind": kind, "channel": channel, "address": address, "participant": participant}
        fields |= {"occurrence": occurrence, "conference": conference or (occurrence and occurrence.conference)}
        fields.setdefault("team", participant and participant.team)
        is_new = self._put(owed := Delivery(key=key, personal=participant is not None, **fields))
        return (owed if is_new else self.get(key=key)), is_new

    def tell(self, contact: Contact, kind: str, notice: Notice, **fields: Any) -> tuple[Delivery, bool]:
        """A notice, by mail or by text as the contact has it, owed as owe() does."""
        if contact.channel == Contact.Channel.EMAIL:
            channel = Delivery.Channel.MAIL
            fields |= {"subject": notice.subject, "body": notice.body, "html": notice.html}
        else:
            channel = Delivery.Channel.TEXT
            fields |= {"body": notice.text}
        fields |= {"participant": contact.participant, "language": notice.language}
        return self.owe(kind, channel, contact.address, **fields)

    def owe_test_code(self, contact: Contact, language: str) -> bool:
        """A code to this contact that opens nothing; False where one is under way."""
        return self._put(
            Delivery(
                kind=Delivery.Kind.TEST_CODE,
                channel=Delivery.Channel.CODE,
                address=str(contact.address),
                language=language,
                contact=contact,
                participant=contact.participant,
                personal=True,
                team=contact.participant.team,
            )
        )

    def owe_link(self, authenticator: Authenticator, mailbox: Contact, notice: Notice) -> None:
        """The link to set up an authenticator app, as long as it is good."""
        self._put(
            Delivery(
                key=authenticator.delivery_key,
                kind=Delivery.Kind.AUTHENTICATOR,
                channel=Delivery.Channel.MAIL,
                address=mailbox.address,
                language=notice.language,
                subject=notice.subject,
                body=notice.body,
                participant=mailbox.participant,
                personal=True,
                team=mailbox.participant.team,
                until=authenticator.expires_at,
            )
        )

    @staticmethod
    def key_of(kind: str, occasion: Occurrence | Conference, participant: Participant, edition: object = "") -> str:
        """Of two with the same key only one is owed."""
        return f"{kind} {occasion.uuid} {participant.uuid} {edition}".strip()

    def owe_all(self, rows: list[Delivery]) -> int:
        """Writes those that no constraint says are owed already; how many. They get their ids."""
        Delivery.objects.bulk_create(rows, ignore_conflicts=True, batch_size=BATCH)
        ids: dict[uuid.UUID, int] = {}
        for n in range(0, len(rows), BATCH):
            stored = self.filter(uuid__in=[row.uuid for row in rows[n : n + BATCH]])
            ids |= dict(stored.values_list("uuid", "pk"))
        for row in rows:
            row.pk = ids.get(row.uuid)
        if ids:
            wake_worker()
        return len(ids)

    def _put(self, owed: Delivery) -> bool:
        return bool(self.owe_all([owed]))

    def due(self, moment: datetime) -> DeliveryQuerySet:
        """What can be claimed at this moment (aware): its time has come, or the worker that had it is dead."""
        waiting = Q(state=Delivery.State.WAITING, next_attempt_at__lte=moment)
        lost = Q(state=Delivery.State.SENDING, claimed_at__lte=moment - LEASE)
        return self.filter(waiting | lost)

    def did_not_arrive(self, number: uuid.UUID, reference: str, words: str) -> bool:
        """Notes that the text with this SID, which the carrier had taken, has failed; False where that is no news.

        The carrier may say so before the worker knows the SID. What it says of an earlier try means nothing any more.
        """
        ours = self.filter(uuid=number, channel=Delivery.Channel.TEXT)
        sent = Q(state=Delivery.State.SENT, reference=reference)
        sending = Q(state=Delivery.State.SENDING) & ~Q(reference=reference)
        failed = {"state": Delivery.State.FAILED, "last_error": words[:200], "reference": reference}
        return bool(ours.filter(sent | sending).update(claimed_at=None, **failed))

    def over_before(self, moment: datetime) -> DeliveryQuerySet:
        """What was owed before this moment (aware) and is done with, its occasion too: it cannot be owed again."""
        old = self.filter(created_at__lt=moment).exclude(state__in=(Delivery.State.WAITING, Delivery.State.SENDING))
        ahead = Occurrence.objects.filter(closes_at__gte=moment)
        return old.exclude(occurrence__in=ahead).exclude(
            occurrence=None, conference__in=ahead.order_by().values("conference")
        )


class Delivery(models.Model):
    """A mail or text that is owed, and what became of it."""

    class Kind(models.TextChoices):
        TEST_CODE = "test code", _("test code")
        NOTICE = "notice", _("notice")
        TOO_EARLY = "too early", _("called too early")
        TOO_LATE = "too late", _("called too late")
        NOT_HELD = "not held", _("called for what is called off")
        ROOM_FULL = "room full", _("the room was full")
        CONTACT_CHANGED = "contact changed", _("a contact was changed")
        AUTHENTICATOR = "authenticator", _("link for an authenticator app")
        INVITATION = "invitation", _("invitation")
        CHANGED = "changed", _("change of a conference")
        CALLED_OFF = "called off", _("conference called off")
        TAKEN_OFF = "taken off", _("taken off the roster")
        REMINDER = "reminder", _("reminder")
        DOORS_OPEN = "doors open", _("reminder: the doors are open")

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")
        TEXT = "text", _("text message")
        CODE = "code", _("code")  # by the contact's own channel, made and sent by Verify

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        UNSURE = "unsure", _("perhaps sent")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # Those of which nobody wants two, even where one may have been lost.
    ONCE_AT_MOST = (
        Kind.INVITATION,
        Kind.CHANGED,
        Kind.CALLED_OFF,
        Kind.TAKEN_OFF,
        Kind.REMINDER,
        Kind.DOORS_OPEN,
    )
    REMINDERS = (Kind.REMINDER, Kind.DOORS_OPEN)
    OF_WHAT_IS_GONE = (Kind.CALLED_OFF, Kind.TAKEN_OFF)
    OVER_WITHOUT_PROOF = (State.FAILED, State.UNSURE, State.WITHDRAWN)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True, null=True, editable=False)  # noqa: DJ001 (many have none)
    kind = models.CharField(_("what"), max_length=40, choices=kinds)
    channel = models.CharField(_("how"), max_length=10, choices=Channel)
    address = models.CharField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=10, default="en")
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    calendar = models.TextField(blank=True)  # a file of RFC 5545, for a mail
    sequence = models.PositiveIntegerField(null=True, editable=False)  # of the calendar entry that it tells of

    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, verbose_name=_("team"), related_name="+")
    participant = models.ForeignKey(
        Participant, models.SET_NULL, null=True, blank=True, verbose_name=_("person"), related_name="deliveries"
    )
    personal = models.BooleanField(default=False)  # to a participant, who may have been deleted since
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="deliveries")
    invitation = models.ForeignKey(
        Invitation, models.SET_NULL, null=True, blank=True, editable=False, related_name="deliveries"
    )
    conference = models.ForeignKey(
        Conference, models.SET_NULL, null=True, blank=True, verbose_name=_("conference"), related_name="deliveries"
    )
    occurrence = models.ForeignKey(
        Occurrence, models.SET_NULL, null=True, blank=True, verbose_name=_("date"), related_name="deliveries"
    )

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_attempt_at = models.DateTimeField(_("next try at"), default=timezone.now)
    until = models.DateTimeField(_("of use until"), null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    doubtful = models.BooleanField(default=False)  # a try of it ended without an answer
    reference = models.CharField(_("reference"), max_length=100, blank=True)  # what the carrier calls it
    last_error = models.CharField(_("why"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("owed since"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        indexes = [
            models.Index(fields=("state", "next_attempt_at"), name="delivery_due"),
            models.Index(fields=("team", "created_at"), name="delivery_team"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=("contact",),
                condition=Q(kind="test code", state__in=("waiting", "sending")),
                name="one_test_code_under_way",
            )
        ]
        verbose_name = _("mail or text")
        verbose_name_plural = _("mail and texts")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.get_state_display()}"

    def claim(self, moment: datetime) -> bool:
        """Takes it for one try; False where another worker was quicker. `doubtful` says that a try may have sent it."""
        claimed = Delivery.objects.due(moment).filter(pk=self.pk, attempts=self.attempts)
        lost = Q(state=self.State.SENDING)  # by a worker that died over it
        doubt = models.Case(models.When(lost, then=models.Value(True)), default=F("doubtful"))
        if not claimed.update(state=self.State.SENDING, claimed_at=moment, attempts=F("attempts") + 1, doubtful=doubt):
            return False
        self.refresh_from_db()
        return True

    def settle(self, state: str, words: str = "", **fields: object) -> bool:
        """Records what came of the try, once; False where the claim has been lost to another worker."""
        mine = Delivery.objects.filter(pk=self.pk, state=self.State.SENDING, attempts=self.attempts)
        moved = mine.update(state=state, last_error=str(words)[:200], claimed_at=None, **fields)
        if moved:
            self.refresh_from_db()
        return bool(moved)

    def try_later(self, words: str, *, doubtful: bool = False) -> bool:
        """Puts it back for another try, or gives it up where there have been enough. As settle() does."""
        doubt = self.doubtful or doubtful
        if self.attempts >= ATTEMPTS_MOST:
            return self.settle(self.State.UNSURE if doubt else self.State.FAILED, words, doubtful=doubt)
        wait = min(FIRST_WAIT * GROWS ** (self.attempts - 1), LONGEST_WAIT)
        wait *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (no secret)
        return self.settle(self.State.WAITING, words, doubtful=doubt, next_attempt_at=timezone.now() + wait)

    def send_again(self) -> bool:
        """Owes it once more, with all its tries, after it failed or may not have arrived; False in any other state.

        A reminder only as long as it is one. A test code has its own button, on the page of the person.
        """
        until = self.until if self.kind in self.REMINDERS else None
        return self._once_more(Delivery.objects.exclude(channel=self.Channel.CODE), until=until)

    def owe_anew(self, other: Delivery) -> bool:
        """As send_again() does, with the words and the address of another one, which is not saved."""
        as_read = Delivery.objects.filter(state=self.state)  # one who was quicker has seen to it
        return self._once_more(as_read, **other.contents)

    @property
    def contents(self) -> dict[str, Any]:
        """What goes out, and where."""
        names = ("channel", "address", "language", "subject", "body", "html", "calendar", "sequence", "until")
        return {name: getattr(self, name) for name in names}

    def rewrite(self, other: Delivery) -> None:
        """Gives one that is claimed the words and the address of another one, which is not saved."""
        mine = Delivery.objects.filter(pk=self.pk, state=self.State.SENDING, attempts=self.attempts)
        if mine.update(**other.contents):
            self.refresh_from_db()

    def _once_more(self, among: DeliveryQuerySet, **fields: Any) -> bool:
        over = among.filter(pk=self.pk, state__in=self.OVER_WITHOUT_PROOF)
        fresh = {"attempts": 0, "next_attempt_at": timezone.now(), "doubtful": False, "last_error": ""}
        if not over.update(state=self.State.WAITING, **fresh, **fields):
            return False
        wake_worker()
        self.refresh_from_db()
        return True

    def withdraw(self, words: str = "") -> bool:
        """Takes back what has not been sent; False where a worker has it already, or it is over."""
        waiting = Delivery.objects.filter(pk=self.pk, state=self.State.WAITING)
        if not waiting.update(state=self.State.WITHDRAWN, last_error=words):
            return False
        self.state = self.State.WITHDRAWN
        return True

    @property
    def masked_address(self) -> str:
        """Enough to recognize an address that one knows."""
        return masked(self.address)

    @property
    def calendar_method(self) -> str:
        """What a calendar does with the file. RFC 6047 (2.4) wants the type of the part to say the same as the file."""
        return "CANCEL" if self.kind in self.OF_WHAT_IS_GONE else "REQUEST"
