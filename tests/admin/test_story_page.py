"""A call's page tells what happened in it, step by step, and never a code."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from participants.models import Conference, Contact
from sandbox.models import Message
from tests import cast
from tests.calls.log import wrong
from tests.phone import Phone
from verification.door import room_name
from verification.models import Attempt, Call, Challenge

MORNING = timezone.now().replace(hour=10, minute=2, second=11, microsecond=0)


def told(browser: Client, call: Call | None = None) -> list[str]:
    """The lines of the newest call's page, each with its time."""
    call = call or Call.objects.latest("pk")
    answer = browser.get(f"/admin/verification/call/{call.pk}/change/")
    assert answer.status_code == 200
    return [f"{each.at:%H:%M:%S} {each.words}" for each in answer.context["story"].happenings()]


@pytest.fixture
def early(harbour) -> Conference:
    """A room in a zone of its own, where it is summer or not."""
    return cast.conference(harbour, "Board meeting", starts=MORNING - timedelta(minutes=5), time_zone="Asia/Kolkata")


def test_a_call_is_told_from_ringing_to_its_end_by_the_clocks_of_the_room(organizer, administrator, harbour, early):
    cast.invite(early, cast.person(harbour, "Bo", cast.BO), role="moderator")
    with time_machine.travel(MORNING, tick=False) as clock:
        phone = Phone(cast.BO)
        phone.dial()
        clock.shift(timedelta(seconds=10))
        phone.press(wrong(phone.text_code()))
        clock.shift(timedelta(seconds=10))
        phone.press(phone.text_code())
        clock.shift(timedelta(minutes=30))
        phone.hang_up()
    code = Message.objects.latest("pk").code
    lines = told(organizer)
    assert lines == [
        "15:32:11 Rang, from …0102, the line of Bo.",
        "15:32:11 A code was sent (text message, …0102).",
        "15:32:21 The code was wrong.",
        "15:32:31 The right code was typed.",
        "15:32:31 Bo was let in to Board meeting as moderator, proved by: a code by text to the calling number.",
        "15:32:31 Bo is in the room.",
        "16:02:31 The call ended.",
        "16:02:31 Bo left the room.",
    ]
    assert told(administrator)[:2] == [
        f"15:32:11 Rang, from {cast.BO}, the line of Bo.",
        f"15:32:11 A code was sent (text message, {cast.BO}).",
    ]
    for browser in (organizer, administrator):
        for page in (f"call/{Call.objects.get().pk}/change/", "attempt/", "challenge/", "admission/"):
            body = browser.get(f"/admin/verification/{page}").content.decode()
            assert code not in body
            assert wrong(code) not in body


