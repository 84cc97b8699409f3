"""The turn protocol: copies, replays, invented turns, dead workers, late winners, hang-ups in mid-turn."""

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from conferenceline.telephony.client import client
from sandbox.models import Message
from sandbox.rest import SandboxHttpClient
from sandbox.twiml import Conference, Gather, Redirect, read
from tests import cast
from tests.calls.log import asked_of_twilio, attempts, wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission, Call, Challenge

pytestmark = pytest.mark.django_db


def text_code() -> str:
    return Message.objects.latest("pk").code


def turn(number: int, **fields: str):
    return post(f"/voice/turn/{number}/", call_fields(CallStatus="in-progress", **fields)).content.decode()


def ring(**fields: str) -> str:
    return post("/voice/", call_fields(**fields)).content.decode()


def stored() -> dict[str, object]:
    return Call.objects.values().get()


# Copies, one after the other


def test_twilio_delivering_everything_twice_changes_nothing(ana, room):
    phone = Phone(cast.ANA)
    phone.deliver_twice()
    phone.dial()
    phone.press(wrong(phone.text_code()))
    phone.press("*#")
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code sent", "wrong code", "code sent", "admitted"]
    assert [operation for operation, _to in asked_of_twilio()] == [
        "verify.send",
        "verify.check",
        "verify.send",
        "verify.check",
    ]
    phone.hang_up()
    assert Admission.objects.get().released_at is not None


def test_a_copy_gets_the_very_same_answer(ana):
    assert ring() == ring()
    code = wrong(text_code())
    assert turn(1, Digits=code) == turn(1, Digits=code)
    assert Call.objects.get().wrong_codes == 1


def test_an_answer_that_got_lost_on_the_way_is_given_again(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.lose_answers()
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code sent", "admitted"]


# Stale, invented and replayed turns


def test_an_old_request_replayed_after_others_changes_nothing(ana):
    ring()
    turn(1, Digits=wrong(text_code()))
    turn(2, Digits="")
    before = stored()
    current = turn(1, Digits=text_code())
    assert stored() == before
    assert current == before["reply"]
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]


def test_an_invented_turn_changes_nothing(ana):
    ring()
    before = stored()
    for number in (2, 3, 99):
        assert turn(number, Digits=text_code()) == before["reply"]
    assert stored() == before
    assert not Admission.objects.exists()


def test_a_turn_whose_question_is_not_asked_yet_cannot_be_taken(ana):
    """The winner of the turn before is still at work: nobody can know this address."""
    ring()
    Call.objects.update(reply="", claimed_at=timezone.now())
    before = stored()
    held = read(turn(1, Digits=text_code()))
    assert isinstance(held[-1], Redirect)
    assert stored() == before
    assert attempts() == ["code sent"]


def test_a_turn_of_a_call_that_never_rang_ends_in_words(db):
    assert "Goodbye." in turn(3, Digits="123456")
    assert not Call.objects.exists()


