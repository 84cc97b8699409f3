"""The log of calls: who sees which part of it, and that nobody writes in it."""

import pytest
from django.utils import timezone

from participants.models import Invitation
from tests import cast
from tests.admin.conftest import log_of
from verification.models import Admission, Attempt, Call, Challenge, Tally, Vouch

PAGES = {Call: "call", Attempt: "attempt", Challenge: "challenge", Admission: "admission", Vouch: "vouch"}


def unknown_call() -> Call:
    call = Call.objects.create(sid="CAunknown", line=cast.STRANGER, language="en", rang_at=timezone.now())
    Attempt.objects.create(call=call, outcome=Attempt.Outcome.UNKNOWN_LINE)
    return call


@pytest.fixture
def shared(ours, secret) -> Call:
    """One call of somebody who is in the books of both teams."""
    call = Call.objects.get(sid="CAharbour")
    invitation = secret.invitations.get()
    Attempt.objects.create(
        call=call,
        occurrence=cast.occurrence_of(secret),
        participant=invitation.participant,
        outcome=Attempt.Outcome.FULL,
        detail="full Zanzibar",
    )
    return call


def test_organizers_see_the_last_digits_and_administrators_the_number(organizer, administrator, ours):
    for model, page in PAGES.items():
        if page == "vouch":
            continue  # no number is on it
        row = model._default_manager.get()
        for address in (f"/admin/verification/{page}/", f"/admin/verification/{page}/{row.pk}/change/"):
            masked, whole = (browser.get(address).content.decode() for browser in (organizer, administrator))
            assert cast.ANA not in masked, address
            assert cast.ANA in whole or (page == "admission" and "change" not in address), address
            assert "…0101" in masked or (page == "admission" and "change" not in address), address


def test_what_was_said_is_shown_to_nobody(organizer, administrator, ours):
    Call.objects.update(menu={"1": "menu Harbour"})
    call = Call.objects.get()

    for browser in (organizer, administrator):
        for address in ("/admin/verification/call/", f"/admin/verification/call/{call.pk}/change/"):
            body = browser.get(address).content.decode()
            assert "CAharbour" in body
            assert "reply harbour" not in body
            assert "menu Harbour" not in body


@pytest.mark.parametrize(
    ("page", "guess"),
    [
        ("call", "line__startswith=%2B1"),
        ("call", "line=%2B12025550101"),
        ("call", "reply__contains=harbour"),
        ("call", "menu__icontains=1"),
        ("attempt", "call__line__startswith=%2B1"),
        ("challenge", "address__startswith=%2B1"),
        ("challenge", "contact__address=%2B12025550101"),
        ("attempt", "occurrence__conference__team__members__password__startswith=a"),
        ("attempt", "participant__lines__number=%2B12025550101"),
    ],
)
def test_a_filter_typed_into_the_address_spells_nothing_out(organizer, ours, page, guess):
    assert organizer.get(f"/admin/verification/{page}/?{guess}").status_code == 400


@pytest.mark.parametrize("page", [page for page in PAGES.values() if page != "vouch"])
def test_a_search_for_a_part_of_a_number_is_for_administrators(organizer, administrator, ours, page):
    address = f"/admin/verification/{page}/?q=20255501"

    assert organizer.get(address).context["cl"].result_count == 0
    assert administrator.get(address).context["cl"].result_count == 1


def test_callers_whom_nobody_knows_are_for_administrators(organizer, administrator, ours):
    call = unknown_call()
    address = f"/admin/verification/attempt/{call.attempts.get().pk}/change/"

    assert administrator.get(address).status_code == 200
    assert organizer.get(address).status_code == 302
    assert organizer.get(f"/admin/verification/call/{call.pk}/change/").status_code == 302
    assert organizer.get("/admin/verification/attempt/").context["cl"].result_count == 1
    assert administrator.get("/admin/verification/attempt/").context["cl"].result_count == 2


