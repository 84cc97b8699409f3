"""What an organizer schedules, with its roster and its dates, on one page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.deletion import TellsWhatGoes
from participants.admin.export import Exports
from participants.admin.health import ChecksRoster
from participants.admin.history import Remembers
from participants.admin.passcodes import MakesPasscodes
from participants.admin.pasting import PastesOntoRoster
from participants.admin.plans import as_list, sentences, spelled_out
from participants.admin.rosters import InvitationInline, ModeratorNumberInline
from participants.admin.search import has_words, invited_like, searched
from participants.admin.states import StateFilter, badge, with_state
from participants.admin.walls import TeamWall
from participants.models import Conference, Invitation, Occurrence, Participant
from participants.resources import ConferenceResource

YEARS = range(2000, 2100)  # a slip of the pen beyond them would overflow what comes of it


class WallTimeField(forms.SplitDateTimeField):
    """A date and a time as a clock shows them. Which moment that is depends on the zone, another field."""

    widget = forms.SplitDateTimeWidget(
        date_format="%Y-%m-%d",
        time_format="%H:%M",
        date_attrs={"type": "date"},
        time_attrs={"type": "time"},
    )

    def compress(self, data_list: Any) -> datetime | None:
        return datetime.combine(*data_list) if data_list else None


class LongSelect(forms.Select):
    """Django renders a template for each choice: with the time zones of the world, a third of the time of the page."""

    template_name = "participants/long_select.html"


class ConferenceForm(forms.ModelForm):
    starts_at = WallTimeField(label=_("Starts at"), help_text=_("By the clocks of the zone above."))

    class Meta:
        model = Conference
        fields = "__all__"  # noqa: DJ007 - the admin says which
        widgets = {"time_zone": LongSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "starts_at" in self.fields:
            for box, label in zip(self.fields["starts_at"].widget.widgets, (_("Date"), _("Time")), strict=True):
                box.attrs["aria-label"] = label
        if self.instance.pk:
            shown = self.instance.local(self.instance.starts_at)
            self.initial["starts_at"] = shown.replace(tzinfo=None, second=0, microsecond=0)

    def clean(self) -> dict[str, Any]:
        """Makes a moment of the time typed. One that was not touched stays what it is, to the second."""
        cleaned = super().clean() or self.cleaned_data
        wall_time, zone = cleaned.get("starts_at"), cleaned.get("time_zone")
        if not (wall_time and zone):
            return cleaned
        if self.instance.pk and not {"starts_at", "time_zone"} & set(self.changed_data):
            cleaned["starts_at"] = self.instance.starts_at
        elif wall_time.year not in YEARS:
            self.add_error("starts_at", _("Is that year right?"))
        else:
            try:
                cleaned["starts_at"] = schedule.moment_of(wall_time, zone)
            except ValidationError as error:
                self.add_error("starts_at", error)
        return cleaned


class OccurrenceForm(forms.ModelForm):
    """Writes only what was ticked or unticked here: a moderator may have locked the room meanwhile."""

    locked = forms.BooleanField(label=_("locked"), required=False, show_hidden_initial=True)
    cancelled = forms.BooleanField(label=_("cancelled"), required=False, show_hidden_initial=True)

    class Meta:
        model = Occurrence
        fields = ("locked", "cancelled")

    def save(self, commit: bool = True) -> Occurrence:
        # Not the times either: the conference, saved a moment ago, may have moved them.
        self.instance.save(update_fields=self.changed_data)
        return self.instance


class OccurrenceInline(TeamWall, admin.TabularInline):
    model = Occurrence
    team_paths = ("conference__team",)
    form = OccurrenceForm
    fields = ("opens", "starts", "closes", "locked", "cancelled")
    readonly_fields = ("opens", "starts", "closes")
    can_delete = False
    verbose_name_plural = _("dates")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("doors open"))
    def opens(self, occurrence: Occurrence) -> str:
        return spelled_out(occurrence.conference, occurrence.opens_at)

    @admin.display(description=_("starts"))
    def starts(self, occurrence: Occurrence) -> str:
        return spelled_out(occurrence.conference, occurrence.starts_at)

    @admin.display(description=_("doors close"))
    def closes(self, occurrence: Occurrence) -> str:
        return spelled_out(occurrence.conference, occurrence.closes_at)


class When(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("open", _("doors open now")),
            ("day", _("in the next 24 hours")),
            ("week", _("in the next 7 days")),
            ("coming", _("to come")),
            ("past", _("over")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        dates = Occurrence.objects.filter(conference=OuterRef("pk"))
        match self.value():
            case "open":
                return queryset.filter(Exists(dates.open_at(now)))
            case "day" | "week":
                until = now + timedelta(days=1 if self.value() == "day" else 7)
                return queryset.filter(Exists(dates.filter(closes_at__gt=now, starts_at__lt=until)))
            case "coming":
                return queryset.filter(Exists(dates.filter(opens_at__gt=now)))
            case "past":
                return queryset.exclude(Exists(dates.filter(closes_at__gt=now)))
        return queryset


class ConferenceList(ChangeList):
    """What is counted is counted for the rows of the page alone, however many conferences there are."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        page = Conference.objects.filter(pk__in=[row.pk for row in self.result_list])
        counted = Invitation.objects.filter(conference=OuterRef("pk")).order_by().values("conference")
        moderating = counted.filter(role=Invitation.Role.MODERATOR)
        self.result_list = (
            with_state(page, timezone.now())
            .annotate(
                invited_count=Coalesce(Subquery(counted.annotate(n=Count("pk")).values("n")), 0),
                moderator_count=Coalesce(Subquery(moderating.annotate(n=Count("pk")).values("n")), 0),
            )
            .select_related("team")
            .order_by(*self.get_ordering(request, self.root_queryset))
        )