def test_a_refusal_says_which_limit_and_twilios_error_its_number(organizer, ana, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_line": "1/3600"}
    for _ in range(2):
        phone = Phone(cast.STRANGER, texts=cast.ANA)
        phone.dial()
        phone.press(ana.invitations.get().roster_number)
        Call.objects.latest("pk").challenges.update(state="gone")
    assert told(organizer)[-2].endswith("Tried too often: codes asked for from this line: at most 1 in 60 minutes.")
    Attempt.objects.filter(outcome="over limit").update(outcome="code not sent", detail="60205")
    assert told(organizer)[-2].endswith("The code could not be sent: Twilio's error 60205.")


def test_an_authenticator_app_is_named_and_nothing_of_its_identity_is_shown(organizer, administrator, ana):
    app = cast.app(ana)
    ana.contacts.exclude(channel="totp").delete()
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(app.code())
    phone.hang_up()
    code = Challenge.objects.get()
    assert code.address == Contact.objects.get(channel="totp").address
    for browser in (organizer, administrator):
        assert [line[9:] for line in told(browser)][1:3] == [
            "The code of the authenticator app was asked for.",
            "The right code was typed.",
        ]
        for page in (f"call/{code.call_id}/change/", "challenge/", f"challenge/{code.pk}/change/"):
            body = browser.get(f"/admin/verification/{page}").content.decode()
            assert code.address[-4:] not in body.replace(code.verification_sid, ""), page
            assert "uthenticator app" in body, page


def test_each_code_is_told_with_the_way_that_it_went_where_the_caller_goes_to_and_fro(organizer, ana):
    cast.mailbox(ana, "ana@example.com")
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press("*#")
    phone.press("2")
    phone.hears("We have sent you an e-mail")
    phone.press("*#")
    phone.press("2")
    assert [line[9:] for line in told(organizer) if "sent" in line] == [
        "A code was sent (text message, …0101).",
        "A code was sent (e-mail, a…@example.com).",
        "A code was sent (text message, …0101).",
    ]


def test_where_a_code_went_is_left_out_where_two_phones_were_texted_and_it_may_be_either(organizer, ana):
    Contact.objects.create(participant=ana, channel="sms", address="+12025550172", position=1)
    phone = Phone(cast.ANA)
    phone.dial()
    call = Call.objects.get()
    first = call.challenges.get()
    Challenge.objects.create(
        call=call,
        contact=ana.contacts.last(),
        channel="sms",
        address="+12025550172",
        sent_at=first.sent_at,
        state="pending",
    )
    assert [line[9:] for line in told(organizer) if "sent" in line] == ["A code was sent: text message."]


def test_a_borrowed_phone_is_said_to_be_recognized_by_the_roster_number(organizer, room, ana):
    phone = Phone(cast.STRANGER, texts=cast.ANA)
    phone.dial()
    phone.press(room.invitations.get(participant=ana).roster_number)
    assert told(organizer)[0].endswith("Rang, from …0199. By the roster number this is Ana.")


def test_a_person_in_two_books_is_named_to_each_team_by_its_own_name(organizer, neighbour, room, ana, quay):
    other = cast.conference(quay, "Zanzibar plans")
    cast.invite(other, cast.person(quay, "Ana of Zanzibar", cast.ANA))
    ana.contacts.update(position=1)  # so that the code goes to the other team's row of the number, and its log has it
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    phone.press("1")
    assert phone.room == room_name(cast.occurrence_of(room))
    ours = told(organizer)
    assert ours[0].endswith("Rang, from …0101, the line of Ana.")
    assert "Ana was let in to Board meeting as participant" in " ".join(ours)
    assert "Zanzibar" not in " ".join(ours)
    page = neighbour.get(f"/admin/verification/call/{Call.objects.get().pk}/change/").content.decode()
    assert "Now" in page
    assert "is in the room" in page
    assert not [word for word in ("Board meeting", "Harbour", "line of Ana.", "5550101") if word in page]
    assert told(neighbour)[0].endswith("Rang, from …0101, the line of Ana of Zanzibar.")


def test_before_proof_a_call_from_the_line_of_two_teams_people_is_no_teams(organizer, neighbour, room, ana, quay):
    """Until it is proved who calls, neither team learns that the other one's person has that line."""
    cast.invite(cast.conference(quay, "Zanzibar plans"), cast.person(quay, "Ana of Zanzibar", cast.ANA))
    Phone(cast.ANA).dial()
    for browser in (organizer, neighbour):
        assert browser.get("/admin/verification/attempt/").context["cl"].result_count == 0


def test_a_refusal_before_proof_is_found_by_the_persons_name_in_their_team_alone(organizer, neighbour, room, quay):
    gus = cast.person(room.team, "Gus", "+12025550171", texts=None)
    cast.invite(room, gus)
    Phone("+12025550171").dial()
    found = organizer.get("/admin/verification/attempt/?q=Gus").context["cl"].result_list
    assert [(each.participant, each.outcome) for each in found] == [(gus, "no contact")]
    assert neighbour.get("/admin/verification/attempt/?q=Gus").context["cl"].result_count == 0


@pytest.mark.parametrize("day", ["x", "9999-12-31", "2026-02-30", ""])
def test_a_day_that_is_none_narrows_nothing(organizer, ours, day):
    answer = organizer.get(f"/admin/verification/attempt/?day={day}")
    assert answer.status_code == 200


def test_the_conferences_that_are_offered_are_the_teams_own(organizer, ours, secret):
    body = organizer.get("/admin/verification/attempt/").content.decode()
    assert "Board meeting" in body
    assert "Zanzibar" not in body
    narrowed = organizer.get(f"/admin/verification/attempt/?conference={secret.pk}")
    assert narrowed.context["cl"].result_count == 0


def test_the_call_page_costs_the_same_for_a_short_and_a_long_call(organizer, ana, django_assert_max_num_queries):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(wrong(phone.text_code()))
    call = Call.objects.get()
    for _ in range(20):
        call.note("wrong code")
    with django_assert_max_num_queries(25):
        told(organizer)
