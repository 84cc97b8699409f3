"""This person cannot get in: who may let them in by hand, from which page, and what is kept of it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from participants.models import Conference, Membership, Participant, Team
from tests import cast
from tests.calls.log import wrong
from tests.phone import Phone
from verification.admin import words
from verification.flow import STEPS
from verification.models import Call, Vouch

ADD = "/admin/verification/vouch/add/"
WHY = "I know her voice"


def dialled(number: str) -> Phone:
    phone = Phone(number, texts=cast.ANA)
    phone.dial()
    return phone


def let_in(browser: Client, person: Participant, **typed: object):
    """Opens the form, and sends it as it is, with a reason and with what else is typed."""
    return browser.post(f"{ADD}?participant={person.pk}", form_for(browser, person).initial | {"reason": WHY} | typed)


def form_for(browser: Client, person: Participant):
    return browser.get(f"{ADD}?participant={person.pk}").context["form"]


@pytest.fixture
def asked(room: Conference, ana: Participant) -> Phone:
    """Ana has dialled, and is asked for the code."""
    return dialled(cast.ANA)


@pytest.mark.parametrize("who", ["organizer", "chair", "administrator"])
def test_whoever_lets_in_lets_the_waiting_call_in_and_the_log_says_who_and_why(request, who, ana, asked):
    browser = request.getfixturevalue(who)

    answer = let_in(browser, ana)

    vouch = Vouch.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/admin/verification/vouch/{vouch.pk}/change/")
    assert (vouch.call, vouch.participant, vouch.reason) == (Call.objects.get(), ana, WHY)
    asked.stay_silent()
    assert asked.heard == ["You are let in without a code, this once. Thank you, Ana. You are the first."]
    page = browser.get(answer.url).content.decode()
    assert WHY in page
    assert "let in at" in page
    assert LogEntry.objects.get(object_id=str(vouch.pk)).user == vouch.made_by
    told = browser.get(f"/admin/verification/call/{vouch.call_id}/change/").context["story"]
    words = [each.words for each in told.happenings()]
    assert f"{vouch.made_by} vouched for Ana: “{WHY}”" in words
    assert (
        f"Ana was let in to Board meeting as participant, proved by: by hand, without a code, by {vouch.made_by}: "
        f"“{WHY}”." in words
    )


def test_without_a_waiting_call_it_is_the_next_one(organizer, room):
    gus = cast.person(room.team, "Gus", "+12025550171", texts=None)
    cast.invite(room, gus)
    dialled("+12025550171")
    assert "no contact" in organizer.get("/admin/verification/attempt/").content.decode()

    answer = let_in(organizer, gus)

    assert "Gus is let in on their next call, until" in organizer.get(answer.url).content.decode()
    assert Vouch.objects.get().call is None
    assert dialled("+12025550171").in_room


def test_the_form_tells_of_the_call_that_waits_and_of_no_number_whole(organizer, administrator, ana, asked):
    for browser in (organizer, administrator):
        call, later = form_for(browser, ana).fields["which"].choices
        assert call[1].endswith("UTC, from …0101, a line on file: it is asked for the code")
        assert later == ("next", "Their next call, within 15 minutes")
        assert cast.ANA not in browser.get(f"{ADD}?participant={ana.pk}").content.decode()


def test_wherever_a_caller_waits_for_a_code_they_can_be_let_in(organizer, ana, asked):
    cast.mailbox(ana, "ana@example.com")
    for keys, doing in ((["*#"], "chooses how the code comes"), (["1", "*#", "1"], "waits for another code")):
        for key in keys:
            asked.press(key)
        assert form_for(organizer, ana).fields["which"].choices[0][1].endswith(f"a line on file: it {doing}")
    asked.press(wrong(asked.text_code()))
    for _silence in range(5):
        asked.stay_silent()
    assert "is on the way to the code" in form_for(organizer, ana).fields["which"].choices[0][1]
    let_in(organizer, ana)
    asked.stay_silent()
    assert asked.in_room


def test_every_step_of_a_call_has_words():
    assert set(STEPS) == set(words.STEPS)


def test_a_call_by_roster_number_is_said_to_be_from_no_line_on_file(organizer, room, ana):
    phone = dialled(cast.STRANGER)
    phone.press(room.invitations.get(participant=ana).roster_number)
    choice = form_for(organizer, ana).fields["which"].choices[0][1]
    assert "from …0199, no line on file, by the roster number" in choice


def test_a_call_that_is_over_or_silent_for_long_is_not_offered(organizer, ana, asked):
    Call.objects.update(claimed_at=timezone.now() - timedelta(minutes=3))
    assert [value for value, _label in form_for(organizer, ana).fields["which"].choices] == ["next"]
    Call.objects.update(claimed_at=timezone.now())
    asked.hang_up()
    assert [value for value, _label in form_for(organizer, ana).fields["which"].choices] == ["next"]


def test_a_call_of_somebody_else_cannot_be_typed_into_the_form(organizer, room, ana, bo, asked):
    answer = let_in(organizer, bo, which=Call.objects.get().pk)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["which"]
    assert not Vouch.objects.exists()


def test_a_reason_is_required_and_nothing_typed_is_lost(organizer, ana, asked):
    answer = let_in(organizer, ana, reason=" ")
    assert list(answer.context["form"].errors) == ["reason"]
    assert not Vouch.objects.exists()


def test_a_call_that_ends_while_the_form_is_filled_is_an_error_and_not_the_next_call(organizer, ana, asked):
    address = f"{ADD}?participant={ana.pk}"
    typed = form_for(organizer, ana).initial | {"reason": WHY}
    asked.hang_up()
    answer = organizer.post(address, typed)
    assert list(answer.context["form"].errors) == ["which"]
    assert not Vouch.objects.exists()


@pytest.mark.parametrize("who", ["auditor", "neighbour"])
def test_nobody_else_lets_in(request, who, ana, asked, secret):
    browser = request.getfixturevalue(who)
    for query in (f"participant={ana.pk}", f"conference={Conference.objects.get(title='Board meeting').pk}"):
        assert browser.get(f"{ADD}?{query}").status_code == 403
    typed = {
        "reason": WHY,
        "which": "next",
        "room": cast.occurrence_of(Conference.objects.get(title="Board meeting")).pk,
    }
    assert browser.post(f"{ADD}?participant={ana.pk}", typed).status_code == 403
    assert not Vouch.objects.exclude(participant__name="Nell Zanzibar").exists()


def test_a_role_that_is_lost_is_lost_at_once(chair, harbour: Team, ana, asked):
    assert chair.get(f"{ADD}?participant={ana.pk}").status_code == 200
    Membership.objects.update(role=Membership.Role.AUDITOR)
    assert chair.get(f"{ADD}?participant={ana.pk}").status_code == 403


def test_a_room_of_another_team_cannot_be_typed_into_the_form(organizer, ana, secret, asked):
    answer = let_in(organizer, ana, room=cast.occurrence_of(secret).pk)
    assert list(answer.context["form"].errors) == ["room"]


@pytest.mark.parametrize("typed", ["x", "9" * 30, "-1", "999999"])
def test_somebody_who_is_not_there_is_refused_like_somebody_of_another_team(organizer, typed):
    assert organizer.get(f"{ADD}?participant={typed}").status_code == 403


def test_whoever_is_invited_to_nothing_open_is_told_so(organizer, harbour):
    zoe = cast.person(harbour, "Zoe", "+12025550170")
    tomorrow = cast.conference(harbour, "Tomorrow", starts=timezone.now() + timedelta(days=1))
    cast.invite(tomorrow, zoe)
    assert (
        "not invited to any room whose doors are open" in organizer.get(f"{ADD}?participant={zoe.pk}").content.decode()
    )
    assert organizer.post(f"{ADD}?participant={zoe.pk}", {"reason": WHY, "which": "next"}).status_code == 200
    assert not Vouch.objects.exists()


def test_the_buttons_are_on_the_persons_the_conferences_and_the_calls_page_for_those_who_may(
    organizer, chair, auditor, room, ana, asked
):
    pages = {
        f"/admin/participants/participant/{ana.pk}/change/": f"{ADD}?participant={ana.pk}",
        f"/admin/participants/conference/{room.pk}/change/": f"{ADD}?conference={room.pk}",
        f"/admin/verification/call/{Call.objects.get().pk}/change/": f"{ADD}?participant={ana.pk}",
    }
    for page, button in pages.items():
        for browser in (organizer, chair):
            assert button in browser.get(page).content.decode(), page
        assert ADD not in auditor.get(page).content.decode(), page


def test_from_the_conference_the_roster_is_offered_whoever_calls_first(organizer, room, ana, bo, asked):
    answer = organizer.get(f"{ADD}?conference={room.pk}")
    assert [(each.participant, calls) for each, calls in answer.context["roster"]] == [(ana, True), (bo, False)]


def test_what_is_not_used_yet_is_withdrawn_from_the_list(organizer, auditor, ana, asked):
    let_in(organizer, ana)
    vouch = Vouch.objects.get()
    chosen = {"action": "withdraw", "_selected_action": [vouch.pk]}

    auditor.post("/admin/verification/vouch/", chosen)
    vouch.refresh_from_db()
    assert vouch.withdrawn_at is None

    organizer.post("/admin/verification/vouch/", chosen)
    vouch.refresh_from_db()
    assert vouch.withdrawn_at is not None
    asked.stay_silent()
    assert not asked.in_room
    assert "withdrawn" in organizer.get("/admin/verification/vouch/").content.decode()