@admin.register(Conference)
class ConferenceAdmin(TeamWall, PastesOntoRoster, ChecksRoster, MakesPasscodes, Exports, TellsWhatGoes, Remembers):
    form = ConferenceForm
    resource_classes = (ConferenceResource,)
    list_display = ("title", "when", "state", "invited", "moderators", "team")
    list_filter = (StateFilter, When, "team")
    list_select_related = ("team",)
    search_fields = ("title",)
    search_help_text = _("A title, a person, or a number however it is written.")
    nothing_yet = _("Schedule a conference, and type who may enter on the same page: a number and a name for each.")
    show_full_result_count = False
    readonly_fields = ("plan", "passcode_state", "conference_number")
    date_hierarchy = "starts_at"
    # Saved in this order: whoever is on the roster and typed as a moderator too ends up moderating.
    inlines = (InvitationInline, ModeratorNumberInline, OccurrenceInline)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ConferenceList

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """By title as Django has it, or by who is on the roster."""
        term = searched(search_term)
        queryset, _duplicates = super().get_search_results(request, queryset, "")
        if not term:
            return queryset, False
        invited = invited_like(self.reachable(Participant, request.user), term)
        return queryset.filter(has_words("title", term) | Q(pk__in=invited.values("conference"))), False

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may only look is told the start in the conference's own zone, too."""
        start = "starts" if obj and not self.has_change_permission(request, obj) else "starts_at"
        in_the_room = ("starts_with", "moderator_exit", "seats", "waiting_music", "announcements", "language")
        plan = ((_("What the line will do"), {"fields": ("plan",), "classes": ("plan-panel",)}),) if obj else ()
        let_in = ("admission", "least_grade", "comes_back", *(("passcode_state", "conference_number") if obj else ()))
        return (
            *plan,
            (None, {"fields": ("title", "team", "status")}),
            (_("When"), {"fields": ("time_zone", start, "duration", "doors", "overtime")}),
            (_("Who is let in"), {"fields": let_in}),
            (_("In the room"), {"fields": in_the_room}),
        )

    @admin.display(description=_("starts"))
    def starts(self, conference: Conference) -> str:
        return spelled_out(conference, conference.starts_at)

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, conference: Conference) -> str:
        ends_at = conference.starts_at + timedelta(minutes=conference.duration)
        return spelled_out(conference, conference.starts_at, ends_at)

    @admin.display(description=_("state"))
    def state(self, conference: Any) -> SafeString:
        return badge(conference.state)

    @admin.display(description="")
    def plan(self, conference: Conference) -> SafeString:
        [standing] = with_state(Conference.objects.filter(pk=conference.pk), timezone.now()).values_list("state")
        roster = list(conference.invitations.select_related("participant").prefetch_related("participant__contacts"))
        said = (
            format_html(
                "<p>{} <strong>{}</strong></p>{}",
                badge(standing[0]),
                spelled_out(conference, date.starts_at, date.closes_at),
                as_list(sentences(conference, date, roster)),
            )
            for date in conference.occurrences.all()
        )
        return format_html_join("", "{}", ((each,) for each in said))

    @admin.display(description=_("people"))
    def invited(self, conference: Any) -> int:
        return conference.invited_count

    @admin.display(description=_("moderators"))
    def moderators(self, conference: Any) -> str:
        return str(conference.moderator_count or gettext("nobody"))
