"""What an organizer schedules, with its roster and its dates, on one page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.rosters import InvitationInline, ModeratorNumberInline
from participants.admin.walls import TeamWall
from participants.models import Conference, Invitation, Occurrence

YEARS = range(2000, 2100)  # a slip of the pen beyond them would overflow what comes of it


def spelled_out(conference: Conference, moment: datetime) -> str:
    return f"{conference.local(moment):%a %Y-%m-%d %H:%M} ({conference.time_zone.key})"


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


class ConferenceForm(forms.ModelForm):
    starts_at = WallTimeField(label=_("starts at"), help_text=_("By the clocks of the zone above."))
    language = forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, initial=Conference._meta.get_field("language").default
    )

    class Meta:
        model = Conference
        fields = "__all__"  # noqa: DJ007 - the admin says which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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
        return [("open", _("doors open now")), ("coming", _("to come")), ("past", _("over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        now = timezone.now()
        dates = Occurrence.objects.filter(conference=OuterRef("pk"))
        match self.value():
            case "open":
                return queryset.filter(Exists(dates.open_at(now)))
            case "coming":
                return queryset.filter(Exists(dates.filter(opens_at__gt=now)))
            case "past":
                return queryset.exclude(Exists(dates.filter(closes_at__gt=now)))
        return queryset


@admin.register(Conference)
class ConferenceAdmin(TeamWall, admin.ModelAdmin):
    form = ConferenceForm
    list_display = ("title", "starts", "doors_open_now", "status", "invited", "moderators", "team")
    list_filter = (When, "status", "team")
    list_select_related = ("team",)
    search_fields = ("title", "invitations__participant__name")
    ordering = ("-starts_at", "pk")  # said again: counting drops the model's own
    date_hierarchy = "starts_at"
    # Saved in this order: whoever is on the roster and typed as a moderator too ends up moderating.
    inlines = (InvitationInline, ModeratorNumberInline, OccurrenceInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conference]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                invited_count=Count("invitations", distinct=True),
                moderator_count=Count(
                    "invitations", filter=Q(invitations__role=Invitation.Role.MODERATOR), distinct=True
                ),
                open_now=Exists(Occurrence.objects.open_at(timezone.now()).filter(conference=OuterRef("pk"))),
            )
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may only look is told the start in the conference's own zone, too."""
        start = "starts" if obj and not self.has_change_permission(request, obj) else "starts_at"
        in_the_room = ("starts_with", "moderator_exit", "seats", "waiting_music", "announcements", "language")
        return (
            (None, {"fields": ("title", "team", "status")}),
            (_("When"), {"fields": ("time_zone", start, "duration", "doors", "overtime")}),
            (_("In the room"), {"fields": in_the_room}),
        )

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, conference: Conference) -> str:
        return spelled_out(conference, conference.starts_at)

    @admin.display(description=_("doors open now"), boolean=True)
    def doors_open_now(self, conference: Any) -> bool:
        return conference.open_now

    @admin.display(description=_("invited"))
    def invited(self, conference: Any) -> int:
        return conference.invited_count

    @admin.display(description=_("moderators"))
    def moderators(self, conference: Any) -> str:
        return str(conference.moderator_count or gettext("nobody"))
