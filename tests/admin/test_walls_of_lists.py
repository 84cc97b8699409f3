"""Lists, their filters, searches, actions and completion tell and reach only what is ours."""

import pytest
from django.test import Client
from django.utils import timezone

from participants.models import Conference, Invitation, Participant
from tests.admin.walk import assert_nothing_foreign, everything_of


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(
    ("app", "model", "field", "ours_word"),
    [
        ("participants", "invitation", "participant", "Ana"),
        ("participants", "invitation", "conference", "Board meeting"),
        ("participants", "conference", "team", "Harbour"),
        ("verification", "attempt", "call", "CAharbour"),
        ("verification", "admission", "challenge", ""),
    ],
)
def test_completion_offers_what_is_ours(organizer: Client, app, model, field, ours_word):
    for term in ("", "a", "Zanzibar", "5550130", "202 555 0130"):
        answer = organizer.get(
            "/admin/autocomplete/", {"app_label": app, "model_name": model, "field_name": field, "term": term}
        )
        assert answer.status_code == 200
        assert_nothing_foreign(answer.content.decode(), f"{model}.{field} for {term!r}")
        if term == "":
            assert ours_word in answer.content.decode()


@pytest.mark.usefixtures("both")
def test_completion_of_users_is_for_administrators(organizer: Client, administrator: Client):
    query = {"app_label": "admin", "model_name": "logentry", "field_name": "user", "term": ""}

    assert organizer.get("/admin/autocomplete/", query).status_code == 403
    assert "zanzibari" in administrator.get("/admin/autocomplete/", query).content.decode()


LISTS = {
    "participants/team": "Quay Zanzibar",
    "participants/participant": "Nell Zanzibar",
    "participants/conference": "Zanzibar plans",
    "participants/invitation": "Nell Zanzibar",
    "verification/attempt": "Nell Zanzibar",
    "verification/admission": "Nell Zanzibar",
    "verification/challenge": "0130",
    "verification/call": "CAzanzibar",
    "verification/vouch": "Nell Zanzibar",
}


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("page", "word"), LISTS.items())
def test_lists_filters_and_searches_tell_only_what_is_ours(organizer, neighbour, administrator, page, word, secret):
    address = f"/admin/{page}/"
    queries = (
        "",
        "?q=Nell",
        "?q=plans",
        "?q=7777",
        "?q=(202) 555-0",
        f"?team__id__exact={secret.team_id}",
        f"?conference__id__exact={secret.pk}",
        f"?occurrence__conference__id__exact={secret.pk}",
        f"?id__exact={secret.pk}",
        "?o=1",
        "?o=-2.1",
        "?_facets=True",
        "?when=open",
        "?contact=yes",
        "?all=",
        f"?starts_at__year={timezone.now():%Y}",
        f"?at__year={timezone.now():%Y}",
    )

    for query in queries:
        assert_nothing_foreign(organizer.get(address + query, follow=True).content.decode(), address + query)
    assert word in neighbour.get(address).content.decode()
    assert word in administrator.get(address).content.decode()


@pytest.mark.usefixtures("both")
def test_a_filter_offers_what_is_ours_even_where_a_row_points_across(administrator, organizer, ours, secret):
    """A stray row, which no form would make, must not become a window."""
    nell, ana = secret.team.participants.get(), ours.team.participants.order_by("pk")[0]
    Invitation.objects.create(conference=ours, participant=nell, roster_number="42424242")
    Invitation.objects.create(conference=secret, participant=ana, roster_number="43434343")

    for address in (
        "/admin/participants/invitation/",
        f"/admin/participants/conference/{ours.pk}/change/",
        f"/admin/participants/conference/{ours.pk}/delete/",
        f"/admin/participants/participant/{ours.team.participants.order_by('pk')[0].pk}/change/",
        f"/admin/participants/participant/{ours.team.participants.order_by('pk')[0].pk}/delete/",
    ):
        answer = organizer.get(address)
        assert answer.status_code == 200
        assert_nothing_foreign(answer.content.decode(), address)
    assert "Zanzibar plans" in administrator.get("/admin/participants/invitation/").content.decode()


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("page", ["participants/participant", "participants/conference", "participants/invitation"])
def test_an_action_reaches_only_what_is_ours(organizer: Client, page, ours, secret):
    model = {"participant": Participant, "conference": Conference, "invitation": Invitation}[page.split("/")[1]]
    mine, theirs = everything_of(ours)[model], everything_of(secret)[model]
    chosen = {"action": "delete_selected", "_selected_action": [mine.pk, theirs.pk]}

    asked = organizer.post(f"/admin/{page}/", chosen)
    assert asked.status_code == 200
    assert_nothing_foreign(asked.content.decode().replace(f'value="{theirs.pk}"', ""), page)
    organizer.post(f"/admin/{page}/", chosen | {"post": "yes"})

    assert not model._default_manager.filter(pk=mine.pk).exists()
    assert model._default_manager.filter(pk=theirs.pk).exists()
