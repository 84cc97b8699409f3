"""Who does what in a team."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import IntegrityError, transaction

from participants.models import Membership, Team
from tests import cast

Role = Membership.Role


@pytest.fixture
def quay(db) -> Team:
    return cast.team("Quay")


@pytest.fixture
def sam(db) -> User:
    return User.objects.create_user("sam")


@pytest.mark.parametrize(
    ("role", "organizes", "lets_in"),
    [(Role.ORGANIZER, True, True), (Role.MODERATOR, False, True), (Role.AUDITOR, False, False)],
)
def test_what_a_role_may_do_it_may_do_in_its_own_team_only(sam, harbour, quay, role, organizes, lets_in):
    harbour.add(sam, role)

    assert list(Team.objects.visible_to(sam)) == [harbour]
    assert list(Team.objects.organized_by(sam)) == ([harbour] if organizes else [])
    assert (harbour.lets_in(sam), quay.lets_in(sam)) == (lets_in, False)


def test_one_user_has_different_roles_in_different_teams(sam, harbour, quay):
    harbour.add(sam, Role.ORGANIZER)
    quay.add(sam, Role.AUDITOR)

    assert list(Team.objects.visible_to(sam)) == [harbour, quay]
    assert list(Team.objects.organized_by(sam)) == [harbour]


def test_an_administrator_needs_no_role(harbour, quay):
    root = User.objects.create_superuser("root")

    assert list(Team.objects.visible_to(root)) == list(Team.objects.organized_by(root)) == [harbour, quay]
    assert harbour.lets_in(root)


def test_another_role_takes_the_place_of_the_first(sam, harbour):
    harbour.add(sam, Role.ORGANIZER)
    harbour.add(sam, Role.AUDITOR)

    assert list(harbour.memberships.values_list("user__username", "role")) == [("sam", "auditor")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(team=harbour, user=sam, role=Role.MODERATOR)


def test_a_role_comes_with_its_group_whichever_was_there_first(sam, harbour):
    Group.objects.all().delete()
    harbour.add(sam, Role.MODERATOR)
    assert not sam.groups.exists()

    call_command("make_groups", verbosity=0)
    assert [group.name for group in sam.groups.all()] == ["Moderators"]

    harbour.add(sam, Role.AUDITOR)
    assert {group.name for group in sam.groups.all()} == {"Moderators", "Auditors"}


def test_only_organizers_write_and_moderators_let_people_in(db):
    call_command("make_groups", verbosity=0)
    writes = {
        group.name: set(group.permissions.exclude(codename__startswith="view_").values_list("codename", flat=True))
        for group in Group.objects.all()
    }

    assert writes["Moderators"] == {"add_vouch"} < writes["Organizers"]
    assert writes["Auditors"] == set()