def test_a_call_with_two_teams_shows_each_its_own_part(organizer, neighbour, shared, secret):
    address = f"/admin/verification/call/{shared.pk}/change/"

    ours, theirs = organizer.get(address).content.decode(), neighbour.get(address).content.decode()

    assert "detail harbour" in ours
    assert "Zanzibar" not in ours
    assert "full Zanzibar" in theirs
    assert "detail harbour" not in theirs
    assert "Board meeting" not in theirs


def test_an_entry_that_points_across_teams_is_for_administrators(
    organizer, neighbour, administrator, ours, secret, ana
):
    Attempt.objects.all().delete()
    stray = Attempt.objects.create(
        call=Call.objects.get(sid="CAharbour"), occurrence=cast.occurrence_of(secret), participant=ana, outcome="full"
    )

    address = f"/admin/verification/attempt/{stray.pk}/change/"

    assert [browser.get(address).status_code for browser in (organizer, neighbour, administrator)] == [302, 302, 200]


def test_the_log_outlives_the_conference_and_stays_the_teams(organizer, neighbour, ours):
    ours.delete()

    entry = Attempt.objects.get()
    assert (entry.occurrence, entry.participant.name) == (None, "Ana")
    address = f"/admin/verification/attempt/{entry.pk}/change/"
    assert organizer.get(address).status_code == 200
    assert neighbour.get(address).status_code == 302


def test_a_code_is_seen_by_the_team_of_its_contact_and_of_who_was_let_in(organizer, neighbour, ours, secret):
    code = Challenge.objects.get(call__sid="CAharbour")
    address = f"/admin/verification/challenge/{code.pk}/change/"
    assert [organizer.get(address).status_code, neighbour.get(address).status_code] == [200, 302]

    Admission.objects.filter(call__sid="CAzanzibar").update(challenge=code)

    assert [organizer.get(address).status_code, neighbour.get(address).status_code] == [200, 200]
    assert cast.ANA not in neighbour.get(address).content.decode()


@pytest.mark.parametrize("page", PAGES.values())
def test_nobody_writes_in_the_log(organizer, administrator, ours, page):
    model = next(model for model, name in PAGES.items() if name == page)
    before = list(model._default_manager.values())
    row = model._default_manager.get()

    for browser in (organizer, administrator):
        for address in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
            if (page, address) == ("vouch", "add/"):
                continue  # tests/admin/test_by_hand_page.py
            answer = browser.post(
                f"/admin/verification/{page}/{address}", {"post": "yes", "line": "+1", "outcome": "x"}
            )
            assert answer.status_code == 403, address
        browser.post(
            f"/admin/verification/{page}/",
            {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"},
        )

    assert list(model._default_manager.values()) == before


def test_the_counters_behind_the_limits_have_no_page(administrator):
    assert administrator.get("/admin/verification/tally/").status_code == 404
    assert Tally._meta.model_name == "tally"


def test_attempts_are_found_by_outcome_conference_and_name(organizer, ours, harbour):
    other = cast.conference(harbour, "Other room")
    log_of(
        cast.invite(other, cast.person(harbour, "Cora", "+12025550103"), Invitation.Role.LISTENER), "+12025550103", "b"
    )
    Attempt.objects.filter(call__sid="CAb").update(outcome=Attempt.Outcome.FULL)

    def found(query: str) -> list[str]:
        rows = organizer.get(f"/admin/verification/attempt/?{query}").context["cl"].result_list
        return [attempt.participant.name for attempt in rows]

    assert found("") == ["Cora", "Ana"]
    assert found("outcome__exact=full") == ["Cora"]
    assert found(f"conference={ours.pk}") == ["Ana"]
    assert found("q=Cora") == ["Cora"]
    assert found(f"day={timezone.now():%Y-%m-%d}") == ["Cora", "Ana"]


def test_of_a_mailbox_organizers_see_the_first_letter_and_the_host(organizer, ours):
    Challenge.objects.update(channel="email", address="ana.bell@example.com")
    page = organizer.get("/admin/verification/challenge/").content.decode()
    assert "a…@example.com" in page
    assert "ana.bell" not in page
