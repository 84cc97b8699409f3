"""A team, and who does what in it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from participants.admin.deletion import TellsWhatGoes
from participants.admin.history import Remembers
from participants.admin.walls import AdministratorsOnly, TeamWall
from participants.models import Membership, Team


def members_of(team: Team, role: Membership.Role) -> str:
    return ", ".join(each.user.get_username() for each in team.memberships.all() if each.role == role)


class WrittenByAdministrators(AdministratorsOnly, TeamWall):
    """Seen from within the team, changed by administrators only."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return TeamWall.has_module_permission(self, request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return TeamWall.has_view_permission(self, request, obj)


class MembershipInline(WrittenByAdministrators, admin.TabularInline):
    model = Membership
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 1
    verbose_name_plural = _("who does what in this team")


@admin.register(Team)
class TeamAdmin(WrittenByAdministrators, TellsWhatGoes, Remembers):
    """Everybody sees their own teams. Who does what in them is for administrators to say."""

    team_paths = ("pk",)
    list_display = ("name", "organizers", "moderators", "auditors")
    search_fields = ("name",)
    inlines = (MembershipInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return super().get_queryset(request).prefetch_related("memberships__user")

    @admin.display(description=_("organizers"))
    def organizers(self, team: Team) -> str:
        return members_of(team, Membership.Role.ORGANIZER)

    @admin.display(description=_("moderators"))
    def moderators(self, team: Team) -> str:
        return members_of(team, Membership.Role.MODERATOR)

    @admin.display(description=_("auditors"))
    def auditors(self, team: Team) -> str:
        return members_of(team, Membership.Role.AUDITOR)
