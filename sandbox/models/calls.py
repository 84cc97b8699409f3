"""A call as Twilio sees it: one leg, and what was said on it."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Leg(models.Model):
    """One telephone call to the line. It goes on when its phone asks; nothing else moves it.

    `ended_at`, `status` and `order` may also be written by REST requests, in other processes. Everything else
    belongs to whoever holds the claim (sandbox/exchange/legs.py).
    """

    class State(models.TextChoices):
        READY = "ready"  # the verb at `verb` comes next
        SPEAKING = "speaking"  # Say, Play or Pause, until `due_at`
        PROMPTING = "prompting"  # the same inside a Gather: keys are taken
        LISTENING = "listening"  # a Gather waits for keys until `due_at`
        IN_ROOM = "in room"
        OVER = "over"

    class Pace(models.TextChoices):
        REAL = "real"  # speech and pauses take their time
        INSTANT = "instant"  # speech and pauses take none

    sid = models.CharField(max_length=34, unique=True)
    from_number = models.CharField(max_length=254)
    to_number = models.CharField(max_length=254)
    status = models.CharField(max_length=15, default="ringing")
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    state = models.CharField(max_length=15, choices=State, default=State.READY)
    url = models.TextField(blank=True)  # where the document came from: relative addresses start here
    document = models.TextField(blank=True)
    verb = models.PositiveSmallIntegerField(default=0)
    prompt = models.PositiveSmallIntegerField(default=0)  # inside a Gather
    due_at = models.DateTimeField(null=True)
    keys = models.CharField(max_length=200, blank=True)  # typed so far
    order = models.JSONField(null=True)  # what to fetch instead of going on: {"url", "method"} or {"twiml"}
    claimed_until = models.DateTimeField(null=True)

    pace = models.CharField(max_length=10, choices=Pace, default=Pace.REAL)
    extra_fields = models.JSONField(default=dict)  # sent with every request: SipDomain, StirVerstat ...
    sends_status = models.BooleanField(default=True)  # False: its status callback never comes
    delivers_twice = models.BooleanField(default=False)
    answers_to_lose = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.sid} from {self.from_number}"

    @property
    def is_over(self) -> bool:
        return self.state == self.State.OVER

    @property
    def is_live(self) -> bool:
        return self.ended_at is None

    @property
    def duration(self) -> int:
        """Seconds from answer to end."""
        if self.answered_at is None:
            return 0
        return max(0, round(((self.ended_at or timezone.now()) - self.answered_at).total_seconds()))

    def is_due(self) -> bool:
        return self.due_at is not None and self.due_at <= timezone.now()

    def store(self, **fields: object) -> None:
        """Writes these fields only: others may have been changed by another process."""
        Leg.objects.filter(pk=self.pk).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)

    def end(self, status: str = "completed") -> bool:
        """The call is over for the caller; False where it was already. What remains to be sent, a phone sends."""
        now = timezone.now()
        ended = Leg.objects.filter(pk=self.pk, ended_at=None).update(ended_at=now, status=status)
        if ended:
            self.ended_at, self.status = now, status
        return bool(ended)


class Utterance(models.Model):
    """Something that a caller heard."""

    class Kind(models.TextChoices):
        SAY = "say"
        PLAY = "play"
        PAUSE = "pause"
        MUSIC = "music"
        SYSTEM = "system"  # said by Twilio itself

    leg = models.ForeignKey(Leg, models.CASCADE, related_name="utterances")
    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=Kind)
    voice = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=20, blank=True)
    rate = models.FloatField(default=1.0)  # of the usual speed
    text = models.TextField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"
