"""The leg that a person leaves behind by joining from another phone: when it goes, and when it must not."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from participants.models import CallingLine, Conference, Participant
from sandbox.models import Fault, Message
from tests import cast
from tests.calls.log import asked_of_twilio
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission, Call

pytestmark = pytest.mark.django_db

SECOND, THIRD = "+12025550151", "+12025550152"
SECOND_SID = "CA" + "b" * 32
REPLACED = "You have joined from another phone, so this call ends. Goodbye."


def in_the_room(number: str, person: Participant) -> Phone:
    CallingLine.objects.get_or_create(participant=person, number=number)
    phone = Phone(number, texts=str(person.contacts.get().address))
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    return phone


def second_call_is_let_in_and_never_enters(person: Participant) -> None:
    """Twilio has the Join, and no leg of it ever comes into the room."""
    CallingLine.objects.create(participant=person, number=SECOND)
    fields = call_fields(CallSid=SECOND_SID, From=SECOND)
    post("/voice/", fields)
    answer = post("/voice/turn/1/", fields | {"Digits": Message.objects.latest("pk").code})
    assert b"<Conference" in answer.content


def hang_up_second() -> None:
    post("/voice/status/", call_fields(CallSid=SECOND_SID, From=SECOND, CallStatus="completed"))


def sweep() -> None:
    call_command("sweep", stdout=StringIO())


def operations() -> list[str]:
    return [operation for operation, _to in asked_of_twilio()]


def test_nobody_is_cut_off_for_a_second_call_that_never_came_in(ana):
    first = in_the_room(cast.ANA, ana)
    second_call_is_let_in_and_never_enters(ana)
    sweep()
    hang_up_second()
    sweep()
    assert first.in_room
    assert "calls.update" not in operations()


def test_the_sweep_does_not_end_a_room_whose_moderator_tried_to_change_phones(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    listener, moderator = in_the_room(cast.ANA, ana), in_the_room(cast.BO, bo)
    second_call_is_let_in_and_never_enters(bo)
    hang_up_second()
    sweep()
    assert (listener.in_room, moderator.in_room) == (True, True)


def test_a_moderators_old_leg_is_disarmed_in_its_own_room_though_the_new_ones_entry_was_never_told(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        listener, moderator = in_the_room(cast.ANA, ana), in_the_room(cast.BO, bo)
        second_call_is_let_in_and_never_enters(bo)
        clock.shift(timedelta(minutes=2))
        sweep()
        assert (listener.in_room, moderator.is_over) == (True, True)
        assert operations()[-2:] == ["participants.update", "calls.update"]


def test_a_moderators_leg_in_a_room_that_nobody_knows_is_left_alone(room, ana, bo, caplog):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    listener, moderator = in_the_room(cast.ANA, ana), in_the_room(cast.BO, bo)
    Admission.objects.filter(participant=bo).update(room_sid="")
    in_the_room(SECOND, bo)
    assert (listener.in_room, moderator.in_room) == (True, True)
    assert caplog.messages == ["a replaced moderator's leg goes on: Twilio has not told which room it is in"]


def test_of_three_phones_of_one_person_one_stays(ana):
    first = in_the_room(cast.ANA, ana)
    second_call_is_let_in_and_never_enters(ana)
    hang_up_second()
    third = in_the_room(THIRD, ana)
    assert (first.is_over, third.in_room) == (True, True)
    assert first.everything_heard[-1] == REPLACED


def test_a_leg_that_rang_long_ago_is_ended_and_not_forgotten(ana):
    Fault.objects.inject("calls.update", kind="timeout")
    first = in_the_room(cast.ANA, ana)
    Call.objects.update(rang_at=timezone.now() - timedelta(hours=2))
    second = in_the_room(SECOND, ana)
    assert first.in_room
    sweep()
    assert (first.is_over, second.in_room) == (True, True)


def test_a_leg_whose_ending_died_half_way_is_ended_a_minute_later(ana):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        Fault.objects.inject("calls.update", kind="timeout")
        first = in_the_room(cast.ANA, ana)
        in_the_room(SECOND, ana)
        Admission.objects.update(leg_claimed_at=timezone.now())
        sweep()
        assert first.in_room
        clock.shift(timedelta(seconds=61))
        sweep()
        assert first.is_over


def test_a_leg_that_is_over_at_twilio_is_no_fault(ana, caplog):
    first = in_the_room(cast.ANA, ana)
    first.send_no_status()
    first.hang_up()
    in_the_room(SECOND, ana)
    assert caplog.messages == ["Twilio answered 400, code 21220: NotThereError"] or caplog.messages == []
    assert Admission.objects.filter(leg_ended_at=None, replacement__isnull=False).count() <= 1


def test_an_event_of_an_earlier_stay_leaves_the_later_seat_alone(room, ana):
    fields = call_fields(CallStatus="in-progress")
    post("/voice/", fields)
    post("/voice/turn/1/", fields | {"Digits": Message.objects.latest("pk").code})
    first = Admission.objects.get()
    assert b"<Conference" in post("/voice/turn/2/", fields).content  # back at once: one more try
    later = Admission.objects.get(released_at=None)
    assert later.label != first.label
    path = f"/rooms/{cast.occurrence_of(room).uuid}/events/"
    for event in ("participant-join", "participant-leave"):
        post(path, fields | {"StatusCallbackEvent": event, "ParticipantLabel": first.label, "ConferenceSid": "CF1"})
    later.refresh_from_db()
    assert (later.released_at, later.entered_at) == (None, None)
    post(path, fields | {"StatusCallbackEvent": "participant-leave", "ParticipantLabel": later.label})
    later.refresh_from_db()
    assert later.released_at is not None
