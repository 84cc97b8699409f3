"""Whose seat is whose: locked and full rooms, what Twilio tells of a room, and the leg that a new one replaces."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from participants.models import Conference, Invitation, Occurrence, Participant
from sandbox.models import Fault, Switch
from tests import cast
from tests.calls.log import asked_of_twilio, attempts
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission, Call, Vouch

pytestmark = pytest.mark.django_db

ASK_AROUND = "If you have questions, ask whoever invited you. Goodbye."
LOCKED = f"Board meeting is locked. Nobody new is let in. {ASK_AROUND}"
REPLACED = "You have joined from another phone, so this call ends. Goodbye."


def proved(number: str, **how: object) -> Phone:
    """Somebody who has dialled and typed the right code."""
    phone = Phone(number, **how)
    phone.dial()
    phone.press(phone.text_code())
    return phone


def proved_from_elsewhere(person: Participant, number: str = "+12025550151") -> Phone:
    """The same person, on a borrowed phone."""
    phone = Phone(number, texts=str(person.contacts.get().address))
    phone.dial()
    phone.press(Invitation.objects.get(participant=person, conference__title="Board meeting").roster_number)
    phone.press(phone.text_code())
    return phone


def asked() -> list[str]:
    """What was asked of Twilio about calls and rooms in progress."""
    return [operation for operation, _to in asked_of_twilio() if not operation.startswith("verify.")]


def seat_of(phone: Phone) -> Admission:
    return Admission.objects.filter(call__sid=phone.sid).latest("pk")


def has_seat(phone: Phone) -> bool:
    return Admission.objects.live(timezone.now()).filter(call__sid=phone.sid).exists()


def sweep() -> str:
    output = StringIO()
    call_command("sweep", stdout=output)
    return output.getvalue()


# Locked and full rooms


def test_nobody_new_is_let_into_a_locked_room_though_others_have_been_in(room, ana):
    cast.invite(room, cast.person(room.team, "Carl", "+12025550103"))
    proved(cast.ANA).hang_up()
    Occurrence.objects.update(locked=True)
    assert proved("+12025550103").heard == [LOCKED]
    assert Admission.objects.get().participant == ana


def test_who_was_in_another_room_is_new_in_a_locked_one(room, ana):
    other = cast.conference(room.team, "Choir practice")
    cast.invite(other, ana)
    phone = proved(cast.ANA)
    phone.press("2")
    assert phone.room == room_name(cast.occurrence_of(other))
    phone.hang_up()
    Occurrence.objects.filter(conference=room).update(locked=True)
    again = proved(cast.ANA)
    again.press("1")
    assert again.heard == ["Board meeting is locked. Nobody new is let in. For Choir practice, press 1."]


def test_ones_own_seat_is_no_reason_to_be_turned_away_from_a_full_room(room, ana):
    Conference.objects.filter(pk=room.pk).update(seats=2)
    assert proved(cast.ANA).in_room
    assert proved_from_elsewhere(ana).in_room


def test_coming_back_in_the_same_call_replaces_nobody(room, ana, bo):
    """Twilio did not take the first Join: the call's own seat is given up for its next one."""
    moderator = proved(cast.BO)
    phone = Phone(cast.ANA)
    phone.dial()
    member = moderator.membership
    type(member).objects.filter(pk=member.pk).update(label=f"call-{seat_of(moderator).call_id + 1}-2")
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts()[-3:] == ["admitted", "not in room", "admitted"]
    first, second = Admission.objects.filter(participant=ana).order_by("pk")
    assert (first.released_at is None, second.released_at, second.replaces) == (False, None, None)


def test_a_seat_that_ran_out_of_time_is_not_replaced_but_taken(room, ana):
    first = proved(cast.ANA)
    Admission.objects.update(until=timezone.now())
    second = proved_from_elsewhere(ana)
    assert attempts()[-1] == "admitted"
    assert seat_of(second).replaces is None
    assert (has_seat(first), has_seat(second), asked()) == (False, True, [])


# What Twilio tells of a room


@pytest.fixture
def events():
    """Twilio tells nothing of its own accord: the test does, in the order that it wants."""
    Switch.deliver_room_callbacks("never")

    def tell(event: str, phone: Phone, room: Conference, room_sid: str = "CF" + "1" * 32) -> None:
        path = f"/rooms/{cast.occurrence_of(room).uuid}/events/"
        fields = call_fields(
            CallSid=phone.sid,
            ConferenceSid=room_sid,
            StatusCallbackEvent=event,
            ParticipantLabel=Admission.objects.filter(call__sid=phone.sid).latest("pk").label,
        )
        assert post(path, fields).status_code == 204

    return tell


