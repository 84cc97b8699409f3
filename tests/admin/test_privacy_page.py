"""The page about what is stored of a person: for who organizes their team, and for nobody else."""

import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from participants.models import Invitation, Membership, Participant
from tests import cast
from tests.admin.conftest import login, make_member
from tests.admin.walk import assert_nothing_foreign
from tests.phone import Phone


def page_of(person: Participant, tail: str = "") -> str:
    return f"/admin/participants/participant/{person.pk}/privacy/{tail}"


@pytest.mark.parametrize("who", ["organizer", "administrator"])
def test_from_the_page_of_a_person_to_a_file_and_to_nothing(request, who, ours, ana):
    browser: Client = request.getfixturevalue(who)
    assert page_of(ana) in browser.get(f"/admin/participants/participant/{ana.pk}/change/").content.decode()
    body = browser.get(page_of(ana)).content.decode()
    assert "What is stored of Ana" in body
    assert "calling lines: <strong>1</strong>" in body
    assert page_of(ana, "everything/") in body

    file = browser.get(page_of(ana, "everything/"))
    assert file["Content-Disposition"] == f'attachment; filename="person-{ana.pk}.json"'
    assert json.loads(file.content)["person"]["name"] == "Ana"

    ana.admissions.update(released_at=ana.created_at)
    ana.admissions.get().call.end()
    asked = browser.get(page_of(ana, "erase/")).content.decode()
    assert "What goes" in asked
    assert "The log of calls, seats and codes stays, without name, number and address" in asked
    assert Participant.objects.filter(pk=ana.pk).exists()  # asking changes nothing

    answer = browser.post(page_of(ana, "erase/"), follow=True)
    assert [str(each) for each in answer.context["messages"]] == ["The person is erased."]
    assert not Participant.objects.filter(pk=ana.pk).exists()
    entry = LogEntry.objects.get(object_id=str(ana.pk))
    assert (entry.object_repr, entry.change_message) == ("somebody", "Erased.")


@pytest.mark.parametrize("who", ["chair", "auditor", "neighbour"])
def test_others_are_offered_nothing_and_refused(request, who, both, ana):
    browser: Client = request.getfixturevalue(who)
    assert page_of(ana) not in browser.get(f"/admin/participants/participant/{ana.pk}/change/").content.decode()
    for tail in ("", "everything/", "erase/"):
        assert browser.get(page_of(ana, tail)).status_code == 403
        assert browser.post(page_of(ana, tail)).status_code == 403
    assert Participant.objects.filter(pk=ana.pk).exists()


@pytest.mark.usefixtures("both")
def test_whoever_organizes_one_team_and_looks_at_another_erases_only_in_theirs(harbour, quay, ana):
    user = make_member("busy", harbour, Membership.Role.ORGANIZER)
    quay.add(user, Membership.Role.AUDITOR)
    busy, nell = login(user), Participant.objects.get(team=quay)
    assert busy.get(page_of(ana)).status_code == 200
    for tail in ("", "everything/", "erase/"):
        assert busy.get(page_of(nell, tail)).status_code == 403
        assert busy.post(page_of(nell, tail)).status_code == 403
    assert Participant.objects.filter(pk=nell.pk).exists()


def test_a_person_in_a_call_stays_and_the_page_says_why(organizer, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    assert "This person is in a call now." in organizer.get(page_of(ana, "erase/")).content.decode()

    answer = organizer.post(page_of(ana, "erase/"), follow=True)

    words = ["This person is in a call now. Erase them when the call is over."]
    assert [str(each) for each in answer.context["messages"]] == words
    assert Participant.objects.filter(pk=ana.pk).exists()


@pytest.mark.usefixtures("both")
def test_a_stray_row_tells_nothing_of_the_other_team_and_goes(organizer, secret, ana):
    Invitation.objects.create(conference=secret, participant=ana)
    call = secret.occurrences.get().attempts.get().call
    call.attempts.create(outcome="admitted", occurrence=secret.occurrences.get(), participant=ana)
    ana.admissions.get().call.end()

    for tail in ("", "everything/", "erase/"):
        assert_nothing_foreign(organizer.get(page_of(ana, tail)).content.decode(), tail)
    organizer.post(page_of(ana, "erase/"))
    assert [each.participant.name for each in secret.invitations.all()] == ["Nell Zanzibar"]
    call.refresh_from_db()
    assert call.line == "+12025550130"
