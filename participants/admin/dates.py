"""The dates of a conference: the next ones as they would be, some on its page, all in a list, and a page for each."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django import forms
from django.conf import settings
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

from participants import overlaps, schedule
from participants.admin.at_once import RefusesOverlaps, at_once
from participants.admin.date_form import DateForm
from participants.admin.inviting import tell_of_changes
from participants.admin.plans import ending, spelled_out
from participants.admin.rosters import ComingConferences
from participants.admin.schedule_form import fate_of, staying
from participants.admin.shown import ShowsSome
from participants.admin.walls import TeamWall
from participants.models import Conference, Occurrence

PREVIEWED = 10
SHOWN = 10  # on the page of a conference


def as_told(conference: Conference, plan: schedule.Plan) -> SafeString:
    """How it repeats, in words, and the next dates, with what is odd about each; then what the change would do."""
    next_ = plan.coming[:PREVIEWED]
    later = later_dates(conference, plan, PREVIEWED - len(next_))
    next_ += later
    odd = schedule.odd_times(conference, next_)
    days = (
        (
            spelled_out(conference, row.starts_at, row.closes_at),
            f" – {strange}" if (strange := oddity(row, odd)) else "",
        )
        for row in next_
    )
    left = len(plan.coming) - PREVIEWED
    more = ""
    if left > 0:
        more = ngettext("And %(n)s more.", "And %(n)s more.", left) % {"n": left}
        if later_dates(conference, plan, 1):
            more = f"{more} {gettext('Later ones are stored when they come nearer.')}"
    elif later:
        days_ahead = {"days": settings.DATES_AHEAD.days}
        more = gettext("More than %(days)s days ahead: stored when they come nearer.") % days_ahead
    said = [*fate_of(plan, conference), *(staying(conference, row) for row in plan.held)]
    fate = format_html_join("", '<li class="fate">{}</li>', ((line,) for line in said))
    return format_html(
        "<p><strong>{}</strong></p><ol>{}</ol><p>{}</p><p>{}</p>{}",
        conference.repeats,
        format_html_join("", "<li>{}{}</li>", days) or gettext("No date is to come."),
        more,
        _at_the_end(conference, next_),
        format_html("<ul>{}</ul>", fate) if fate else "",
    )


def later_dates(conference: Conference, plan: schedule.Plan, most: int) -> list[Occurrence]:
    """The dates, unsaved, that follow after the plan, and are stored when they come nearer; so many at most."""
    if conference.rule is None or not plan.coming or most <= 0:
        return []
    last = max(row.recurrence_id for row in plan.coming)
    since = datetime.strptime(last, schedule.RECURRENCE_ID).replace(tzinfo=UTC) - schedule.A_DAY
    after = (
        Occurrence(conference=conference, recurrence_id=key, **schedule.times_of(conference, wall_time, moment))
        for wall_time, moment in schedule.starts(conference, since)
        if (key := f"{wall_time:{schedule.RECURRENCE_ID}}") > last
    )
    return list(islice(after, most))


def _at_the_end(conference: Conference, days: list[Occurrence]) -> str:
    """Of the first that is as the series has it."""
    usual = next((row for row in days if not row.is_exception), None)
    return ending(conference, usual) if usual else ""


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

    @property
    def put_back(self) -> list[Occurrence]:
        """Those that are called off no more."""
        rows = (form.instance for form in self.forms if "cancelled" in form.changed_data)
        return [row for row in rows if not row.cancelled]

    def clean(self) -> None:
        super().clean()
        if not (back := self.put_back):
            return
        shown = {form.instance.pk: form.instance for form in self.forms}
        coming = self.instance.occurrences.filter(closes_at__gt=timezone.now())
        try:
            overlaps.refuse([shown.get(row.pk, row) for row in coming], back)
        except overlaps.OverlapError as found:
            raise ValidationError(at_once(self.instance, found)) from found

    def save(self, commit: bool = True) -> Any:
        saved = super().save(commit)
        if back := self.put_back:  # at the times that the conference, saved a moment ago, may have given them
            overlaps.look_again(self.instance.occurrences.filter(pk__in=[row.pk for row in back]))
        return saved


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
class OccurrenceAdmin(TellsTimes, RefusesOverlaps, admin.ModelAdmin):
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

    def save_model(self, request: HttpRequest, obj: Occurrence, form: Any, change: bool) -> None:
        conference = Conference.objects.select_for_update().get(pk=obj.conference_id)
        if form.is_given_times and obj.is_held_once:
            conference.held_as(obj)
        obj.save(update_fields=form.written)
        if form.is_held_anew:
            overlaps.look_again([obj])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        tell_of_changes(request, form.instance.conference_id, tell=form.cleaned_data["tell"])

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("room", "opens", "starts", "closes", "exception")

    @admin.display(description=_("conference"))
    def room(self, occurrence: Occurrence) -> SafeString:
        page = reverse("admin:participants_conference_change", args=[occurrence.conference_id])
        return format_html('<a href="{}">{}</a>', page, occurrence.conference)