def test_a_seat_is_free_when_twilio_says_that_its_call_has_left(room, ana, events):
    phone = proved(cast.ANA)
    events("participant-join", phone, room)
    assert has_seat(phone)
    events("participant-leave", phone, room)
    assert not has_seat(phone)


def test_the_leaving_of_one_frees_no_other_seat(room, ana, bo, events):
    phone, moderator = proved(cast.ANA), proved(cast.BO)
    for one in (phone, moderator):
        events("participant-join", one, room)
    events("participant-leave", moderator, room)
    assert (has_seat(phone), has_seat(moderator)) == (True, False)


def test_the_leaving_of_another_room_frees_no_seat_in_this_one(room, ana, events):
    phone = proved(cast.ANA)
    events("participant-join", phone, room)
    events("participant-leave", phone, cast.conference(room.team, "Choir practice"))
    assert has_seat(phone)


def test_a_leaving_frees_the_seat_though_its_entering_was_never_told(room, ana, events):
    phone = proved(cast.ANA)
    events("participant-leave", phone, room)
    events("participant-join", phone, room)
    assert not has_seat(phone)


def test_an_entering_that_is_told_twice_is_one(room, ana, events):
    phone = proved(cast.ANA)
    events("participant-join", phone, room)
    entered_at = seat_of(phone).entered_at
    events("participant-join", phone, room, room_sid="CF" + "2" * 32)
    assert (seat_of(phone).entered_at, seat_of(phone).room_sid) == (entered_at, "CF" + "1" * 32)


def test_the_entering_of_one_is_not_anothers(room, ana, bo, events):
    phone, moderator = proved(cast.ANA), proved(cast.BO)
    events("participant-join", moderator, room)
    assert (seat_of(phone).entered_at, seat_of(moderator).entered_at is None) == (None, False)


@pytest.mark.parametrize("event", ["conference-start", "participant-mute", "", "participant-leave "])
def test_other_news_of_a_room_change_no_seat(room, ana, events, event):
    phone = proved(cast.ANA)
    before = Admission.objects.values().get()
    events(event, phone, room)
    assert Admission.objects.values().get() == before


# The leg that a new one replaces


def test_the_old_leg_goes_when_the_new_one_is_in_and_not_before(room, ana, bo, events):
    first = proved(cast.ANA)
    second = proved_from_elsewhere(ana)
    events("participant-join", proved(cast.BO), room)
    assert (first.in_room, second.in_room, asked()) == (True, True, [])
    events("participant-join", second, room)
    assert first.everything_heard[-1] == REPLACED
    assert (first.is_over, second.in_room) == (True, True)


def test_who_does_not_moderate_has_no_power_to_lose(room, ana):
    proved(cast.ANA)
    proved_from_elsewhere(ana)
    assert asked() == ["calls.update"]


def test_an_old_leg_is_ended_once_however_often_twilio_tells(room, ana):
    Switch.deliver_room_callbacks("twice")
    proved(cast.ANA)
    assert proved_from_elsewhere(ana).in_room
    sweep()
    assert asked() == ["calls.update"]


def test_nobody_elses_leg_is_ended(room, ana, bo):
    moderator = proved(cast.BO)
    proved(cast.ANA)
    proved_from_elsewhere(ana)
    assert sweep() == "Ended 0 calls, freed 0 seats, ended 0 replaced legs, forgot 0 tallies.\n"
    assert moderator.in_room
    assert asked() == ["calls.update"]


def test_an_old_leg_that_has_hung_up_is_left_alone(room, ana):
    Switch.deliver_room_callbacks("held")
    first = proved(cast.ANA)
    second = proved_from_elsewhere(ana)
    first.hang_up()
    Switch.deliver_room_callbacks("in order")
    assert second.in_room
    assert asked() == []


@pytest.mark.parametrize(
    ("operation", "asked_for"),
    [("participants.update", ["participants.update"]), ("calls.update", ["participants.update", "calls.update"])],
)
def test_an_old_leg_that_is_not_there_any_more_is_no_fault(room, bo, caplog, operation, asked_for):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    Fault.objects.inject(operation, 20404, status=404)
    caplog.clear()
    proved(cast.BO)
    assert proved_from_elsewhere(bo).in_room
    assert asked() == asked_for
    assert [record.message for record in caplog.records if "goes on" in record.message] == []
    sweep()
    assert asked() == asked_for


