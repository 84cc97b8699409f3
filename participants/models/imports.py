"""A file of people that is being imported. The rows are the truth; a worker reads, shows and saves them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conferenceline.tasks import wake_importing
from participants.models.conferences import Conference
from participants.models.people import Participant
from participants.models.rosters import Invitation
from participants.models.teams import Team

LEASE = timedelta(minutes=1)  # a claim is renewed with each batch of rows, which takes about a second
ATTEMPTS_MOST = 5
KEPT = timedelta(days=2)  # whoever has not looked at it by then has the file


class ImportQuerySet(models.QuerySet["PeopleImport"]):
    def due(self, moment: datetime) -> ImportQuerySet:
        """What a worker can take at this moment (aware): nobody has it, or whoever had it is dead."""
        at_work = (PeopleImport.State.READING, PeopleImport.State.SAVING)
        return self.filter(Q(claimed_at=None) | Q(claimed_at__lte=moment - LEASE), state__in=at_work)

    def over(self, moment: datetime) -> ImportQuerySet:
        """Those that are kept no longer at this moment (aware), whatever became of them."""
        return self.filter(made_at__lt=moment - KEPT)


class PeopleImport(models.Model):
    """One file, for the address book of a team or the roster of one of its conferences."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        SHOWN = "shown", _("to be looked at")
        SAVING = "saving", _("being saved")
        DONE = "done", _("saved")
        FAILED = "failed", _("not read")

    uuid = models.UUIDField(unique=True, editable=False)
    team = models.ForeignKey(Team, models.CASCADE, related_name="imports")
    conference = models.ForeignKey(Conference, models.CASCADE, null=True, related_name="imports")
    role = models.CharField(max_length=12, choices=Invitation.Role, default=Invitation.Role.PARTICIPANT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    content = models.BinaryField()  # until it is read
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    why = models.CharField(max_length=400, blank=True)
    unused = models.CharField(max_length=400, blank=True)  # headings that say nothing here
    sheet = models.CharField(max_length=100, blank=True)  # the one that was read, where others hold something too
    total = models.PositiveIntegerField(default=0)
    worked = models.PositiveIntegerField(default=0)  # rows, of the work that goes on
    counts = models.JSONField(default=dict)  # of rows, by what became of them
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at",)
        verbose_name = _("file of people")
        verbose_name_plural = _("files of people")

    def __str__(self) -> str:
        return f"{self.team}, {self.get_state_display()}"

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.READING, self.State.SAVING)

    @staticmethod
    def begin(key: UUID, content: bytes, **fields: Any) -> None:
        """Keeps the file for a worker to read; nothing where it is there already, by a second press of the button."""
        PeopleImport.objects.bulk_create([PeopleImport(uuid=key, content=content, **fields)], ignore_conflicts=True)
        wake_importing()

    def claim(self, moment: datetime) -> bool:
        """Takes it, or takes it up after a worker that died; False where another was quicker."""
        mine = PeopleImport.objects.due(moment).filter(pk=self.pk, attempts=self.attempts)
        if not mine.update(claimed_at=moment, attempts=F("attempts") + 1):
            return False
        self.refresh_from_db()
        return True

    def go_on(self, **fields: Any) -> bool:
        """Renews the claim, with these fields; False where it has been lost, and so is what goes with it."""
        mine = PeopleImport.objects.filter(pk=self.pk, attempts=self.attempts, claimed_at__isnull=False)
        return bool(mine.update(claimed_at=timezone.now(), **fields))

    def finish(self, state: str, **fields: Any) -> bool:
        """Ends the work that goes on; False where the claim has been lost."""
        mine = PeopleImport.objects.filter(pk=self.pk, attempts=self.attempts, claimed_at__isnull=False)
        return bool(mine.update(state=state, claimed_at=None, attempts=0, content=b"", **fields))

    def save_shown(self) -> bool:
        """Has what was shown saved, once; False where that is under way or over."""
        shown = PeopleImport.objects.filter(pk=self.pk, state=self.State.SHOWN)
        if not shown.update(state=self.State.SAVING, worked=0):
            return False
        wake_importing()
        return True


class Fate(models.TextChoices):
    """What becomes of a row of a list."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("the same")
    ASK = "ask", _("who is it?")
    OUT = "out", _("left out")
    WRONG = "wrong", _("wrong")


class ImportRow(models.Model):
    """One row of a file, as long as it is needed: until it is saved and all the others are."""

    imported = models.ForeignKey(PeopleImport, models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    text = models.TextField()
    name = models.CharField(max_length=100, blank=True)
    numbers = models.JSONField(default=list)
    mails = models.JSONField(default=list)
    role = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=10, blank=True)
    fate = models.CharField(max_length=10, choices=Fate)
    why = models.CharField(max_length=400, blank=True)
    shown = models.CharField(max_length=64)  # the fingerprint of what was to become of it
    answer = models.CharField(max_length=20, blank=True)
    participant = models.ForeignKey(Participant, models.SET_NULL, null=True, related_name="+")
    made = models.BooleanField(default=False)  # the person, by this row
    saved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("line",)
        constraints = [models.UniqueConstraint(fields=("imported", "line"), name="one_row_per_line")]
        indexes = [models.Index(fields=("imported", "fate", "line"), name="import_row_fate")]
        verbose_name = _("row of a file of people")
        verbose_name_plural = _("rows of files of people")

    def __str__(self) -> str:
        return f"{self.line}: {self.fate}"

    @property
    def as_written(self) -> str:
        """Its cells, without the line before them, by which `text` differs from that of a row like it."""
        return self.text.removeprefix(f"{self.line}: ")
