"""Who has heard the privacy notice of which conference."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from participants.models.conferences import WORDS_MOST
from verification.models.admissions import AdmissionQuerySet


class HeardNoticeManager(models.Manager["HeardNotice"]):
    def remember(self, seats: AdmissionQuerySet) -> None:
        """The holders of these seats are in: what was due on the way was said. Told twice, it is stored once."""
        due = seats.exclude(notice="").exclude(participant=None).exclude(occurrence=None)
        heard = due.values_list("participant", "occurrence__conference", "notice")
        self.bulk_create(
            [HeardNotice(participant_id=who, conference_id=which, words=words) for who, which, words in heard],
            ignore_conflicts=True,
        )


class HeardNotice(models.Model):
    """These words were said to this person on the way into a room of this conference. It goes with either of them."""

    participant = models.ForeignKey("participants.Participant", models.CASCADE, related_name="heard_notices")
    conference = models.ForeignKey("participants.Conference", models.CASCADE, related_name="+")
    words = models.CharField(max_length=WORDS_MOST)
    at = models.DateTimeField(default=timezone.now)

    objects = HeardNoticeManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("participant", "conference", "words"), name="one_row_per_heard_notice")
        ]

    def __str__(self) -> str:
        return f"{self.participant} heard the notice of {self.conference}"
