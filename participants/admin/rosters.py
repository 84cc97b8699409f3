"""Who is on a roster: people chosen from the address book, and moderators typed in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.changes import flagged, with_recent_changes
from participants.admin.coming import ComingConferences
from participants.admin.export import Exports
from participants.admin.history import Remembers
from participants.admin.inviting import in_words, with_invitation_state
from participants.admin.people import first_contact_of, told_apart
from participants.admin.search import has_words, invited_like, searched
from participants.admin.typed import InvitationForm, InvitationFormSet, ModeratorNumberForm, ModeratorNumberFormSet
from participants.admin.uninviting import Uninvites
from participants.admin.walls import TeamWall
from participants.models import Conference, Invitation, ModeratorNumber, Participant
from participants.resources import InvitationResource, numbers_of


class InvitationWall(TeamWall):
    team_paths = ("conference__team", "participant__team")


class RosterInline(InvitationWall, admin.TabularInline):
    """What both inlines tell of an invitation. Together they show each one once."""

    extra = 1
    typed: tuple[str, ...]  # by those who may change the roster

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        shown = self.typed if self.has_change_permission(request, obj) else ("who", "calls_from", *self.typed[2:3])
        return (*shown, "gets_codes_at", "number_of_seat", "invited")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows = with_invitation_state(super().get_queryset(request)).select_related("conference", "participant")
        return rows.prefetch_related(
            "participant__lines", "participant__contacts", with_recent_changes("participant__")
        )

    @admin.display(description=_("name"))
    def who(self, invitation: Invitation) -> str:
        return str(invitation.participant)

    @admin.display(description=_("calls from"))
    def calls_from(self, invitation: Invitation) -> str:
        return numbers_of(invitation.participant) if invitation.pk else ""

    @admin.display(description=_("gets codes at"))
    def gets_codes_at(self, invitation: Invitation) -> str:
        if not invitation.pk:
            return ""
        person = invitation.participant
        return flagged(str(invitation.way_of_the_code or first_contact_of(person)), person)

    @admin.display(description=_("invitation"))
    def invited(self, invitation: Any) -> str:
        """An empty row has none."""
        if not invitation.pk:
            return ""
        return in_words(invitation.last_state, invitation.last_last_error, invitation.last_sent_at) or gettext(
            "not yet"
        )

    @admin.display(description=_("roster number"))
    def number_of_seat(self, invitation: Invitation) -> str:
        """An empty row has a number too, but not the one that it will be saved with."""
        return invitation.roster_number if invitation.pk else ""


class InvitationInline(RosterInline):
    model = Invitation
    form = InvitationForm
    formset = InvitationFormSet
    readonly_fields = ("who", "calls_from", "gets_codes_at", "number_of_seat", "invited")
    autocomplete_fields = ("participant",)
    verbose_name = _("person")
    verbose_name_plural = _("who may enter: type a number and a name, or choose from the address book")
    typed = ("number", "name", "role", "participant")

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 5

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).exclude(role=Invitation.Role.MODERATOR)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "participant":
            field.label = _("or from the address book")
            field.label_from_instance = told_apart
            field.widget.attrs |= {"aria-label": _("or from the address book")}
        return field


class ModeratorNumberInline(RosterInline):
    model = ModeratorNumber
    form = ModeratorNumberForm
    formset = ModeratorNumberFormSet
    readonly_fields = ("who", "calls_from", "gets_codes_at", "number_of_seat", "invited")
    verbose_name = _("moderator")
    verbose_name_plural = _("moderators: type a number and a name")
    typed = ("number", "name")


@admin.register(Invitation)
class InvitationAdmin(InvitationWall, Exports, Uninvites, Remembers):
    """Every roster at once: for finding a roster number, and for changing a role."""

    resource_classes = (InvitationResource,)
    list_display = ("participant", "conference", "role", "roster_number")
    list_filter = ("role", ComingConferences)
    list_select_related = ("participant", "conference")
    search_fields = ("roster_number",)
    search_help_text = _("A person, a conference, a roster number, or a number that they call from.")
    show_full_result_count = False
    ordering = ("-pk",)  # whoever was invited last: by conference, all would have to be put in order first
    autocomplete_fields = ("participant", "conference")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("conference", "participant", "role", "roster_number") if obj else ("conference", "participant", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("conference", "participant", "roster_number") if obj else ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = searched(search_term)
        queryset, _duplicates = super().get_search_results(request, queryset, "")
        if not term:
            return queryset, False
        conferences = self.reachable(Conference, request.user).filter(has_words("title", term)).order_by()
        invited = invited_like(self.reachable(Participant, request.user), term)
        found = Q(conference__in=conferences.values("pk")) | Q(pk__in=invited.values("pk"))
        return queryset.filter(found | Q(roster_number__contains=term)), False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {key: value for key, value in super().get_changeform_initial_data(request).items() if key != "team"}
