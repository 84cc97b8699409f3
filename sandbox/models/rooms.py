"""A conference in progress: the room, who is in it, and the callbacks that it owes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Room(models.Model):
    """One conference. An ended name can be used again, and gets a new room."""

    class Status(models.TextChoices):
        INIT = "init"
        IN_PROGRESS = "in-progress"
        COMPLETED = "completed"

    sid = models.CharField(max_length=34, unique=True)
    friendly_name = models.CharField(max_length=128, db_index=True)
    status = models.CharField(max_length=15, choices=Status, default=Status.INIT)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    sequence = models.PositiveIntegerField(default=0)
    # Fixed by whoever comes in first: "later values are ignored" (docs/voice/twiml/conference).
    callback_url = models.TextField(blank=True)
    callback_method = models.CharField(max_length=4, default="POST")
    callback_events = models.CharField(max_length=100, blank=True)
    reason_ended = models.CharField(max_length=60, blank=True)
    ended_by = models.CharField(max_length=34, blank=True)  # the call SID

    class Meta:
        ordering = ("pk",)
        constraints = [
            # "Only one in-progress conference per name"
            models.UniqueConstraint(
                fields=("friendly_name",), condition=~Q(status="completed"), name="sandbox_one_live_room"
            )
        ]

    def __str__(self) -> str:
        return f"{self.friendly_name} ({self.status})"

    @property
    def present(self) -> models.QuerySet[Member]:
        return self.members.filter(left_at=None)

    @property
    def has_started(self) -> bool:
        return self.started_at is not None


class Member(models.Model):
    """One leg in a room, from joining to leaving."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="members")
    leg = models.ForeignKey("sandbox.Leg", models.CASCADE, related_name="stays")
    label = models.CharField(max_length=128, blank=True)
    muted = models.BooleanField(default=False)
    hold = models.BooleanField(default=False)
    start_on_enter = models.BooleanField(default=True)
    end_on_exit = models.BooleanField(default=False)
    beep = models.CharField(max_length=10, default="true")
    wait_url = models.TextField(null=True)  # noqa: DJ001 - None is Twilio's own playlist, "" is silence
    wait_method = models.CharField(max_length=4, default="POST")
    joined_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    limit_at = models.DateTimeField()  # the Dial's timeLimit
    left_at = models.DateTimeField(null=True)
    reason_left = models.CharField(max_length=40, blank=True)

    # The music that is playing: a document of its own, beside the call's.
    music_url = models.TextField(blank=True)
    music = models.TextField(blank=True)
    music_verb = models.PositiveSmallIntegerField(default=0)
    music_due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("room", "label"), condition=Q(left_at=None) & ~Q(label=""), name="sandbox_one_label"
            )
        ]

    def __str__(self) -> str:
        return f"{self.leg.from_number} in {self.room}"

    @property
    def is_waiting(self) -> bool:
        """Whether this caller hears music: nobody has started the room, or a moderator put the caller on hold."""
        return self.hold or not self.room.has_started

    def store(self, **fields: object) -> None:
        Member.objects.filter(pk=self.pk).update(**fields)
        for name, value in fields.items():
            setattr(self, name, value)

    def is_out_of_time(self) -> bool:
        return self.limit_at <= timezone.now()


class Callback(models.Model):
    """A conference status callback that is owed; the next phone that asks delivers it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="callbacks")
    sequence = models.PositiveIntegerField()
    fields = models.JSONField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.sequence}: {self.fields['StatusCallbackEvent']}"


class Announcement(models.Model):
    """Words for a room that REST has asked for; the next phone that asks fetches them, and the room hears them."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="announcements")
    url = models.TextField()
    method = models.CharField(max_length=4)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.url} in {self.room}"


class Switch(models.Model):
    """How conference callbacks are delivered. One row at most; without it, each once and in order."""

    class Delivery(models.TextChoices):
        IN_ORDER = "in order"
        TWICE = "twice"
        REVERSED = "reversed"  # the newest of those that are owed comes first
        HELD = "held"  # they stay owed
        NEVER = "never"

    room_callbacks = models.CharField(max_length=10, choices=Delivery, default=Delivery.IN_ORDER)

    def __str__(self) -> str:
        return self.room_callbacks

    @classmethod
    def how_to_deliver(cls) -> str:
        row = cls.objects.first()
        return row.room_callbacks if row else cls.Delivery.IN_ORDER

    @classmethod
    def deliver_room_callbacks(cls, how: str) -> None:
        """From now on: "in order", "twice", "reversed", "held" or "never"."""
        if how not in cls.Delivery.values:
            raise ValueError(f"{how!r} is none of {cls.Delivery.values}.")
        cls.objects.update_or_create(pk=1, defaults={"room_callbacks": how})
