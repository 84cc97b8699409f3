"""What those who were invited have in their calendars."""

from __future__ import annotations

from django.db import models

from participants.facts import CALLED_OFF, Facts
from participants.models.conferences import Conference


class CalendarEntryManager(models.Manager["CalendarEntry"]):
    def note(self, conference: Conference) -> CalendarEntry:
        """The entry as the conference stands now, with a higher sequence where it is no longer what it was.

        To be called in a transaction: two at once do it in turn.
        """
        list(Conference.objects.select_for_update().filter(pk=conference.pk).values_list("pk"))
        facts = Facts.of(conference)
        entry, is_new = self.get_or_create(conference=conference, defaults={"facts": facts.as_stored()})
        changes = [] if is_new else Facts.stored(entry.facts).changes_to(facts)
        if changes:
            entry.sequence, entry.changes = entry.sequence + 1, changes
        if changes or entry.facts != facts.as_stored():
            entry.facts = facts.as_stored()
            entry.save()
        return entry


class CalendarEntry(models.Model):
    """The one entry that a conference is in calendars, as it was told last.

    `sequence` is that of RFC 5545 (3.8.7.4): by it a calendar knows which of two is the newer.
    """

    conference = models.OneToOneField(Conference, models.CASCADE, related_name="entry")
    sequence = models.PositiveIntegerField(default=0)
    facts = models.JSONField()
    changes = models.JSONField(default=list)  # what was changed last, in the words of participants.facts

    objects = CalendarEntryManager()

    def __str__(self) -> str:
        return f"{self.conference} ({self.sequence})"

    @property
    def is_called_off(self) -> bool:
        return self.changes == [CALLED_OFF]
