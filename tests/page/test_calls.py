"""Calls from the phone page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from participants.models import Conference
from sandbox.models import Leg, Switch, Webhook
from sandbox.page.acts import ACTS
from tests import cast
from tests.page.desk import Desk, said
from tests.phone import Phone

pytestmark = pytest.mark.usefixtures("ana", "bo")

PROMPT = "Welcome. We have sent you a text with a 6 digit code. Enter the code. For a new one, press star, then pound."


def get_in(desk: Desk, phone: int, clock) -> dict:
    code = desk.call(phone)["messages"][0]["code"]
    desk.do(phone, "press", keys=code)
    clock.shift(timedelta(seconds=10))
    return desk.look(phone)


def test_a_call_rings_and_is_then_answered(desk):
    phone = desk.phones[0]["id"]

    ringing = desk.do(phone, "dial")
    answered = desk.look(phone)

    assert (ringing["stage"], ringing["words"], ringing["heard"], ringing["living"]) == (
        "ringing",
        "Ringing …",
        [],
        True,
    )
    assert (answered["stage"], answered["words"]) == ("prompting", "The line is speaking. You can type already.")
    assert said(answered) == [("Line", PROMPT)]
    assert answered["heard"][0]["language"] == "en-US"
    [message] = answered["messages"]
    assert message["by"] == "Text message"
    assert f"code is: {message['code']}." in message["body"]


def test_after_the_prompt_the_line_waits_and_counts(desk, clock):
    phone = desk.phones[0]["id"]
    desk.call(phone)
    clock.shift(timedelta(seconds=30))
    desk.look(phone)
    clock.shift(timedelta(seconds=6))

    asking = desk.look(phone)

    assert (asking["stage"], asking["words"]) == ("asking", "The line waits for your keys.")
    assert asking["seconds"] == 14


def test_keys_show_as_they_are_typed_and_in_what_was_heard(desk, clock):
    phone = desk.phones[0]["id"]
    code = desk.call(phone)["messages"][0]["code"]
    clock.shift(timedelta(seconds=3))

    assert desk.do(phone, "press", keys=code[:2])["typed"] == code[:2]
    done = desk.do(phone, "press", keys=code[2:])

    assert said(done) == [("Line", PROMPT), ("You", code), ("Line", "Thank you, Ana. You are the first.")]
    assert (done["stage"], done["typed"]) == ("speaking", "")


def test_two_phones_meet(desk, clock):
    ana, bo = (phone["id"] for phone in desk.phones)

    waiting = get_in(desk, ana, clock)
    assert (waiting["stage"], waiting["words"]) == ("waiting", "In the waiting room, with music.")
    assert said(waiting)[-1] == ("Music", "A recording is playing.")
    assert [(one["name"], one["words"]) for one in waiting["company"]] == [
        ("You", "are waiting: hear nobody yet, and are not heard")
    ]

    together = get_in(desk, bo, clock)
    assert (together["stage"], together["words"]) == ("room", "In the room.")
    assert [(one["name"], one["words"]) for one in together["company"]] == [
        ("You", "hear everybody, and are heard"),
        ("Ana", "hears everybody, and is heard"),
    ]
    assert desk.look(ana)["stage"] == "room"


def test_a_caller_from_elsewhere_is_company_too(desk, clock):
    ana = desk.phones[0]["id"]
    get_in(desk, ana, clock)
    elsewhere = Phone(cast.BO, clock=clock)
    elsewhere.dial()
    elsewhere.press(elsewhere.text_code())
    elsewhere.wait(10)

    assert [one["name"] for one in desk.look(ana)["company"]] == ["You", "Bo"]


def test_a_listener_is_not_heard(desk, clock, room):
    room.invitations.update(role="listener")
    ana = desk.phones[0]["id"]

    assert "are not heard" in get_in(desk, ana, clock)["company"][0]["words"]


@pytest.mark.parametrize(("said_of_it", "back_at_once"), [("A", True), ("", False), ("failed", False)])
def test_what_the_carriers_say_of_the_number_is_chosen_and_heard(desk, clock, room, ana, said_of_it, back_at_once):
    """Where a room lets people come back after a drop, only a number that carriers vouch for needs no second code."""
    Conference.objects.filter(pk=room.pk).update(comes_back=True)
    phone = desk.phones[0]["id"]
    of_ana = {"who": str(ana.uuid), "number": cast.ANA, "texts_at": cast.ANA}
    assert desk.do(phone, "choose", **of_ana, attestation=said_of_it)["attestation"] == said_of_it
    get_in(desk, phone, clock)
    desk.do(phone, "hang-up")

    heard = said(desk.call(phone))

    assert (("Line", "Welcome back. You are the first.") in heard) is back_at_once
    assert (("Line", PROMPT) in heard) is not back_at_once


def test_hanging_up(desk, clock):
    ana = desk.phones[0]["id"]
    get_in(desk, ana, clock)

    over = desk.do(ana, "hang-up")

    assert (over["stage"], over["words"], over["living"], over["company"]) == ("over", "The call is over.", False, [])
    assert Webhook.objects.filter(kind="status").count() == 1
    assert desk.call(ana)["stage"] == "prompting"


def test_a_stranger_is_turned_away_and_the_line_hangs_up(desk, clock):
    ana = desk.phones[0]["id"]
    desk.do(ana, "choose", number=cast.STRANGER, texts_at=cast.STRANGER)
    refused = desk.call(ana)
    clock.shift(timedelta(seconds=60))

    assert said(refused)[0][1].startswith("Welcome. Please enter the roster number")
    assert (refused["name"], refused["messages"]) == ("A stranger", [])


def test_a_withheld_number_is_not_told(desk):
    ana = desk.phones[0]
    desk.do(ana["id"], "choose", who=ana["person"], number=ana["number"], texts_at=ana["number"], withheld="on")

    state = desk.call(ana["id"])

    assert Leg.objects.get().from_number == "+266696687"
    assert state["shown"] == "+1 202-555-0101, number withheld"
    assert "roster number" in said(state)[0][1]


def test_on_a_borrowed_phone_ones_own_texts_are_read(desk, room):
    ana = desk.phones[0]
    desk.do(ana["id"], "choose", who=ana["person"], number="(202) 555-0190", texts_at=ana["number"])
    desk.call(ana["id"])

    state = desk.do(ana["id"], "press", keys=room.invitations.get(participant__name="Ana").roster_number)
    state = desk.look(ana["id"])

    assert state["shown"] == "+1 202-555-0190, on a borrowed phone"
    assert len(state["messages"]) == 1


@pytest.mark.parametrize(
    "action",
    sorted(
        ACTS.keys()
        - {"choose", "dial", "twice", "lose", "expire", "key", "mishap", "text", "swap", "reassign", "forward"}
    ),
)
def test_what_needs_a_call_is_refused_without_one(desk, action):
    phone = desk.phones[0]["id"]

    assert desk.refusal(phone, action, keys="1") == "This phone is in no call. Press Dial first."


@pytest.mark.parametrize("keys", ["", "a", "1 2", "12x", "1" * 21, "٣"])
def test_only_keys_can_be_pressed(desk, keys):
    phone = desk.phones[0]["id"]
    desk.call(phone)

    assert desk.refusal(phone, "press", keys=keys) == "A phone has the keys 0 to 9, * and #."


def test_one_call_at_a_time(desk):
    phone = desk.phones[0]["id"]
    desk.do(phone, "dial")

    assert desk.refusal(phone, "dial") == "This phone is in a call already."
    assert desk.refusal(phone, "choose", number=cast.BO, texts_at=cast.BO).startswith("Hang up first")
    assert Leg.objects.count() == 1


def test_what_nobody_knows_is_not_found(desk):
    assert desk.post(f"{desk.phones[0]['id']}/dance/").status_code == 404


def test_keys_go_in_though_another_request_moves_the_call(desk, clock):
    """A second tab of the same desk may be looking at the very moment."""
    phone = desk.phones[0]["id"]
    desk.call(phone)
    Leg.objects.update(claimed_until=timezone.now() + timedelta(seconds=60))

    assert desk.look(phone)["stage"] == "prompting"
    assert desk.refusal(phone, "press", keys="1") == "The line has not answered yet. Try again."
    Leg.objects.update(claimed_until=None)
    assert desk.do(phone, "press", keys="1")["typed"] == "1"


def test_room_callbacks_are_delivered_while_the_page_looks(desk, clock):
    Switch.deliver_room_callbacks("in order")
    get_in(desk, desk.phones[0]["id"], clock)

    assert Webhook.objects.filter(kind="conference", fields__StatusCallbackEvent="participant-join").exists()