def test_a_moderators_old_leg_that_keeps_its_power_is_not_ended(room, ana, bo):
    """It would take the room along: it is tried again instead."""
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    Fault.objects.inject("participants.update", kind="timeout")
    listener, first = proved(cast.ANA), proved(cast.BO)
    second = proved_from_elsewhere(bo)
    assert (first.in_room, second.in_room, asked()) == (True, True, ["participants.update"])
    sweep()
    assert (first.is_over, second.in_room, listener.in_room) == (True, True, True)


def test_the_old_leg_is_tried_again_with_the_next_event_of_its_room(room, ana, bo):
    Fault.objects.inject("calls.update", kind="http_500")
    first = proved(cast.ANA)
    proved_from_elsewhere(ana)
    assert first.in_room
    proved(cast.BO)
    assert first.everything_heard[-1] == REPLACED
    assert asked() == ["calls.update", "calls.update"]


def test_an_old_leg_that_comes_back_by_itself_is_told_why_it_ends(room, ana, events):
    first = proved(cast.ANA)
    proved_from_elsewhere(ana)
    events("participant-leave", first, room)
    first.wait(timedelta(days=1).total_seconds())
    assert first.everything_heard[-1] == REPLACED
    assert first.is_over


# The sweep


def test_the_sweep_frees_the_seats_whose_time_is_over_and_no_others(room, ana, bo):
    phone, moderator = proved(cast.ANA), proved(cast.BO)
    Admission.objects.filter(participant=ana).update(until=timezone.now())
    assert sweep() == "Ended 0 calls, freed 1 seats, ended 0 replaced legs, forgot 0 tallies.\n"
    assert (seat_of(phone).released_at is None, seat_of(moderator).released_at) == (False, None)


def test_the_sweep_ends_a_call_an_hour_after_it_rang_unless_it_has_a_seat(room, ana, bo):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        Occurrence.objects.update(closes_at=start + timedelta(hours=3), overtime_until=start + timedelta(hours=3))
        seated, waiting = proved(cast.BO), Phone(cast.ANA)
        waiting.dial()
        clock.shift(timedelta(hours=1))
        assert sweep().startswith("Ended 0 calls")
        clock.shift(timedelta(seconds=1))
        assert sweep().startswith("Ended 1 calls")
        assert seated.in_room


def test_the_sweep_forgets_the_counts_whose_window_is_over(ana):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        Phone(cast.ANA).dial()
        clock.shift(timedelta(minutes=9, seconds=59))
        assert sweep().endswith("forgot 0 tallies.\n")
        clock.shift(timedelta(seconds=1))
        assert sweep().endswith("forgot 2 tallies.\n")  # of the contact: texts, and wrong codes


@pytest.mark.parametrize("attestation", ["", "A"])
def test_calling_again_ends_no_call_that_is_in_the_room_though_its_code_was_never_typed(room, ana, attestation):
    """Ana is let in by hand while she waits for the code. It is still on its way when her number calls again."""
    inside = Phone(cast.ANA)
    inside.is_attested(attestation)
    inside.dial()
    organizer = User.objects.create_superuser("mia")
    waits = Call.objects.get()
    Vouch.objects.make(ana.invitations.get(), cast.occurrence_of(room), by=organizer, reason="Her voice", call=waits)
    inside.press("000000")
    assert inside.in_room
    with time_machine.travel(timezone.now() + timedelta(seconds=100)):  # long enough for a call to have been forgotten
        again = Phone(cast.ANA)
        again.is_attested(attestation)
        again.dial()
        assert again.heard[0].startswith("Welcome. We have sent you a text")
        assert (has_seat(inside), inside.in_room) == (True, True)
        again.press(again.text_code())
        assert (again.in_room, inside.is_over, seat_of(again).replaces) == (True, True, seat_of(inside))


def test_nor_though_another_of_its_codes_was_typed(room, ana):
    cast.mailbox(ana, "ana@example.com")
    inside = Phone(cast.ANA, texts="ana@example.com")
    inside.dial()
    inside.press("*#")
    inside.press("2")
    inside.press(inside.text_code())
    assert inside.in_room
    with time_machine.travel(timezone.now() + timedelta(seconds=100)):
        Phone(cast.ANA).dial()
        assert (has_seat(inside), inside.in_room) == (True, True)
