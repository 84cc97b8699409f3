"""What an organizer schedules, with its roster and its dates, on one page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants import schedule
from participants.admin.again import SchedulesAgain
from participants.admin.at_once import RefusesOverlaps
from participants.admin.conference_list import ByDate, ConferenceList
from participants.admin.dates import OccurrenceInline, as_told
from participants.admin.export import Exports
from participants.admin.groups import AddsGroups
from participants.admin.health import ChecksRoster
from participants.admin.history import Remembers
from participants.admin.importing import ImportsOntoRoster
from participants.admin.inviting import Invites
from participants.admin.next_steps import LeadsOn
from participants.admin.passcodes import MakesPasscodes
from participants.admin.pasting import PastesOntoRoster
from participants.admin.plans import Roster, as_list, sentences, spelled_out
from participants.admin.rosters import InvitationInline, ModeratorNumberInline
from participants.admin.schedule_form import LongSelect, ScheduleForm, fate_of
from participants.admin.search import has_words, invited_like, searched
from participants.admin.states import StateFilter, badge, with_state
from participants.admin.uninviting import Uninvites
from participants.admin.walls import TeamWall
from participants.admin.warnings import Warns, warnings_of
from participants.models import Conference, Doubt, Participant
from participants.resources import ConferenceResource

SHOW = "_dates"  # the button that shows the dates and saves nothing


class ConferenceForm(ScheduleForm):
    """`Show the dates` brings the form back as it was filled in, with what would follow, and saves nothing."""

    tell = forms.BooleanField(
        label=_("Tell those who are invited of a change"),
        required=False,
        initial=True,
        help_text=_(
            "Of another title, time or number to dial, when it is called off or a draft again, and whoever is taken "
            "off the roster. Nothing else is told."
        ),
    )
    confirm = forms.BooleanField(label=_("Change the series so"), required=False, widget=forms.HiddenInput)

    class Meta:
        model = Conference
        fields = "__all__"
        widgets = {
            "time_zone": LongSelect,
            "greeting": forms.Textarea({"rows": 2}),
            "privacy_notice": forms.Textarea({"rows": 2}),
        }

    @property
    def only_shows(self) -> bool:
        return SHOW in self.data

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if self.only_shows and self.plan:
            self.instance.shown_plan = self.plan
        return valid and not self.only_shows

    def look_at(self, plan: schedule.Plan) -> None:
        """Asks whether dates that were changed by themselves may go, or stay without a series."""
        super().look_at(plan)
        fate = fate_of(plan, self.instance)
        if not fate:
            return
        self.fields["confirm"].widget = forms.CheckboxInput()
        if not self.only_shows and not self.cleaned_data.get("confirm"):
            self.add_error("confirm", [_("This is what becomes of dates that were changed by themselves:"), *fate])


@admin.register(Conference)
class ConferenceAdmin(
    TeamWall,
    RefusesOverlaps,
    Invites,
    LeadsOn,
    Warns,
    SchedulesAgain,
    ImportsOntoRoster,
    PastesOntoRoster,
    AddsGroups,
    ChecksRoster,
    MakesPasscodes,
    Exports,
    Uninvites,
    Remembers,
):
    form = ConferenceForm
    resource_classes = (ConferenceResource,)
    list_display = ("title", "when", "state", "invited", "moderators", "team")
    list_filter = (StateFilter, ByDate, "team")
    list_select_related = ("team",)
    search_fields = ("title",)
    search_help_text = _("A title, a person, or a number however it is written.")
    nothing_yet = _("Schedule a conference, and type who may enter on the same page: a number and a name for each.")
    show_full_result_count = False
    readonly_fields = ("plan", "passcode_state", "conference_number", "next_dates")
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
        only_looks = obj and not self.has_change_permission(request, obj)
        start = "starts" if only_looks else "starts_at"
        times = ("duration", "doors", "moderator_doors", ("overtime", "warn_before"))
        how = ("repeats", "every", "weekdays", ("week", "weekday"), ("ends", "until", "count"), "confirm", "next_dates")
        in_the_room = ("starts_with", "moderator_exit", "seats", "waiting_music", "announcements")
        heard = ("language", "greeting", "privacy_notice")
        plan = ((_("What the line will do"), {"fields": ("plan",), "classes": ("plan-panel",)}),) if obj else ()
        told = ("remind_hours", "remind_at_doors", *(("tell",) if obj and not only_looks else ()))
        let_in: tuple[str, ...] = ("admission", "least_grade", "comes_back", "codes_per_day")
        let_in += ("passcode_state", "conference_number") if obj else ()
        let_in += ("checks_numbers",) if any(doubt.heeded for doubt in Doubt) else ()
        return (
            *plan,
            (None, {"fields": ("title", "team", "status")}),
            (_("When"), {"fields": ("time_zone", start, *times)}),
            (_("Repeats"), {"fields": ("next_dates",) if only_looks else how, "classes": ("repeats",)}),
            (_("Who is let in"), {"fields": let_in}),
            (_("In the room"), {"fields": in_the_room}),
            (_("What callers hear"), {"fields": heard}),
            (_("Mail and texts"), {"fields": told}),
        )

    @admin.display(description=_("starts"))
    def starts(self, conference: Conference) -> str:
        return spelled_out(conference, conference.starts_at)

    @admin.display(description=_("when"), ordering="starts_at")
    def when(self, conference: Any) -> str:
        """The next date, or the start where none is to come; and how it repeats."""
        starts_at, ends_at = conference.next_starts_at or conference.starts_at, conference.next_closes_at
        if conference.always_open:
            return conference.repeats
        ends_at = ends_at or starts_at + timedelta(minutes=conference.duration)
        said = spelled_out(conference, starts_at, ends_at)
        return f"{said}. {conference.repeats}" if conference.recurrence else said

    @admin.display(description=_("state"))
    def state(self, conference: Any) -> SafeString:
        return badge(conference.state)

    @admin.display(description="")
    def plan(self, conference: Conference) -> SafeString:
        now = timezone.now()
        [standing] = with_state(Conference.objects.filter(pk=conference.pk), now).values_list("state")
        dates = conference.occurrences.order_by("starts_at")
        date = dates.filter(closes_at__gt=now, cancelled=False).first() or dates.last()
        if date is None:
            return format_html("<p>{} <strong>{}</strong></p>", badge(standing[0]), conference.repeats)
        when = spelled_out(conference, date.starts_at, date.closes_at)
        return format_html(
            "<p>{} <strong>{}</strong></p>{}{}",
            badge(standing[0]),
            conference.repeats if conference.always_open else when,
            format_html_join("", '<p class="trouble">{}</p>', ((words,) for words in warnings_of(conference))),
            as_list(sentences(conference, date, Roster.of(conference))),
        )

    @admin.display(description=_("Dates"))
    def next_dates(self, conference: Any) -> SafeString:
        """How it repeats, how many dates are to come, and what would follow from what is filled in."""
        shown = getattr(conference, "shown_plan", None)
        told = as_told(conference, shown) if shown else ""
        if not shown and conference.pk:
            count = conference.occurrences.filter(closes_at__gt=timezone.now()).count()
            page = f"{reverse('admin:participants_occurrence_changelist')}?conference={conference.pk}&when=coming"
            dates = ngettext("%(n)s date is to come", "%(n)s dates are to come", count) % {"n": count}
            told = format_html('<p>{}. <a href="{}">{}</a></p>', conference.repeats, page, dates)
        return format_html(
            '<button type="submit" name="{}" value="1" class="button">{}</button>'
            '<div id="next-dates" aria-live="polite" data-from="{}" data-conference="{}">{}</div>',
            SHOW,
            gettext("Show the dates"),
            reverse("admin:participants_conference_dates"),
            conference.pk or "",
            told,
        )

    def get_urls(self) -> list[Any]:
        page = self.admin_site.admin_view(self.dates_view)
        return [path("dates/", page, name="participants_conference_dates"), *super().get_urls()]

    def dates_view(self, request: HttpRequest) -> HttpResponse:
        """The dates that would follow from what is filled in, while it is being filled in. Saves nothing."""
        conference, pk = None, request.GET.get("conference")
        if pk:
            conference = self.get_object(request, pk)
        if (pk and conference is None) or not (
            self.has_change_permission(request, conference) if pk else self.has_add_permission(request)
        ):
            raise PermissionDenied
        form = ScheduleForm(request.GET, instance=conference)
        wrong = form.wrong_so_far()
        return HttpResponse(format_html("{}{}", wrong, as_told(form.instance, form.plan) if form.plan else ""))

    @admin.display(description=_("people"))
    def invited(self, conference: Any) -> int:
        return conference.invited_count

    @admin.display(description=_("moderators"))
    def moderators(self, conference: Any) -> str:
        return str(conference.moderator_count or gettext("nobody"))
