"""One date by itself, as an organizer changes it: at another time than the series has it, or called off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants import overlaps, schedule
from participants.admin.plans import spelled_out
from participants.admin.schedule_form import WallTimeField, label_boxes
from participants.models import Occurrence

A_DAY = 24 * 60  # minutes
OF_A_TIME = ("starts_at", "minutes", "doors", "moderator_doors")
OF_THE_DATE = (*OF_A_TIME, "locked", "cancelled")
HELD_ANEW = ("follow", "starts_at", "minutes", "cancelled")  # fields that can put a date where another is


class DateForm(forms.ModelForm):
    """One date by itself: another time, another length, other doors; or as the series has it.

    Writes only what was changed on this page: others may have moved, locked or cancelled the date since it was opened.
    """

    tell = forms.BooleanField(label=_("Tell those who are invited of a change"), required=False, initial=True)

    starts_at = WallTimeField(label=_("Starts at"), help_text=_("By the clocks of the conference's zone."))
    minutes = forms.IntegerField(label=_("Minutes long"), min_value=1, max_value=A_DAY)
    doors = forms.IntegerField(label=_("Doors open, minutes before"), min_value=0, max_value=A_DAY)
    moderator_doors = forms.IntegerField(label=_("For moderators, minutes before"), min_value=0, max_value=A_DAY)
    follow = forms.BooleanField(
        label=_("As the series has it"),
        required=False,
        help_text=_("Gives it the time of the series back, and calls it off no more, whatever is typed above."),
    )

    class Meta:
        model = Occurrence
        fields = ("locked", "cancelled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row = self.instance
        for name in {*OF_THE_DATE} & {*self.fields}:
            self.fields[name].show_hidden_initial = True
        if "starts_at" in self.fields and row.conference.always_open:
            for name in (*OF_A_TIME, "follow"):  # its page does not show them
                del self.fields[name]
        if "starts_at" not in self.fields:
            return
        label_boxes(self.fields["starts_at"])
        self.wall_time = row.conference.local(row.starts_at).replace(tzinfo=None, second=0, microsecond=0)
        self.initial = dict(self.initial) | {
            "starts_at": self.wall_time,
            "minutes": (row.closes_at - row.starts_at) // timedelta(minutes=1),
            "doors": (row.starts_at - row.opens_at) // timedelta(minutes=1),
            "moderator_doors": (row.starts_at - row.moderators_open_at) // timedelta(minutes=1),
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in {*OF_THE_DATE} & {*cleaned} - {*self.changed_data}:
            cleaned[name] = self.initial[name]
        if "starts_at" in self.fields and not self.errors:
            if cleaned["follow"]:
                self.take_back()
            elif self.is_given_times:
                self.move(cleaned)
        if self.is_held_anew and not self.errors and (other := overlaps.beside(self.instance).first()):
            field = next(name for name in HELD_ANEW if name in self.changed_data)
            words = _("Another date of this conference is then: %(date)s.")
            said = {"date": spelled_out(other.conference, other.starts_at, other.closes_at)}
            self.add_error(field, ValidationError(words, params=said))
        return cleaned

    @property
    def is_given_times(self) -> bool:
        return bool({*OF_A_TIME} & set(self.changed_data))

    @property
    def written(self) -> list[str]:
        """The fields of the row that were changed here."""
        times = (*schedule.TIMES, "own_times") if self.is_given_times or self.cleaned_data.get("follow") else ()
        called_off = ("cancelled",) if self.cleaned_data.get("follow") else ()
        return [*times, *{*called_off, *{"locked", "cancelled"} & {*self.changed_data}}]

    @property
    def is_held_anew(self) -> bool:
        """Whether it takes place, at another time than before or where it was called off."""
        return not self.cleaned_data.get("cancelled") and bool({*HELD_ANEW} & set(self.changed_data))

    def take_back(self) -> None:
        row, conference = self.instance, self.instance.conference
        times = schedule.wanted(conference, timezone.now()).get(row.recurrence_id)
        if times is None:
            self.add_error("follow", _("The series has no such date any more."))
            return
        self.cleaned_data["cancelled"] = False
        self.give(times, own=False)

    def move(self, cleaned: dict[str, Any]) -> None:
        row, conference = self.instance, self.instance.conference
        starts_at = row.starts_at
        if cleaned["starts_at"] != self.wall_time:
            if row.moderators_open_at <= timezone.now():
                self.add_error("starts_at", _("The doors are open: it can become longer or shorter, but not be moved."))
                return
            try:
                starts_at = schedule.moment_of(cleaned["starts_at"], conference.time_zone)
            except (ValidationError, OverflowError) as error:
                self.add_error("starts_at", getattr(error, "messages", None) or _("Is that year right?"))
                return
            if row.is_held_once and self.was_that_of_another(cleaned["starts_at"]):
                self.add_error("starts_at", _("That was the time of another date of this conference. Choose another."))
                return
        closes_at = starts_at + timedelta(minutes=cleaned["minutes"])
        doors = cleaned["doors"]
        times = {
            "moderators_open_at": starts_at - timedelta(minutes=max(doors, cleaned["moderator_doors"])),
            "opens_at": starts_at - timedelta(minutes=doors),
            "starts_at": starts_at,
            "closes_at": closes_at,
            "overtime_until": closes_at + timedelta(minutes=conference.overtime),
        }
        self.give(times, own=not row.is_held_once)

    def was_that_of_another(self, wall_time: datetime) -> bool:
        """Whether a date that stays beside it is known by this time."""
        others = self.instance.conference.occurrences.exclude(pk=self.instance.pk)
        return others.filter(recurrence_id=f"{wall_time:{schedule.RECURRENCE_ID}}").exists()

    def give(self, times: dict[str, datetime], *, own: bool) -> None:
        for name, value in times.items():
            setattr(self.instance, name, value)
        self.instance.own_times = own

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), *schedule.TIMES}  # type: ignore[misc]

    def _post_clean(self) -> None:
        """Django would write what was typed on the wall over the moment that it is."""
        moment = self.instance.starts_at
        super()._post_clean()  # type: ignore[misc]
        self.instance.starts_at = moment
