"""Everything at once: copies of one webhook, two calls of one person, the last seat wanted by ten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Event

import pytest
from django.utils import timezone

from conferenceline.telephony.client import client
from participants.models import Conference, Occurrence
from rooms.ending import warn_rooms
from sandbox.models import Message
from sandbox.rest import SandboxHttpClient
from sandbox.twiml import Dial, Gather, Redirect, read
from tests import cast
from tests.calls.at_once import PATIENCE, at_once, in_a_thread
from tests.calls.log import asked_of_twilio, attempts, wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification import throttle
from verification.models import Admission, Call, Tally, UsedCode

pytestmark = pytest.mark.django_db(transaction=True)

COPIES = 20


def webhook(path: str, **fields: str) -> str:
    response = post(path, call_fields(**fields))
    assert response.status_code == 200
    return response.content.decode()


def goes_on(twiml: str) -> bool:
    """Whether the caller who gets this answer is still in the call, and heard no fault."""
    verbs = read(twiml)
    return isinstance(verbs[-1], Gather | Redirect | Dial) and "went wrong" not in twiml


def text_code() -> str:
    return Message.objects.latest("pk").code


def operations() -> list[str]:
    return [operation for operation, _to in asked_of_twilio()]


def test_twenty_copies_of_a_ring_give_one_call_and_one_code(ana):
    answers = at_once(*[partial(webhook, "/voice/")] * COPIES)
    assert all(goes_on(answer) for answer in answers)
    assert any(isinstance(read(answer)[0], Gather) for answer in answers)
    assert (Call.objects.count(), operations(), attempts()) == (1, ["verify.send"], ["code sent"])
    assert Message.objects.count() == 1


class GatedHttpClient(SandboxHttpClient):
    """Twilio at work: whoever asks it waits at the gate until the test opens it."""

    asked, gate = Event(), Event()

    def request(self, *args, **kwargs):
        GatedHttpClient.asked.set()
        assert GatedHttpClient.gate.wait(PATIENCE)
        return super().request(*args, **kwargs)


@pytest.fixture
def gated(settings):
    settings.TWILIO_HTTP_CLIENT = "tests.calls.test_at_once.GatedHttpClient"
    client.cache_clear()
    yield GatedHttpClient
    client.cache_clear()
    GatedHttpClient.asked.clear()
    GatedHttpClient.gate.clear()


def test_copies_that_come_while_twilio_is_at_work_wait_for_the_one_answer(ana, gated):
    with ThreadPoolExecutor(1) as threads:
        winner = threads.submit(in_a_thread, partial(webhook, "/voice/"))
        assert gated.asked.wait(PATIENCE)
        copies = at_once(*[partial(webhook, "/voice/")] * (COPIES - 1))
        assert all(isinstance(read(copy)[-1], Redirect) for copy in copies)
        gated.gate.set()
        answer = winner.result(PATIENCE)
    assert webhook("/voice/") == answer
    assert (operations(), attempts()) == (["verify.send"], ["code sent"])


def test_twenty_copies_of_the_right_code_give_one_check_and_one_seat(ana):
    webhook("/voice/")
    answers = at_once(*[partial(webhook, "/voice/turn/1/", Digits=text_code())] * COPIES)
    assert all(goes_on(answer) for answer in answers)
    assert any(isinstance(read(answer)[-1], Dial) for answer in answers)
    assert operations() == ["verify.send", "verify.check"]
    assert (attempts(), Admission.objects.count()) == (["code sent", "admitted"], 1)


def test_twenty_copies_of_a_wrong_code_spend_one_try(ana):
    webhook("/voice/")
    answers = at_once(*[partial(webhook, "/voice/turn/1/", Digits=wrong(text_code()))] * COPIES)
    assert all(goes_on(answer) for answer in answers)
    assert operations() == ["verify.send", "verify.check"]
    assert (Call.objects.get().wrong_codes, attempts()) == (1, ["code sent", "wrong code"])


def test_different_keys_for_one_turn_at_once_are_one_answer(ana):
    webhook("/voice/")
    codes = [str(number).zfill(6) for number in range(COPIES)]
    at_once(*[partial(webhook, "/voice/turn/1/", Digits=code) for code in codes])
    assert operations() == ["verify.send", "verify.check"]
    assert Call.objects.get().turn == 2


def test_two_calls_of_one_person_end_in_one_live_seat(room, ana):
    sids = ["CA" + letter * 32 for letter in "ab"]
    cast.CallingLine.objects.create(participant=ana, number="+12025550151")
    lines = [cast.ANA, "+12025550151"]
    for sid, line in zip(sids, lines, strict=True):
        webhook("/voice/", CallSid=sid, From=line)
    code = text_code()
    for sid in sids[:1]:
        webhook("/voice/turn/1/", CallSid=sid, Digits=code)
    # The second call's code was the same one, and is used up: it gets its own.
    webhook("/voice/turn/1/", CallSid=sids[1], From=lines[1], Digits=code)
    webhook("/voice/turn/2/", CallSid=sids[1], From=lines[1])
    webhook("/voice/turn/3/", CallSid=sids[1], From=lines[1], Digits=text_code())
    assert Admission.objects.filter(released_at=None).count() == 1
    assert Admission.objects.get(released_at=None).call.sid == sids[1]


def test_one_code_typed_in_two_calls_at_once_opens_one_door(room, ana):
    cast.CallingLine.objects.create(participant=ana, number="+12025550151")
    calls = [("CA" + "a" * 32, cast.ANA), ("CA" + "b" * 32, "+12025550151")]
    for sid, line in calls:
        webhook("/voice/", CallSid=sid, From=line)
    answers = at_once(
        *[partial(webhook, "/voice/turn/1/", CallSid=sid, From=line, Digits=text_code()) for sid, line in calls]
    )
    assert sorted(isinstance(read(answer)[-1], Dial) for answer in answers) == [False, True]
    assert all(goes_on(answer) for answer in answers)
    assert Admission.objects.count() == 1


def test_one_code_of_an_app_typed_in_ten_calls_at_once_opens_one_door(room, ana, time_machine):
    """Twilio says yes to each of them."""
    time_machine.move_to(timezone.now().replace(second=5), tick=False)
    app = cast.app(ana)
    calls = []
    for number in range(10):
        line, sid = f"+1202555017{number}", "CA" + str(number) * 32
        cast.CallingLine.objects.create(participant=ana, number=line)
        webhook("/voice/", CallSid=sid, From=line)
        calls.append((sid, line))
    answers = at_once(
        *[partial(webhook, "/voice/turn/1/", CallSid=sid, From=line, Digits=app.code()) for sid, line in calls]
    )
    assert sorted(isinstance(read(answer)[-1], Dial) for answer in answers) == [False] * 9 + [True]
    assert all(goes_on(answer) for answer in answers)
    assert (Admission.objects.count(), UsedCode.objects.count()) == (1, 1)
    # As many are asked at Twilio as are let through by the limit of wrong ones.
    assert set(attempts()[10:]) <= {"admitted", "code used", "over limit", "code sent", "replaced"}


def test_the_last_seat_wanted_by_ten_is_taken_once(room):
    Conference.objects.filter(pk=room.pk).update(seats=2)  # one of them is kept for a moderator
    callers = []
    for number in range(10):
        line, sid = f"+1202555017{number}", "CA" + str(number) * 32
        cast.invite(room, cast.person(room.team, f"Person {number}", line))
        webhook("/voice/", CallSid=sid, From=line)
        callers.append((sid, line, text_code()))
    answers = at_once(
        *[partial(webhook, "/voice/turn/1/", CallSid=sid, From=line, Digits=code) for sid, line, code in callers]
    )
    assert sorted(isinstance(read(answer)[-1], Dial) for answer in answers) == [False] * 9 + [True]
    assert Admission.objects.count() == 1
    assert sorted(attempts()[10:]) == ["admitted"] + ["full"] * 9
    assert all("Board meeting is full." in answer for answer in answers if "<Hangup" in answer)


def test_two_redials_at_once_take_a_code_over_once(ana):
    attested = {"StirVerstat": "TN-Validation-Passed-A"}  # or they would end no call that goes on
    webhook("/voice/", CallSid="CA" + "a" * 32, **attested)
    at_once(*[partial(webhook, "/voice/", CallSid="CA" + letter * 32, **attested) for letter in "bc"])
    assert Call.objects.filter(ended_at=None).count() <= 2
    assert operations().count("verify.send") <= 2
    owners = {call.pk for call in Call.objects.filter(ended_at=None) if call.challenge_id}
    assert owners


def test_a_limit_lets_exactly_so_many_through_however_many_ask_at_once(settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "7/600", "sends_per_line": "50/600"}

    def taken() -> bool:
        try:
            throttle.take(sends_per_contact="sms +1", sends_per_line="+9", sends_per_hour="", sends_per_day="")
        except throttle.OverLimitError:
            return False
        return True

    assert sum(at_once(*[taken] * COPIES)) == 7
    assert set(Tally.objects.values_list("hits", flat=True)) == {7}


def test_of_many_workers_one_says_that_a_room_ends(ana, bo):
    for number in (cast.ANA, cast.BO):
        phone = Phone(number)
        phone.dial()
        phone.press(phone.text_code())
        assert phone.in_room
    Occurrence.objects.update(overtime_until=timezone.now() + timedelta(minutes=60))
    Conference.objects.update(warn_before=60)

    assert sum(at_once(*[warn_rooms] * 8)) == 1

    assert operations().count("conferences.update") == 1
