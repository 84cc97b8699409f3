"""The dates of a conference: the next ones as they would be, some on its page, all in a list, and a page for each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.inviting import tell_of_changes
from participants.admin.plans import spelled_out
from participants.admin.rosters import ComingConferences
from participants.admin.schedule_form import WallTimeField, fate_of, label_boxes, staying
from participants.admin.shown import ShowsSome
from participants.admin.walls import TeamWall
from participants.models import Conference, Occurrence

PREVIEWED = 10
SHOWN = 10  # on the page of a conference
A_DAY = 24 * 60  # minutes


def as_told(conference: Conference, plan: schedule.Plan) -> SafeString:
    """How it repeats, in words, and the next dates, with what is odd about each; then what the change would do."""
    next_ = plan.coming[:PREVIEWED]
    odd = schedule.odd_times(conference, next_)
    days = (
        (
            spelled_out(conference, row.starts_at, row.closes_at),
            f" – {strange}" if (strange := oddity(row, odd)) else "",
        )
        for row in next_
    )
    left = len(plan.coming) - len(next_)
    more = ngettext("And %(n)s more.", "And %(n)s more, as far as they are stored.", left) % {"n": left} if left else ""
    said = [*fate_of(plan, conference), *(staying(conference, row) for row in plan.held)]
    fate = format_html_join("", '<li class="fate">{}</li>', ((line,) for line in said))
    return format_html(
        "<p><strong>{}</strong></p><ol>{}</ol><p>{}</p>{}",
        conference.repeats,
        format_html_join("", "<li>{}{}</li>", days) or gettext("No date is to come."),
        more,
        format_html("<ul>{}</ul>", fate) if fate else "",
    )


def oddity(row: Occurrence, odd: dict[str, str]) -> str:
    if row.cancelled:
        return gettext("cancelled")
    if row.own_times:
        return gettext("has a time of its own")
    return odd.get(row.recurrence_id, "")


class OccurrenceForm(forms.ModelForm):
    """Writes only what was ticked or unticked here: a moderator may have locked the room meanwhile."""

    locked = forms.BooleanField(label=_("locked"), required=False, show_hidden_initial=True)
    cancelled = forms.BooleanField(label=_("cancelled"), required=False, show_hidden_initial=True)

    class Meta:
        model = Occurrence
        fields = ("locked", "cancelled")

    def save(self, commit: bool = True) -> Occurrence:
        # Not the times either: the conference, saved a moment ago, may have moved them, or have no such date any more.
        if Occurrence.objects.filter(pk=self.instance.pk).exists():
            self.instance.save(update_fields=self.changed_data)
        return self.instance


class ComingDates(ShowsSome):
    """The next ones, or the last."""

    def to_show(self, rows: QuerySet) -> list[int]:
        coming = rows.filter(closes_at__gt=timezone.now()).order_by("starts_at").values_list("pk", flat=True)
        return list(coming[:SHOWN]) or list(rows.order_by("-starts_at").values_list("pk", flat=True)[:1])


class TellsTimes(TeamWall):
    team_paths = ("conference__team",)

    @admin.display(description=_("doors open"))
    def opens(self, occurrence: Occurrence) -> str:
        said = spelled_out(occurrence.conference, occurrence.opens_at)
        if occurrence.moderators_open_at == occurrence.opens_at:
            return said
        early = occurrence.conference.local(occurrence.moderators_open_at)
        return gettext("%(opens)s; for moderators %(early)s") % {"opens": said, "early": f"{early:%H:%M}"}

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, occurrence: Occurrence) -> str:
        return spelled_out(occurrence.conference, occurrence.starts_at)

    @admin.display(description=_("doors close"))
    def closes(self, occurrence: Occurrence) -> str:
        return spelled_out(occurrence.conference, occurrence.closes_at)

    @admin.display(description=_("of its own"))
    def exception(self, occurrence: Occurrence) -> str:
        said = [gettext("cancelled")] if occurrence.cancelled else []
        said += [gettext("has a time of its own")] if occurrence.own_times else []
        return ", ".join([*said, gettext("locked")] if occurrence.locked else said)


class OccurrenceInline(TellsTimes, admin.TabularInline):
    model = Occurrence
    form = OccurrenceForm
    formset = ComingDates
    fields = ("opens", "starts", "closes", "locked", "cancelled")
    readonly_fields = ("opens", "starts", "closes")
    can_delete = False
    show_change_link = True
    verbose_name_plural = _("the next dates")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Occurrence]:
        return super().get_queryset(request).select_related("conference")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class DateForm(forms.ModelForm):
    """One date by itself: another time, another length, other doors; or as the series has it."""

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
        if "starts_at" not in self.fields or self.errors:
            return cleaned
        if cleaned["follow"]:
            self.take_back()
        elif {"starts_at", "minutes", "doors", "moderator_doors"} & set(self.changed_data):
            self.move(cleaned)
        return cleaned

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
        closes_at = starts_at + timedelta(minutes=cleaned["minutes"])
        others = conference.occurrences.exclude(pk=row.pk).filter(cancelled=False)
        if other := others.filter(starts_at__lt=closes_at, closes_at__gt=starts_at).first():
            words = _("Another date of this conference is then: %(date)s.")
            said = {"date": spelled_out(conference, other.starts_at, other.closes_at)}
            self.add_error("starts_at", ValidationError(words, params=said))
            return
        doors = cleaned["doors"]
        times = {
            "moderators_open_at": starts_at - timedelta(minutes=max(doors, cleaned["moderator_doors"])),
            "opens_at": starts_at - timedelta(minutes=doors),
            "starts_at": starts_at,
            "closes_at": closes_at,
            "overtime_until": closes_at + timedelta(minutes=conference.overtime),
        }
        self.give(times, own=True)

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


class WhichDates(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("coming", _("to come")), ("past", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        match self.value():
            case "coming":
                return queryset.filter(closes_at__gt=timezone.now())
            case "past":
                return queryset.filter(closes_at__lte=timezone.now()).order_by("-starts_at")
        return queryset


@admin.register(Occurrence)
class OccurrenceAdmin(TellsTimes, admin.ModelAdmin):
    """Every date. They follow from the conferences: none is added or deleted by hand, and what is over stays."""

    form = DateForm
    list_display = ("starts", "conference", "opens", "closes", "exception")
    list_filter = (WhichDates, ComingConferences)
    list_select_related = ("conference",)
    search_fields = ("conference__title",)
    show_full_result_count = False
    nothing_yet = _("They follow from the conferences.")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        over = isinstance(obj, Occurrence) and obj.closes_at <= timezone.now()
        return not over and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None or not self.has_change_permission(request, obj):
            return ("room", "opens", "starts", "closes", "exception")
        if obj.conference.always_open:
            return ("room", "opens", "starts", "closes", "locked", "cancelled", "tell")
        times = ("starts_at", "minutes", "doors", "moderator_doors")
        return ("room", *times, "locked", "cancelled", *(("follow",) if obj.conference.rule else ()), "tell")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tell_of_changes(request, form.instance.conference_id, tell=form.cleaned_data["tell"])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("room", "opens", "starts", "closes", "exception")

    @admin.display(description=_("conference"))
    def room(self, occurrence: Occurrence) -> SafeString:
        page = reverse("admin:participants_conference_change", args=[occurrence.conference_id])
        return format_html('<a href="{}">{}</a>', page, occurrence.conference)
