"""What organizers, moderators and auditors can do on the pages of their team, and of another one."""

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client

from participants.models import Conference, Membership, Participant, Team
from tests.admin.conftest import login, make_member
from tests.admin.page import FormReader, save
from tests.admin.walk import everything_of, snapshot

Role = Membership.Role


@pytest.fixture
def busy(organizers: Group, harbour: Team, quay: Team) -> Client:
    """The browser of somebody who organizes Harbour and audits Quay."""
    user = make_member("busy", harbour, Role.ORGANIZER)
    quay.add(user, Role.AUDITOR)
    return login(user)


def pages_of(conference: Conference) -> list[str]:
    of_teams = list(everything_of(conference).values())[:-3]  # without what only administrators see
    return [f"/admin/{o._meta.label_lower.replace('.', '/')}/{o.pk}" for o in of_teams]


def assert_nothing_to_type(answer: HttpResponse) -> None:
    assert not answer.context["has_change_permission"]
    for inline in answer.context["inline_admin_formsets"]:
        assert {inline.has_add_permission, inline.has_change_permission, inline.has_delete_permission} == {False}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("who", ["auditor", "chair"])
def test_whoever_may_only_look_sees_everything_of_the_team_and_changes_nothing(request, who, ours, secret):
    browser, before = request.getfixturevalue(who), snapshot()

    for page in pages_of(ours):
        answer = browser.get(f"{page}/change/")
        assert answer.status_code == 200, page
        assert_nothing_to_type(answer)
        assert browser.get(f"{page}/history/").status_code == 200, page
        for address in (f"{page}/change/", f"{page}/delete/", f"{page.rsplit('/', 1)[0]}/add/"):
            if address != "/admin/verification/vouch/add/":  # tests/admin/test_by_hand_page.py
                assert browser.post(address, {"post": "yes", "title": "taken", "name": "taken"}).status_code == 403
    for page in pages_of(secret):
        assert browser.get(f"{page}/change/").status_code == 302, page
    assert snapshot() == before


@pytest.mark.usefixtures("both")
def test_an_organizer_of_one_team_only_looks_at_the_other(busy, ours, secret):
    before = snapshot()

    for page in pages_of(secret):
        answer = busy.get(f"{page}/change/")
        assert answer.status_code == 200, page
        assert_nothing_to_type(answer)
        for address in (f"{page}/change/", f"{page}/delete/"):
            assert busy.post(address, {"post": "yes", "title": "taken", "name": "taken"}).status_code == 403, address
    assert snapshot() == before

    assert save(busy, f"/admin/participants/conference/{ours.pk}/change/", title="Moved").status_code == 302
    ours.refresh_from_db()
    assert ours.title == "Moved"


@pytest.mark.usefixtures("both")
def test_what_is_only_looked_at_is_not_chosen(busy, harbour, quay, ours, secret):
    """Neither the other team for a new conference, nor its people for a roster."""
    nell, add = Participant.objects.get(name="Nell Zanzibar"), "/admin/participants/conference/add/"

    page = busy.get(add).content.decode()
    assert "Quay Zanzibar" not in page
    assert FormReader(page).fields["team"] == str(harbour.pk)
    typed = {"title": "New", "starts_at_0": "2027-01-11", "starts_at_1": "09:00"}
    assert "Select a valid choice" in save(busy, add, **typed, team=quay.pk).content.decode()
    answer = save(busy, f"/admin/participants/conference/{ours.pk}/change/", invitations__1__participant=nell.pk)
    assert "Select a valid choice" in answer.content.decode()
    answer = save(busy, "/admin/participants/invitation/add/", conference=secret.pk, participant=nell.pk)
    assert answer.content.decode().count("Select a valid choice") == 2
    choices = {"app_label": "participants", "model_name": "invitation", "field_name": "participant"}
    assert "Nell" not in busy.get("/admin/autocomplete/", choices).content.decode()
    assert "Nell" in busy.get("/admin/participants/participant/").content.decode()
    assert "Quay Zanzibar" in busy.get("/admin/participants/participant/").content.decode()  # a filter is for looking
    assert not Conference.objects.filter(title="New").exists()


@pytest.mark.usefixtures("both")
def test_an_action_deletes_nothing_of_a_team_that_is_only_looked_at(busy, secret):
    chosen = {"action": "delete_selected", "_selected_action": [secret.pk], "post": "yes"}

    busy.post("/admin/participants/conference/", chosen)

    assert Conference.objects.filter(pk=secret.pk).exists()


@pytest.mark.usefixtures("both")
def test_a_role_counts_from_the_moment_it_is_given(administrator, auditor, harbour, ours):
    address = f"/admin/participants/conference/{ours.pk}/change/"
    assert auditor.post(address, {"title": "taken"}).status_code == 403

    rows = list(harbour.memberships.values_list("user__username", flat=True))
    role = {f"memberships__{rows.index('auditor')}__role": "organizer"}
    assert save(administrator, f"/admin/participants/team/{harbour.pk}/change/", **role).status_code == 302

    assert save(auditor, address, title="Moved").status_code == 302
