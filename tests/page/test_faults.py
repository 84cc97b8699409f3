"""What can go wrong, switched on from the phone page, and off again."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.conf import settings

from conferenceline.telephony import authenticators, lookups, messages, verify
from sandbox import mishaps
from sandbox.models import Fault, Leg, Message, Webhook
from tests import cast
from tests.page.desk import said
from tests.sandbox import line as throw_away
from verification import number_checks
from verification.line_types import ask_due
from verification.models import Call

HTTP_STATUSES = 1000  # and error codes are above
OF_A_CODE = [mishap for mishap in mishaps.MISHAPS if mishap.operation.startswith("verify.")]


@pytest.fixture
def phone(desk, ana, bo) -> int:
    return desk.phones[0]["id"]


def voice_requests() -> int:
    return Webhook.objects.filter(kind="call").count()


def test_verify_is_down_for_everybody_until_it_is_up(desk, phone):
    assert desk.post("verify/", on="on").json() == {"verify_down": True}
    assert desk.ask("desk/")["verify_down"]
    down = desk.call(phone)
    assert down["messages"] == []
    assert said(down)[0][1].startswith("Welcome. We are sending you a text")

    assert desk.post("verify/", on="off").json() == {"verify_down": False}
    assert not Fault.objects.exists()
    desk.do(phone, "press", keys="*#")
    assert len(desk.look(phone)["messages"]) == 1


@pytest.mark.parametrize("mishap", OF_A_CODE, ids=lambda mishap: mishap.name)
def test_every_error_of_twilios_is_heard_once_and_ends_in_words(desk, phone, mishap):
    assert desk.do(phone, "mishap", next=mishap.name)["mishap"] == mishap.name
    state = desk.call(phone)
    if mishap.operation == "verify.check":
        desk.do(phone, "press", keys=state["messages"][0]["code"])
        state = desk.look(phone)
    assert state["mishap"] == ""
    assert said(state)[-1][1].strip()
    assert state["stage"] != "room"


@pytest.mark.parametrize(
    ("operation", "table"),
    [
        ("verify.send", verify.SEND_ERRORS),
        ("verify.check", verify.CHECK_ERRORS),
        ("challenges.create", authenticators.CHECK_ERRORS),
        ("factors.create", authenticators.CREATE_ERRORS),
        ("factors.verify", authenticators.CONFIRM_ERRORS),
        ("lookups.fetch", lookups.ERRORS),
        ("messages.create", messages.ERRORS),
    ],
)
def test_every_error_code_that_the_line_knows_can_be_chosen(operation, table):
    chosen = {mishap.code for mishap in mishaps.MISHAPS if mishap.operation == operation}
    assert {code for code in table if code > HTTP_STATUSES} - chosen == set()


def test_every_error_code_that_the_page_of_the_call_names_can_be_chosen():
    page = (settings.BASE_DIR / "docs" / "call-flow.md").read_text()
    _before, _title, rest = page.partition("## When Twilio does not do what it was asked")
    table, _next, _after = rest.partition("\n## ")
    named = set(re.findall(r"\b(?:14|2[01]|6[08])\d{3}\b", table))
    assert len(named) > 40
    assert named - {str(mishap.code) for mishap in mishaps.MISHAPS} == set()


def test_whatever_is_asked_can_meet_a_fault_of_twilios_or_no_answer():
    for operation in {mishap.operation for mishap in mishaps.MISHAPS} - {mishaps.DELIVERY}:
        assert {f"{operation}-{kind}" for kind in ("http_500", "timeout", "timeout_after")} < set(mishaps.BY_NAME)


def test_what_lookup_does_not_tell_leaves_the_contact_as_it_is(desk, phone, ana, settings):
    settings.LOOKUP_LINE_TYPES = True
    desk.do(phone, "mishap", next="lookups.fetch-60600")
    ask_due()
    assert desk.look(phone)["mishap"] == ""
    assert [said(desk.call(phone))[0][1].split(".")[1]] == [" We have sent you a text with a 6 digit code"]


def test_a_new_sim_is_asked_for_anew_and_sends_the_code_another_way(desk, phone, ana, room, settings):
    settings.LOOKUP_SIM_SWAPS = True
    room.checks_numbers = True
    room.save()
    number_checks.ask_due()
    assert number_checks.ask_due() == 0
    cast.mailbox(ana, "ana@example.com")
    desk.do(phone, "swap")
    assert number_checks.ask_due() == 1
    assert "We have sent you an e-mail" in said(desk.call(phone))[0][1]
    desk.do(phone, "hang-up")
    desk.do(phone, "choose", number=cast.ANA, texts_at="ana@example.com")
    assert desk.refusal(phone, "swap").startswith("A mailbox has none of that")


def test_a_number_becomes_somebody_elses_and_the_code_goes_another_way(desk, phone, ana, room, settings):
    settings.LOOKUP_REASSIGNED_NUMBERS = True
    room.checks_numbers = True
    room.save()
    cast.mailbox(ana, "ana@example.com")
    assert number_checks.ask_due() == 0
    desk.do(phone, "reassign")
    assert number_checks.ask_due() == 1
    assert "We have sent you an e-mail" in said(desk.call(phone))[0][1]


def test_calls_are_forwarded_and_no_more_and_the_code_goes_another_way_meanwhile(desk, ana, bo, room, settings):
    settings.LOOKUP_CALL_FORWARDING = True
    settings.ALLOWED_COUNTRIES = ["US", "GB"]
    room.checks_numbers = True
    room.save()
    ana.contacts.update(channel="call", address="+442079460123")
    cast.mailbox(ana, "ana@example.com")
    phone = desk.phones[0]["id"]
    desk.do(phone, "choose", number=cast.ANA, texts_at="+442079460123")
    desk.do(phone, "forward")
    assert number_checks.ask_due() == 1
    assert "We have sent you an e-mail" in said(desk.call(phone))[0][1]
    desk.do(phone, "hang-up")
    desk.do(phone, "forward")
    assert number_checks.ask_due() == 1
    assert not ana.contacts.exclude(forwarded_at=None).exists()


def test_each_is_named_once_and_in_words_under_what_does_not_happen(desk, phone):
    page = desk.client.get("/phone/").content.decode()
    groups = re.findall(r'<optgroup label="(The next[^"]+)">(.*?)</optgroup>', page, re.DOTALL)
    assert [label for label, _options in groups] == list(dict.fromkeys(mishap.kind for mishap in mishaps.MISHAPS))
    options = [each for _label, group in groups for each in re.findall(r'<option value="([^"]+)">(\w+: [^<]+)<', group)]
    assert [(name, unescape(words)) for name, words in options] == [
        (each.name, f"{each.answer}: {each.words}") for each in mishaps.MISHAPS
    ]
    assert len(dict(options)) == len(options)


def test_another_answer_or_none_takes_the_place_of_the_one_that_was_chosen(desk, phone):
    desk.do(phone, "mishap", next="verify.send-60205")
    assert desk.do(phone, "mishap", next="verify.check-60202")["mishap"] == "verify.check-60202"
    assert Fault.objects.filter(remaining__gt=0).count() == 1
    assert desk.do(phone, "mishap", next="")["mishap"] == ""
    assert desk.refusal(phone, "mishap", next="verify.send-1") == "There is no such answer."


def test_a_call_to_the_other_phone_says_the_code_after_a_key(desk, phone, ana):
    ana.contacts.update(channel="call", address="+12025550161")
    ringing = desk.call(phone)["messages"][0]
    assert (ringing["by"], ringing["rings"], ringing["code"]) == ("Voice call to +1 202-555-0161", True, "")
    spoken = desk.do(phone, "key")["messages"][0]
    assert (spoken["rings"], len(spoken["code"])) == (False, 6)
    assert desk.refusal(phone, "key") == "No other phone rings."


def test_verify_comes_up_though_it_went_down_twice(desk, ana):
    desk.post("verify/", on="on")
    desk.post("verify/", on="on")

    desk.post("verify/", on="off")

    assert not Fault.objects.exists()


def test_the_switch_leaves_other_faults_alone(desk):
    Fault.objects.inject("verify.send", kind=Fault.Kind.SLOW, times=None, slow=4)

    desk.post("verify/", on="on")
    desk.post("verify/", on="off")

    assert Fault.objects.get().kind == Fault.Kind.SLOW


def test_twilio_sends_everything_twice_in_this_call_and_the_next(desk, phone, clock):
    assert desk.do(phone, "twice", on="on")["twice"]
    desk.call(phone)
    assert voice_requests() == 2
    assert Call.objects.count() == Message.objects.count() == 1

    clock.shift(timedelta(seconds=3))
    state = desk.do(phone, "press", keys=desk.look(phone)["messages"][0]["code"])
    assert voice_requests() == 4
    assert [who for who, _what in said(state)] == ["Line", "You", "Line"]

    assert not desk.do(phone, "twice", on="off")["twice"]
    assert not Leg.objects.get().delivers_twice


def test_the_next_answer_gets_lost_and_the_call_goes_on(desk, phone):
    desk.call(phone)
    code = desk.look(phone)["messages"][0]["code"]
    assert desk.do(phone, "lose", on="on")["lose"]

    state = desk.do(phone, "press", keys=code)

    assert not state["lose"]
    assert state["living"]
    assert "An application error has occurred" not in str(said(state))


def test_an_answer_that_is_to_be_lost_can_be_kept(desk, phone):
    desk.call(phone)
    desk.do(phone, "lose", on="on")

    assert not desk.do(phone, "lose", on="off")["lose"]
    assert Leg.objects.get().answers_to_lose == 0


def test_the_first_answer_of_the_next_call_gets_lost(desk, phone):
    assert desk.do(phone, "lose", on="on")["lose"]
    assert desk.look(phone)["lose"]
    assert desk.do(phone, "dial")["lose"]

    answered = desk.look(phone)

    assert not answered["lose"]
    assert answered["living"]
    assert Webhook.objects.filter(kind="fallback").count() == 1


def test_nothing_is_pressed_and_nobody_waits_for_it(desk, phone, clock):
    first = desk.call(phone)

    silent = desk.do(phone, "silence")

    assert len(said(silent)) > len(said(first))
    assert silent["living"]
    for _time in range(3):
        silent = desk.do(phone, "silence")
    assert said(silent)[-1][1].startswith("We stay on the line.")
    clock.shift(timedelta(minutes=10))
    for _time in range(3):
        if silent["living"]:
            silent = desk.do(phone, "silence")
    assert silent["stage"] in ("over", "speaking")


def test_in_the_room_there_is_nothing_to_be_silent_about(desk, phone, clock):
    desk.do(phone, "press", keys=desk.call(phone)["messages"][0]["code"])
    clock.shift(timedelta(seconds=10))
    desk.look(phone)

    assert desk.refusal(phone, "silence") == "In the room nobody waits for keys."


def test_the_battery_dies_and_the_line_is_not_told(desk, phone):
    desk.call(phone)

    dead = desk.do(phone, "battery")

    assert dead["stage"] == "over"
    assert not Webhook.objects.filter(kind="status").exists()
    assert Call.objects.get().ended_at is None

    desk.call(phone)
    desk.do(phone, "hang-up")
    assert Webhook.objects.filter(kind="status").count() == 1


def test_the_code_gets_too_old_and_a_new_one_comes(desk, phone, clock):
    old = desk.call(phone)["messages"][0]["code"]
    before = list(Call.objects.values())

    desk.do(phone, "expire")
    assert list(Call.objects.values()) == before
    clock.shift(timedelta(seconds=3))
    state = desk.do(phone, "press", keys=old)

    assert "expired" in said(state)[-1][1]
    for _look in range(3):
        clock.shift(timedelta(seconds=10))
        state = desk.look(phone)
    assert state["messages"][0]["code"] != old
    assert state["messages"][1]["code"] == old


def test_without_a_code_nothing_gets_old(desk, phone):
    assert desk.refusal(phone, "expire") == "No code is waiting to be typed here."


def test_only_the_codes_that_go_to_this_phone_get_old(desk, phone):
    desk.call(desk.phones[1]["id"])

    assert desk.refusal(phone, "expire") == "No code is waiting to be typed here."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("<Sing>la</Sing>", "The line answered what Twilio would not take: <Sing> is unknown"),
        ("<Redirect/>", "The line answered what Twilio would not take: 50 requests"),
    ],
)
def test_a_line_that_breaks_a_rule_is_told_and_ends(desk, settings, monkeypatch, answer, words):
    settings.SANDBOX_TRANSPORT = "tests.page.line.ThrowAwayLine"
    monkeypatch.setattr(throw_away.line, "answers", {"/voice/": answer})

    broken = desk.call(desk.phones[0]["id"])

    assert broken["problem"].startswith(words)
    assert (broken["stage"], broken["living"]) == ("over", False)
    assert desk.look(broken["id"])["problem"] == ""
