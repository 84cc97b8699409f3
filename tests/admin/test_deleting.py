"""Deleting says what goes with it and what stays, and reaches only what is ours to delete."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import Conference, Invitation, Membership, Participant
from tests import cast
from tests.admin.conftest import login, make_member
from tests.admin.walk import assert_nothing_foreign
from verification.models import Attempt


def asked(browser: Client, obj) -> dict:
    """What the page asks with: names, what goes too, and what stays."""
    answer = browser.get(f"/admin/participants/{obj._meta.model_name}/{obj.pk}/delete/")
    told, body = answer.context["deleted_objects"], answer.content.decode()
    for sentence in (*told["also"], *told["stays"]):
        assert sentence in body
    return told


def test_deleting_a_conference_says_what_goes_and_that_the_log_stays(organizer, ours):
    assert asked(organizer, ours) == {
        "names": ["Board meeting"],
        "also": ["2 people are taken off the roster", "1 date"],
        "stays": [
            "The log stays, without its names: 1 letting in by hand, 1 mail or text, 1 seat taken and 1 try to get in.",
            "The people stay in the address book.",
        ],
    }
    organizer.post(f"/admin/participants/conference/{ours.pk}/delete/", {"post": "yes"})

    assert not Conference.objects.exists()
    assert Participant.objects.count() == 2
    assert Attempt.objects.get().occurrence is None


def test_deleting_a_person_says_which_numbers_go(organizer, ours, ana):
    assert asked(organizer, ana) == {
        "names": ["Ana"],
        "also": ["1 place on a roster", "1 place in a group", "1 calling line", "1 contact"],
        "stays": [
            (
                "The log stays, without its names: 1 code, 1 letting in by hand, 1 mail or text, 1 seat taken, "
                "1 try to get in and 1 unlocking."
            ),
            "The conferences stay.",
        ],
    }


def test_taking_somebody_off_a_roster_says_that_they_stay(organizer, room, bo):
    assert asked(organizer, room.invitations.get()) == {
        "names": ["Bo (moderator)"],
        "also": [],
        "stays": ["The person stays in the address book, and the conference stays."],
    }


def test_deleting_a_team_says_everything_that_goes(administrator, harbourmaster, harbour, ours):
    told = asked(administrator, harbour)

    assert told["also"] == [
        "1 conference, with its roster",
        "2 people in the address book",
        "1 group of people",
        "1 role of a user in it",
        "1 date",
    ]
    administrator.post(f"/admin/participants/team/{harbour.pk}/delete/", {"post": "yes"})
    harbourmaster.refresh_from_db()  # stays
    assert not Conference.objects.exists()
    assert Attempt.objects.count() == 1


def test_deleting_several_asks_for_all_of_them_at_once(organizer, harbour, room, ana, bo):
    cast.conference(harbour, "Budget")
    chosen = {"action": "delete_selected", "_selected_action": [each.pk for each in Conference.objects.all()]}

    answer = organizer.post("/admin/participants/conference/", chosen)

    [told] = answer.context["deletable_objects"]
    assert set(told["names"]) == {"Board meeting", "Budget"}
    assert told["also"] == ["2 people are taken off the roster", "2 dates"]
    assert "Delete these 2 conferences?" in answer.content.decode()
    organizer.post("/admin/participants/conference/", chosen | {"post": "yes"})
    assert not Conference.objects.exists()


@pytest.mark.usefixtures("both")
def test_what_is_only_looked_at_is_left_out_of_an_action_and_said_so(organizers, harbour, quay, ours, secret):
    user = make_member("busy", harbour, Membership.Role.ORGANIZER)
    quay.add(user, Membership.Role.AUDITOR)
    busy, chosen = login(user), {"action": "delete_selected", "_selected_action": [ours.pk, secret.pk]}

    answer = busy.post("/admin/participants/conference/", chosen)
    assert "1 of them is not yours to delete, and is left out." in answer.content.decode()
    assert answer.context["deletable_objects"][0]["names"] == ["Board meeting"]

    busy.post("/admin/participants/conference/", chosen | {"post": "yes"})
    assert [each.title for each in Conference.objects.all()] == ["Zanzibar plans"]
    assert busy.post("/admin/participants/conference/", chosen | {"post": "yes"}).status_code == 302
    assert Conference.objects.count() == 1


def test_whoever_may_only_look_is_offered_no_action(auditor, ours):
    body = auditor.get("/admin/participants/conference/").content.decode()

    assert 'name="action"' not in body
    chosen = {"action": "delete_selected", "_selected_action": [ours.pk], "post": "yes"}
    auditor.post("/admin/participants/conference/", chosen)
    assert Conference.objects.count() == 1


@pytest.mark.usefixtures("both")
def test_a_stray_row_goes_without_a_word_of_its_other_team(organizer, ours, secret):
    ana = Participant.objects.get(name="Ana")
    Invitation.objects.create(conference=secret, participant=ana)
    answer = organizer.get(f"/admin/participants/participant/{ana.pk}/delete/")

    assert_nothing_foreign(answer.content.decode(), "delete")
    organizer.post(f"/admin/participants/participant/{ana.pk}/delete/", {"post": "yes"})
    assert [each.participant.name for each in secret.invitations.all()] == ["Nell Zanzibar"]


def test_asking_about_a_long_roster_costs_no_more_queries(organizer, room, ana, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        asked(organizer, room)
    for n in range(30):
        cast.invite(room, cast.person(room.team, f"Person {n}"))
    with django_assert_num_queries(len(few)):
        assert asked(organizer, room)["also"][0] == "31 people are taken off the roster"
