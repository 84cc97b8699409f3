"""Groups such as the board: kept once, and put onto a roster in one go."""

import pytest
from django.core.exceptions import ValidationError

from participants.models import Delivery, GroupMember, Invitation, Participant, PeopleGroup
from tests import cast
from tests.admin.conftest import login, make_organizer
from tests.admin.page import errors_of, save

Role = Invitation.Role
ADD = "/admin/participants/peoplegroup/add/"


def page_of(group: PeopleGroup) -> str:
    return f"/admin/participants/peoplegroup/{group.pk}/change/"


def adding_to(conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/group/"


@pytest.fixture
def people(harbour) -> list[Participant]:
    return [cast.person(harbour, name, f"+1202555014{n}") for n, name in enumerate(("Ivo Lund", "Jo Park"))]


@pytest.fixture
def board(harbour, people) -> PeopleGroup:
    board = PeopleGroup.objects.create(team=harbour, name="Board")
    for person in people:
        GroupMember.objects.create(group=board, participant=person)
    return board


def test_a_group_is_made_of_people_of_the_book(organizer, people, harbour):
    rows = {"members__TOTAL_FORMS": 1, "members__0__participant": people[0].pk}
    assert save(organizer, ADD, name="Board", **rows).status_code == 302
    board = harbour.groups.get()
    assert list(board.current()) == [people[0]]
    told = organizer.get(f"/admin/participants/peoplegroup/{board.pk}/history/").content.decode()
    assert "put Ivo Lund into the group" in told


def test_two_groups_are_not_told_apart_by_capitals_alone(organizer, board, quay):
    assert errors_of(save(organizer, ADD, name="bOARD")) == {"name": ["This team has a group of this name."]}
    assert save(organizer, page_of(board), name="board").status_code == 302
    PeopleGroup(team=quay, name="Board").full_clean()


def test_a_group_is_put_onto_a_roster(organizer, room, ana, board):
    GroupMember.objects.create(group=board, participant=ana)
    was = room.invitations.get(participant=ana).role
    answer = organizer.post(adding_to(room), {"group": board.pk, "role": Role.LISTENER}, follow=True)
    assert "2 people of Board are new on the roster" in answer.content.decode()
    assert {each.participant.name: each.role for each in room.invitations.all()} == {
        "Ana": was,
        "Ivo Lund": Role.LISTENER,
        "Jo Park": Role.LISTENER,
    }
    assert not Delivery.objects.exists()
    organizer.post(adding_to(room), {"group": board.pk, "role": Role.LISTENER})
    assert room.invitations.count() == 3


def test_whoever_leaves_the_group_stays_on_the_roster(organizer, room, board, people):
    organizer.post(adding_to(room), {"group": board.pk, "role": Role.PARTICIPANT})
    row = board.members.order_by("participant__name").first()
    save(organizer, page_of(board), members__0__DELETE="on")
    assert not GroupMember.objects.filter(pk=row.pk).exists()
    assert set(people) <= {each.participant for each in room.invitations.all()}


def test_another_teams_group_is_out_of_reach(organizer, room, secret, quay):
    theirs = PeopleGroup.objects.create(team=quay, name="Zanzibar board")
    page = organizer.get(adding_to(room))
    assert "anzibar" not in page.content.decode()
    before = Invitation.objects.count()
    answer = organizer.post(adding_to(room), {"group": theirs.pk, "role": Role.LISTENER})
    assert answer.context["form"].errors["group"]
    assert organizer.post(adding_to(secret), {"group": theirs.pk, "role": Role.LISTENER}).status_code == 403
    assert Invitation.objects.count() == before


def test_a_stray_person_of_another_team_is_put_nowhere_and_shown_nowhere(organizer, room, board, secret):
    nell = Participant.objects.get(name="Nell Zanzibar")
    GroupMember.objects.create(group=board, participant=nell)
    for page in (page_of(board), "/admin/participants/peoplegroup/"):
        assert "anzibar" not in organizer.get(page).content.decode()
    organizer.post(adding_to(room), {"group": board.pk, "role": Role.LISTENER})
    assert not room.invitations.filter(participant=nell).exists()


def test_who_organizes_two_teams_mixes_no_people(organizers, harbour, quay, secret, board):
    both = login(make_organizer("both", organizers, harbour, quay))
    nell = Participant.objects.get(name="Nell Zanzibar")
    answer = save(both, page_of(board), members__TOTAL_FORMS=3, members__2__participant=nell.pk)
    assert "not in this team" in str(errors_of(answer))
    assert board.members.count() == 2
    assert "team" in errors_of(save(both, page_of(board), team=quay.pk))


def test_a_person_in_a_group_stays_in_the_team(board, people, quay):
    people[0].team = quay
    with pytest.raises(ValidationError, match="in a group of their team"):
        people[0].full_clean()


def test_a_team_without_groups_says_where_to_make_one(organizer, room):
    assert ADD in organizer.get(adding_to(room)).content.decode()


def test_who_only_looks_adds_no_group(auditor, room, board):
    assert auditor.get(adding_to(room)).status_code == 403
    assert auditor.post(adding_to(room), {"group": board.pk, "role": Role.LISTENER}).status_code == 403
    assert auditor.get(page_of(board)).status_code == 200


def test_numbers_of_a_list_are_read_as_in_the_teams_country(organizer, harbour):
    harbour.region = "gb"
    harbour.full_clean()
    harbour.save()
    answer = organizer.post(
        "/admin/participants/participant/paste/", {"team": harbour.pk, "text": "Jo 020 7946 0018", "look": "1"}
    )
    assert answer.context["plans"][0].row.numbers == ("+442079460018",)
    assert "read as numbers of GB" in answer.content.decode()
    harbour.region = "XX"
    with pytest.raises(ValidationError, match="No country"):
        harbour.full_clean()
