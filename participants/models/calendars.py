"""What those who were invited have in their calendars."""

from __future__ import annotations

from typing import Any

from django.db import models

from participants.facts import CALLED_OFF, TAKES_PLACE, TIME, Facts
from participants.models.conferences import Conference

REMEMBERED = 50  # changes


class CalendarEntryManager(models.Manager["CalendarEntry"]):
    def note(self, conference: Conference) -> CalendarEntry:
        """The entry as the conference stands now, with a higher sequence where it is no longer what it was.

        To be called in a transaction: two at once do it in turn.
        """
        list(Conference.objects.select_for_update().filter(pk=conference.pk).values_list("pk"))
        facts = Facts.of(conference)
        entry, is_new = self.get_or_create(conference=conference, defaults={"facts": facts.as_stored()})
        before = Facts.stored(entry.facts)
        changes = [] if is_new else before.changes_to(facts)
        if changes:
            entry.sequence += 1
            news = [entry.sequence, changes, before.dates_changed(facts) or {}]
            entry.changed = [*entry.changed, news][-REMEMBERED:]
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
    changed = models.JSONField(
        default=list
    )  # each change: in which sequence, what, in the words of participants.facts, and which dates, as these have them

    objects = CalendarEntryManager()

    def __str__(self) -> str:
        return f"{self.conference} ({self.sequence})"

    @property
    def changed_in(self) -> int:
        """The sequence in which it changed last: whoever was told an earlier one does not know how it stands."""
        return self.changed[-1][0] if self.changed else 0

    @property
    def is_called_off(self) -> bool:
        return bool(self.changed) and self.changed[-1][1] == [CALLED_OFF]

    def changes_since(self, sequence: int) -> list[str]:
        """What is news to whoever was told this sequence, in the words of participants.facts."""
        news = dict.fromkeys(what for changed_in, said, *_ in self.changed if changed_in > sequence for what in said)
        if CALLED_OFF in news and TAKES_PLACE in news:  # they know of neither
            del news[CALLED_OFF], news[TAKES_PLACE]
        return list(news)

    def dates_since(self, sequence: int) -> dict[str, list[Any]]:
        """The dates of a series that are news to whoever was told this sequence, as Facts.dates_changed() has them.

        Where the series itself is another, or takes place after all: those that are not as it has them.
        """
        if {TIME, TAKES_PLACE} & set(self.changes_since(sequence)):
            return Facts.stored(self.facts).dates_of_their_own()
        found: dict[str, list[Any]] = {}
        for changed_in, _said, *dates in self.changed:
            for key, (was, now) in (dates[0] if dates and changed_in > sequence else {}).items():
                found[key] = [found[key][0] if key in found else was, now]
        return {key: [was, now] for key, (was, now) in found.items() if was != now}

    def bump(self) -> None:
        """A higher sequence, though nothing changed for those who stay: somebody's copy of it is cancelled."""
        CalendarEntry.objects.filter(pk=self.pk).update(sequence=models.F("sequence") + 1)
        self.refresh_from_db()
