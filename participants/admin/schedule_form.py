"""When a conference is held, as an organizer fills it in: the start on the clock, how it repeats, and what follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.at_once import at_once
from participants.admin.plans import spelled_out
from participants.models import Conference, Occurrence
from participants.overlaps import OverlapError
from participants.recurrence import BY_DATE, BY_WEEKDAY, COUNT_MOST, DAILY, EVERY_MOST, WEEKLY, WEEKS, Rule

YEARS = range(2000, 2100)  # a slip of the pen beyond them would overflow what comes of it
ONCE, ALWAYS = "once", "always open"
NEVER, ON_DAY, AFTER = "never", "on day", "after"


class WallTimeField(forms.SplitDateTimeField):
    """A date and a time as a clock shows them. Which moment that is depends on the zone, another field."""

    widget = forms.SplitDateTimeWidget(
        date_format="%Y-%m-%d",
        time_format="%H:%M",
        date_attrs={"type": "date"},
        time_attrs={"type": "time"},
    )

    # In one box: Django forgets the initial value of two when a page comes back with an error.
    hidden_widget = forms.HiddenInput

    def compress(self, data_list: Any) -> datetime | None:
        return datetime.combine(*data_list) if data_list else None

    def to_python(self, value: Any) -> Any:
        try:
            return parse_datetime(value) if isinstance(value, str) else value
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid_date"]) from error


class LongSelect(forms.Select):
    """Django renders a template for each choice: with the time zones of the world, a third of the time of the page."""

    template_name = "participants/long_select.html"


def label_boxes(field: forms.Field) -> None:
    for box, label in zip(field.widget.widgets, (_("Date"), _("Time")), strict=True):
        box.attrs["aria-label"] = label


class ScheduleForm(forms.ModelForm):
    """The fields that say when, and `plan`: what saving them would do to the stored dates, once they are valid."""

    starts_at = WallTimeField(label=_("Starts at"), help_text=_("By the clocks of the zone above."))
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        required=False,
        choices=[
            (ONCE, _("no: it is held once")),
            (DAILY, _("by days")),
            (WEEKLY, _("by weeks, on chosen days")),
            (BY_DATE, _("by months, on the day of the month")),
            (BY_WEEKDAY, _("by months, on a weekday")),
            (ALWAYS, _("always open: a permanent room")),
        ],
    )
    every = forms.IntegerField(
        label=_("Every"),
        required=False,
        min_value=1,
        max_value=EVERY_MOST,
        help_text=_("2: only every second day, week or month."),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("On"),
        required=False,
        coerce=int,
        choices=[(n, capfirst(day)) for n, day in WEEKDAYS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("By weeks. None: the day on which it starts."),
    )
    week = forms.TypedChoiceField(
        label=_("On the"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("as it starts")), *WEEKS.items()],
        help_text=_("By months, on a weekday."),
    )
    weekday = forms.TypedChoiceField(
        label=_("Weekday"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("as it starts")), *((n, capfirst(day)) for n, day in WEEKDAYS.items())],
    )
    ends = forms.ChoiceField(
        label=_("Ends"),
        required=False,
        choices=[(NEVER, _("never")), (ON_DAY, _("on a day")), (AFTER, _("after a number of times"))],
    )
    until = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    count = forms.IntegerField(label=_("Times"), required=False, min_value=1, max_value=COUNT_MOST)

    class Meta:
        model = Conference
        fields = ("time_zone", "starts_at", "duration", "doors", "moderator_doors", "overtime", "warn_before")

    plan: schedule.Plan | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "starts_at" in self.fields:
            label_boxes(self.fields["starts_at"])
        if self.instance.pk:
            shown = schedule.wall_start(self.instance)
            self.initial["starts_at"] = shown.replace(second=0, microsecond=0)
            self.say_what_is_over()
        if self.instance.pk or self.instance.recurrence or self.instance.always_open:
            self.initial = dict(self.initial) | self.as_filled_in(self.instance)

    def say_what_is_over(self) -> None:
        """At the start, where it was held once and somebody may mean to hold it again."""
        last = None if self.instance.rule else self.instance.occurrences.order_by("starts_at").last()
        if last and last.closes_at <= timezone.now() and "starts_at" in self.fields:
            field = self.fields["starts_at"]
            more = gettext("Another start is one more date, with the same roster.")
            field.help_text = f"{field.help_text} {staying(self.instance, last)} {more}"

    @staticmethod
    def as_filled_in(conference: Conference) -> dict[str, Any]:
        """How the fields were filled in that made this recurrence."""
        if conference.always_open:
            return {"repeats": ALWAYS}
        rule = conference.rule
        if rule is None:
            return {"repeats": ONCE}
        filled: dict[str, Any] = {"repeats": rule.kind, "every": rule.every, "until": rule.until, "count": rule.count}
        filled["ends"] = AFTER if rule.count else ON_DAY if rule.until else NEVER
        if rule.kind == WEEKLY:
            filled["weekdays"] = list(rule.days)
        if rule.kind == BY_WEEKDAY:
            filled |= {"week": rule.week, "weekday": rule.day}
        return filled

    def clean(self) -> dict[str, Any]:
        """Makes a moment of the time typed, and a rule of how it repeats.

        A start that was not touched stays what it is, to the second; where it is none of the chosen days, the first
        of them that follows is the start.
        """
        cleaned = super().clean() or self.cleaned_data
        wall_time, zone = cleaned.get("starts_at"), cleaned.get("time_zone")
        if not (wall_time and zone):
            return cleaned
        untouched = self.instance.pk and not {"starts_at", "time_zone"} & set(self.changed_data)
        if untouched:
            cleaned["starts_at"] = self.instance.starts_at
            wall_time = schedule.wall_start(self.instance)
        elif wall_time.year not in YEARS:
            self.add_error("starts_at", _("Is that year right?"))
            return cleaned
        rule = self.rule(cleaned, wall_time)
        first = rule.first(wall_time) if rule else wall_time
        try:
            if first.date() != wall_time.date():
                cleaned["starts_at"] = schedule.on_the_wall(first, zone)
            elif not untouched:
                cleaned["starts_at"] = schedule.moment_of(wall_time, zone)
        except ValidationError as error:
            self.add_error("starts_at", error)
        if rule and rule.until and first.date() > rule.until:
            self.add_error("until", _("Its first date would be after that."))
        self.instance.recurrence = rule.text() if rule else ""
        self.instance.always_open = cleaned.get("repeats") == ALWAYS
        return cleaned

    def rule(self, cleaned: dict[str, Any], start: datetime) -> Rule | None:
        """By which it would repeat; complains at what is missing."""
        kind = cleaned.get("repeats") or ONCE
        if kind in (ONCE, ALWAYS):
            return None
        nth = (start.day - 1) // 7 + 1
        week = cleaned.get("week") or (nth if nth <= 4 else -1)
        weekday = cleaned.get("weekday")
        until, count = (cleaned.get(name) for name in ("until", "count"))
        ends = cleaned.get("ends") or NEVER
        for chosen, name, value in ((ON_DAY, "until", until), (AFTER, "count", count)):
            if ends == chosen and not value and name not in self.errors:
                words = forms.Field.default_error_messages["required"]
                self.add_error(name, ValidationError(words, code="required"))
        return Rule(
            kind,
            every=cleaned.get("every") or 1,
            days=tuple(sorted(cleaned.get("weekdays") or [start.weekday()])),
            week=week,
            day=start.weekday() if weekday is None else weekday,
            month_day=self._month_day(start),
            until=until if ends == ON_DAY else None,
            count=count if ends == AFTER else None,
        )

    def _month_day(self, start: datetime) -> int:
        """That of the start; of a series on the last days of months, the day that it was made for."""
        before = self.instance.rule if self.instance.pk else None
        if before and before.kind == BY_DATE and not {"starts_at", "repeats"} & set(self.changed_data):
            return before.month_day
        return start.day

    def wrong_so_far(self) -> ErrorList:
        """What is wrong while it is being filled in. What is not there yet is no fault."""
        found = (error for errors in self.errors.as_data().values() for error in errors if error.code != "required")
        return self.error_class([words for error in found for words in error.messages])

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not set(self.errors) & {*ScheduleForm.base_fields}:
            self.plan = schedule.plan(self.instance, timezone.now())
            self.look_at(self.plan)

    def look_at(self, plan: schedule.Plan) -> None:
        """Complains of what the plan would do, where that is wrong."""
        going_on = [row for row in plan.coming if row.pk and row.moderators_open_at <= timezone.now()]
        if going_on and plan.made and not self.instance.rule:
            words = _("The doors are open: this date can become longer or shorter, and be cancelled, but not moved.")
            self.add_error("starts_at", ValidationError(words))
        try:
            plan.refuse_overlaps()
        except OverlapError as found:
            self.add_error(None, at_once(self.instance, found))


def staying(conference: Conference, row: Occurrence) -> str:
    """What is to be said of a date that is over before it is held once more."""
    words = gettext("%(date)s is over: it stays, with its log.")
    return words % {"date": spelled_out(conference, row.starts_at)}


def fate_of(plan: schedule.Plan, conference: Conference) -> list[str]:
    """What becomes of dates that were changed by themselves, in words."""
    said = []
    for row in plan.lost:
        what = gettext("cancelled") if row.cancelled else gettext("locked")
        said.append(
            gettext("%(date)s, which was %(what)s by itself: the series has no such date any more, and it goes.")
            % {"date": spelled_out(conference, row.starts_at), "what": what}
        )
    for row in plan.stray:
        said.append(
            gettext("%(date)s, which has a time of its own: it stays, beside the dates of the series.")
            % {"date": spelled_out(conference, row.starts_at)}
        )
    for row, had in plan.settled:
        said.append(
            gettext("%(date)s, which has a time of its own: it loses it, and is held once, %(new)s.")
            % {"date": spelled_out(conference, had), "new": spelled_out(conference, row.starts_at, row.closes_at)}
        )
    return said