def test_once_a_call_has_ended_every_webhook_of_it_hangs_up_or_says_nothing(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    made = [webhook for webhook in phone.webhooks if webhook.kind != "status"]
    phone.hang_up()
    before = stored()
    for webhook in made:
        again = phone.replay(webhook).body
        assert "<Say" not in again if webhook.kind == "wait" else "<Hangup" in again
    assert [webhook.kind for webhook in made][-1] == "wait"
    assert stored() == before
    assert Admission.objects.count() == 1


def test_a_replayed_hang_up_ends_nothing_twice(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.hang_up()
    ended_at = Call.objects.get().ended_at
    phone.replay(phone.last_request)
    assert Call.objects.get().ended_at == ended_at


# A worker that dies between claim and answer


class WorkerKilled(BaseException):
    """Not an Exception: nothing in the application may catch it, as nothing catches kill -9."""


class DyingHttpClient(SandboxHttpClient):
    """Kills the worker in the middle of its request to Twilio, which Twilio carries out all the same."""

    deaths_left = 0

    def request(self, *args, **kwargs):
        answer = super().request(*args, **kwargs)
        if DyingHttpClient.deaths_left:
            DyingHttpClient.deaths_left -= 1
            raise WorkerKilled
        return answer


@pytest.fixture
def dying(settings):
    settings.TWILIO_HTTP_CLIENT = "tests.calls.test_turns.DyingHttpClient"
    client.cache_clear()
    DyingHttpClient.deaths_left = 0
    yield DyingHttpClient
    DyingHttpClient.deaths_left = 0
    client.cache_clear()


def test_a_worker_killed_while_sending_leaves_a_lease_and_no_second_text(ana, dying):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        dying.deaths_left = 1
        with pytest.raises(WorkerKilled):
            ring()
        clock.shift(timedelta(seconds=11))
        assert isinstance(read(ring())[-1], Redirect)
        clock.shift(timedelta(seconds=1))
        asked = ring()
        assert "We are sending you a text with a 6 digit code." in asked
        assert isinstance(read(asked)[0], Gather)
        assert [operation for operation, _to in asked_of_twilio()] == ["verify.send"]
        assert "<Conference" in turn(Call.objects.get().turn, Digits=text_code())


def test_a_worker_killed_while_checking_never_answers_only_asks_again(ana, dying):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ring()
        code = text_code()
        dying.deaths_left = 1
        with pytest.raises(WorkerKilled):
            turn(1, Digits=code)
        clock.shift(timedelta(seconds=12))
        asked = turn(1, Digits=code)
        assert "Enter the code." in asked
        assert not Admission.objects.exists()
        assert [operation for operation, _to in asked_of_twilio()] == ["verify.send", "verify.check"]
        # Twilio approved the code that nobody heard of: a second check finds it gone, and admits nobody.
        assert "That code has expired or was used before." in turn(Call.objects.get().turn, Digits=code)
        assert not Admission.objects.exists()


def test_through_the_fallback_address_there_is_no_wait_for_the_lease(ana, dying):
    dying.deaths_left = 1
    with pytest.raises(WorkerKilled):
        ring()
    failed = call_fields(ErrorCode="11200", ErrorUrl="https://line.example.com/voice/")
    first, copy = (post("/voice/trouble/", failed).content.decode() for _ in range(2))
    assert "We are sending you a text" in first
    assert copy == first
    assert [operation for operation, _to in asked_of_twilio()] == ["verify.send"]


def test_the_fallback_of_an_answered_turn_gives_the_answer_again(ana):
    asked = ring()
    before = stored()
    failed = call_fields(ErrorCode="11205", ErrorUrl="https://line.example.com/voice/")
    assert post("/voice/trouble/", failed).content.decode() == asked
    assert stored() == before


def test_the_fallback_of_an_unanswered_turn_asks_and_does_not_answer(ana):
    """The keys went down with the turn: they are asked for again, and the code is not spent."""
    ring()
    failed = call_fields(
        CallStatus="in-progress",
        Digits=text_code(),
        ErrorCode="11200",
        ErrorUrl="https://line.example.com/voice/turn/1/",
    )
    assert isinstance(read(post("/voice/trouble/", failed).content.decode())[0], Gather)
    assert asked_of_twilio() == [("verify.send", cast.ANA)]


# A winner that comes late


class InterruptedHttpClient(SandboxHttpClient):
    """While Twilio is at work something else happens to the call."""

    meanwhile = staticmethod(lambda: None)

    def request(self, *args, **kwargs):
        answer = super().request(*args, **kwargs)
        meanwhile, InterruptedHttpClient.meanwhile = InterruptedHttpClient.meanwhile, staticmethod(lambda: None)
        meanwhile()
        return answer


@pytest.fixture
def meanwhile(settings):
    settings.TWILIO_HTTP_CLIENT = "tests.calls.test_turns.InterruptedHttpClient"
    client.cache_clear()

    def happens(what) -> None:
        InterruptedHttpClient.meanwhile = staticmethod(what)

    yield happens
    InterruptedHttpClient.meanwhile = staticmethod(lambda: None)
    client.cache_clear()


def overtake() -> None:
    """The lease is over, and another request asks the question again."""
    Call.objects.update(claimed_at=timezone.now() - timedelta(seconds=13))
    assert "Enter the code." in turn(1)


def test_a_late_winner_records_that_the_code_was_right_and_nothing_else(ana, meanwhile):
    ring()
    code = text_code()
    meanwhile(overtake)
    answer = turn(1, Digits=code)
    assert "<Conference" not in answer
    assert (Challenge.objects.get().state, Admission.objects.count()) == ("approved", 0)
    assert attempts() == ["code sent"]
    joined = turn(Call.objects.get().turn, Digits=code)
    assert isinstance(read(joined)[-1].conference, Conference)
    assert [operation for operation, _to in asked_of_twilio()] == ["verify.send", "verify.check"]


def test_a_late_winner_whose_code_was_wrong_leaves_the_call_as_it_is(ana, meanwhile):
    ring()
    meanwhile(overtake)
    turn(1, Digits=wrong(text_code()))
    call = Call.objects.get()
    assert (call.wrong_codes, call.turn) == (0, 3)
    assert "Enter the code." in call.reply


def waits_for_the_same_again() -> int:
    """The turn at which the call waits to send its code once more."""
    ring()
    for at in (1, 2):
        turn(at, Digits="*")
    call = Call.objects.get()
    assert call.step == "WaitToSend"
    return call.turn


def overtaken(meanwhile) -> dict[str, object]:
    """The lease is over in the middle of the next turn: what the call is like once another request has asked again."""
    left: dict[str, object] = {}

    def overtake_and_wait() -> None:
        Call.objects.update(claimed_at=timezone.now() - timedelta(seconds=13))
        turn(Call.objects.get().turn - 1)
        left.update(stored())

    meanwhile(overtake_and_wait)
    return left


def test_a_late_winner_of_the_wait_for_the_next_code_records_that_it_was_right_and_nothing_else(ana, meanwhile):
    at = waits_for_the_same_again()
    left = overtaken(meanwhile)
    assert "<Conference" not in turn(at, Digits=text_code())
    assert (stored(), left["step"]) == (left, "WaitToSend")
    assert (Challenge.objects.get().state, Admission.objects.count()) == ("approved", 0)
    joined = turn(Call.objects.get().turn)
    assert isinstance(read(joined)[-1].conference, Conference)


def test_a_late_winner_of_the_wait_whose_code_was_wrong_leaves_the_call_as_it_is(ana, meanwhile):
    at = waits_for_the_same_again()
    left = overtaken(meanwhile)
    assert turn(at, Digits=wrong(text_code())) == left["reply"]
    assert (stored(), left["step"], left["wrong_codes"]) == (left, "WaitToSend", 0)


def test_a_late_winner_of_the_menu_of_ways_sends_once_and_changes_nothing_more(ana, meanwhile):
    cast.mailbox(ana, "ana@example.com")
    ring()
    assert "press 2" in turn(1, Digits="*")
    left = overtaken(meanwhile)
    assert turn(2, Digits="2") == left["reply"]
    assert (stored(), left["step"]) == (left, "EnterCode")
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.send", "ana@example.com")]
    code = Message.objects.get(to="ana@example.com").code
    joined = turn(Call.objects.get().turn, Digits=code)
    assert isinstance(read(joined)[-1].conference, Conference)
    assert len(asked_of_twilio()) == 3


def test_a_hang_up_while_the_code_is_checked_admits_nobody(ana, meanwhile):
    ring()
    meanwhile(lambda: post("/voice/status/", call_fields(CallStatus="completed")))
    answer = turn(1, Digits=text_code())
    assert "<Hangup" in answer
    assert (Challenge.objects.get().state, Admission.objects.count()) == ("pending", 0)


def test_a_hang_up_while_the_text_is_sent_leaves_a_call_that_is_over(ana, meanwhile):
    meanwhile(lambda: post("/voice/status/", call_fields(CallStatus="completed")))
    assert "<Hangup" in ring()
    call = Call.objects.get()
    assert (call.ended_at is not None, call.reply) == (True, "")


def test_a_redial_while_the_code_is_checked_takes_the_code_along(ana, meanwhile):
    attested = {"StirVerstat": "TN-Validation-Passed-A"}  # or it would end no call that goes on
    ring(**attested)
    code = text_code()
    meanwhile(lambda: post("/voice/", call_fields(CallSid="CA" + "b" * 32, **attested)))
    assert "<Hangup" in turn(1, Digits=code)
    assert not Admission.objects.exists()


# When our own side fails


def refuse(execute, sql, params, many, context):
    raise OperationalError("the database is down")


def test_a_fault_of_ours_is_an_apology_and_a_way_on(ana, settings, caplog):
    settings.TWILIO_HTTP_CLIENT = "no.such.module"
    client.cache_clear()
    sorry = read(ring())
    assert sorry[0].text == "We are sorry, something went wrong. One moment, please."
    assert sorry[-1].url.partition("#")[0] == "https://line.example.com/voice/trouble/?try=1&turn=0"
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    settings.TWILIO_HTTP_CLIENT = "sandbox.rest.SandboxHttpClient"
    client.cache_clear()
    asked = post("/voice/trouble/?try=1&turn=0", call_fields(CallStatus="in-progress")).content.decode()
    assert "We are sending you a text with a 6 digit code." in asked
    client.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_when_the_database_is_down_the_caller_hears_three_apologies_and_goodbye(ana):
    with connection.execute_wrapper(refuse):
        path, heard = "/voice/", []
        for _ in range(4):
            document = read(post(path, call_fields()).content.decode())
            heard.append(document[0].text)
            path = (
                document[-1].url.removeprefix("https://line.example.com").partition("#")[0] if len(document) > 2 else ""
            )
    assert heard == ["We are sorry, something went wrong. One moment, please."] * 3 + [
        "We are sorry, we cannot go on. Please call again in a few minutes. Goodbye."
    ]
    assert path == ""
    assert not Call.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_call_that_our_side_fails_again_and_again_has_an_end(ana):
    """Answering fails and asking works: without an end a caller would go round for hours."""

    def refuse_tallies(execute, sql, params, many, context):
        if "verification_tally" in sql:
            raise OperationalError("the table is locked")
        return execute(sql, params, many, context)

    ring()
    heard = []
    for _ in range(4):
        number = Call.objects.get().turn
        with connection.execute_wrapper(refuse_tallies):
            assert "something went wrong" in turn(number, Digits="123456")
        heard.append(post(f"/voice/trouble/?try=1&turn={number}", call_fields()).content.decode())
    assert ["Enter the code." in answer for answer in heard] == [True, True, True, False]
    assert "We are sorry, we cannot go on. Please call again in a few minutes. Goodbye." in heard[-1]
    assert "Goodbye." in turn(Call.objects.get().turn, Digits=text_code())
    assert not Admission.objects.exists()


def test_whoever_waits_long_for_an_answer_hears_that_it_comes(ana):
    ring()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        Call.objects.update(reply="", claimed_at=timezone.now())
        clock.shift(timedelta(seconds=2))
        assert "One moment" not in turn(1)
        clock.shift(timedelta(seconds=2))
        assert "One moment, please." in turn(1)


@pytest.mark.django_db(transaction=True)
def test_a_call_goes_on_once_the_database_is_back(ana):
    ring()
    code = text_code()
    with connection.execute_wrapper(refuse):
        assert "something went wrong" in turn(1, Digits=code)
    asked = post("/voice/trouble/?try=1&turn=1", call_fields(CallStatus="in-progress")).content.decode()
    assert "Enter the code." in asked
    assert "<Conference" in turn(1, Digits=code)
