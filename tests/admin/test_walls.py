"""Teams are walls. test_every_address.py asks every address; here is what it cannot ask."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from conferenceline.accounts.models import LoginInvitation
from participants.admin.walls import AdministratorsOnly, TeamWall
from participants.models import Conference, Invitation, Participant, Team
from tests.admin.page import fields_of, save
from tests.admin.walk import (
    MODELS,
    admin_pages,
    assert_nothing_foreign,
    everything_of,
    filled,
    pages_for,
)

# They add a row to the log, for a person: without one they send to where a person is chosen.
ASKS_FIRST = ("verification_vouch_add", "verification_unlock_add")


def test_every_page_and_inline_has_its_wall():
    for model, page in admin.site._registry.items():
        assert isinstance(page, TeamWall | AdministratorsOnly), f"{model.__name__} has no wall"
        for inline in page.inlines:
            assert issubclass(inline, TeamWall), f"{inline.__name__} has no wall"


@pytest.mark.usefixtures("both")
def test_an_organizer_sees_nothing_of_another_team_at_any_address(organizer: Client, secret: Conference):
    theirs = everything_of(secret)
    of_objects = {filled(path, obj) for obj in theirs.values() for path, _ in admin_pages() if "object_id" in path}

    for address, _name in pages_for(theirs):
        for query in ("?_popup=1", "?_to_field=id&_popup=1", "?_facets=True"):
            answer = organizer.get(address + query)
            assert_nothing_foreign(answer.content.decode(), address + query)
            if address in of_objects:
                assert answer.status_code in (302, 403, 404), address


@pytest.mark.usefixtures("both")
def test_an_address_of_another_team_answers_as_one_that_does_not_exist(organizer: Client, secret: Conference):
    for model, obj in everything_of(secret).items():
        if model in (User, Group, LoginInvitation):
            continue
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}"
        for page in ("change", "history", "delete"):
            theirs, missing = (organizer.get(f"{base}/{pk}/{page}/") for pk in (obj.pk, 999_999))
            assert theirs.status_code == missing.status_code in (302, 403)
            assert theirs.headers.get("Location") == missing.headers.get("Location")


@pytest.mark.usefixtures("both")
def test_a_former_organizer_is_outside(organizer: Client, harbourmaster: User, ours: Conference):
    address = f"/admin/participants/conference/{ours.pk}/change/"
    assert organizer.get(address).status_code == 200

    harbourmaster.teams.clear()

    assert organizer.get(address).status_code == 302
    assert "Board meeting" not in organizer.get("/admin/participants/conference/").content.decode()


@pytest.mark.usefixtures("both")
def test_users_and_groups_are_for_administrators_whatever_permissions_others_have(
    organizer: Client, harbourmaster: User, zanzibari: User
):
    harbourmaster.user_permissions.set(Permission.objects.filter(content_type__app_label="auth"))

    for address in (
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        f"/admin/auth/user/{harbourmaster.pk}/change/",
        f"/admin/auth/user/{zanzibari.pk}/password/",
        f"/admin/auth/user/{zanzibari.pk}/delete/",
        "/admin/auth/group/",
        "/admin/auth/group/add/",
    ):
        assert organizer.get(address).status_code == 403, address
        assert organizer.post(address, {"is_superuser": "on"}).status_code == 403, address
    assert "/admin/auth/" not in organizer.get("/admin/").content.decode()


@pytest.mark.usefixtures("both")
def test_only_administrators_make_teams_and_say_who_organizes(
    organizer: Client, administrator: Client, harbourmaster: User, harbour: Team, zanzibari: User
):
    harbourmaster.user_permissions.set(Permission.objects.filter(content_type__model__in=("team", "membership")))
    address = f"/admin/participants/team/{harbour.pk}/change/"

    page = organizer.get(address)
    assert page.status_code == 200
    assert "harbourmaster" in page.content.decode()
    assert {"name", "memberships-0-role", "memberships-0-user"}.isdisjoint(fields_of(page))
    assert organizer.post(address, {"name": "Ours"}).status_code == 403
    assert organizer.get("/admin/participants/team/add/").status_code == 403
    assert [user.username for user in harbour.members.all()] == ["harbourmaster"]

    answer = save(administrator, address, memberships__1__user=zanzibari.pk, memberships__1__role="auditor")
    assert answer.status_code == 302
    assert list(harbour.memberships.values_list("user__username", "role")) == [
        ("harbourmaster", "organizer"),
        ("zanzibari", "auditor"),
    ]


@pytest.mark.usefixtures("both")
def test_permission_is_asked_of_the_object_itself_too(rf, harbourmaster: User, ours: Conference, secret: Conference):
    """History and other pages that find the object by themselves ask only this."""
    request = rf.get("/")
    request.user = harbourmaster
    mine, theirs = everything_of(ours), everything_of(secret)

    for model in MODELS:
        page = admin.site._registry[model]
        assert page.has_view_permission(request, mine[model])
        for asked in (page.has_view_permission, page.has_change_permission, page.has_delete_permission):
            assert not asked(request, theirs[model]), f"{asked.__name__} of {model.__name__}"
    for model in (Participant, Conference, Invitation):
        page = admin.site._registry[model]
        assert page.has_change_permission(request, mine[model])
        assert page.has_delete_permission(request, mine[model])


@pytest.mark.usefixtures("both")
def test_choices_of_which_nobody_has_said_whose_they_are_are_none(rf, harbourmaster: User, admin_user: User):
    request = rf.get("/")
    teams, people = admin.site._registry[Team], admin.site._registry[Participant]
    groups = User._meta.get_field("groups")

    request.user = harbourmaster
    assert not teams.formfield_for_manytomany(groups, request).queryset.exists()
    assert not people.choosable(User, harbourmaster).exists()
    assert not people.reachable(ContentType, harbourmaster).exists()
    request.user = admin_user
    assert teams.formfield_for_manytomany(groups, request).queryset.count() == Group.objects.count()
    assert people.choosable(User, admin_user).count() == User.objects.count()
    assert people.reachable(ContentType, admin_user).exists()
