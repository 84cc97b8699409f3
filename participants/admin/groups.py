"""Groups such as the board: kept once, and put onto the roster of a conference in one go."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.admin.deletion import TellsWhatGoes
from participants.admin.history import Remembers
from participants.admin.people import told_apart
from participants.admin.walls import TeamWall
from participants.admin.work_pages import WorkPages
from participants.intake import put_on_roster
from participants.models import Conference, GroupMember, Invitation, PeopleGroup


class GroupMemberInline(TeamWall, admin.TabularInline):
    model = GroupMember
    team_paths = ("group__team", "participant__team")
    autocomplete_fields = ("participant",)
    extra = 1
    verbose_name = _("person")
    verbose_name_plural = _("who is in it: taking somebody out leaves them on the rosters that they are on")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.label_from_instance = told_apart
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupMember]:
        return super().get_queryset(request).select_related("participant")


@admin.register(PeopleGroup)
class PeopleGroupAdmin(TeamWall, TellsWhatGoes, Remembers):
    list_display = ("name", "size", "team")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name",)
    ordering = ("name", "pk")  # said here: a query that counts has no order of its own
    inlines = (GroupMemberInline,)
    nothing_yet = _("Make a group of people who are invited together, such as the board.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeopleGroup]:
        ours = Q(members__participant__team=F("team"))
        return super().get_queryset(request).annotate(size=Count("members", filter=ours))

    @admin.display(description=_("people"))
    def size(self, group: Any) -> int:
        return group.size


class GroupForm(forms.Form):
    """Which group, and as what."""

    group = forms.ModelChoiceField(PeopleGroup.objects.none(), label=_("Group"))
    role = forms.ChoiceField(label=_("Role"), choices=Invitation.Role, initial=Invitation.Role.PARTICIPANT)

    def __init__(self, *args: Any, conference: Conference, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].queryset = conference.team.groups.all()  # type: ignore[attr-defined]


class AddsGroups(WorkPages):
    """The page of a conference, with another that puts a group onto its roster."""

    def get_urls(self) -> list[Any]:
        return [self.path_of_conference("group", self.group_view), *super().get_urls()]

    def group_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference = self.conference_to_change(request, object_id)
        form = GroupForm(request.POST or None, conference=conference)
        if form.is_bound and form.is_valid():
            group, role = form.cleaned_data["group"], form.cleaned_data["role"]
            with transaction.atomic():
                added = put_on_roster(conference, group.current(), role)
                self.log_change(request, conference, gettext("The group %(group)s was added.") % {"group": group})
            words = ngettext(
                "%(n)s person of %(group)s is new on the roster. Whoever was on it keeps their role.",
                "%(n)s people of %(group)s are new on the roster. Whoever was on it keeps their role.",
                added,
            )
            messages.success(request, words % {"n": added, "group": group})
            return HttpResponseRedirect(reverse("admin:participants_conference_change", args=[conference.pk]))
        return self.work_page(
            request,
            "group",
            gettext("Add a group"),
            conference=conference,
            form=form,
            groups=conference.team.groups.exists(),
        )
