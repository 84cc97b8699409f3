"""At the door and in the room: which room, whose seat, and how it ends."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from participants.models import Conference, Contact, Invitation, Occurrence, Participant
from sandbox.models import Fault
from tests import cast
from tests.calls.log import asked_of_twilio, attempts
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission, Call

pytestmark = pytest.mark.django_db

BYE_FROM_ROOM = "Your conference has ended. Thank you for calling. Goodbye."
ASK_AROUND = "If you have questions, ask whoever invited you. Goodbye."
REPLACED = "You have joined from another phone, so this call ends. Goodbye."


def proved(number: str, **how: object) -> Phone:
    """Somebody who has dialled and typed the right code."""
    phone = Phone(number, **how)
    phone.dial()
    phone.press(phone.text_code())
    return phone


def crowd(room: Conference, *names: str) -> list[str]:
    """Participants of the room with lines of their own."""
    numbers = [f"+1202555018{position}" for position, _name in enumerate(names)]
    for name, number in zip(names, numbers, strict=True):
        cast.invite(room, cast.person(room.team, name, number))
    return numbers


# Which room


@pytest.fixture
def second_room(room, ana) -> Conference:
    other = cast.conference(room.team, "Choir practice", starts=timezone.now() - timedelta(minutes=1))
    cast.invite(other, ana)
    return other


def test_of_two_open_rooms_the_caller_chooses_after_the_code(second_room):
    phone = proved(cast.ANA)
    assert phone.heard == ["For Board meeting, press 1. For Choir practice, press 2."]
    phone.press("2")
    assert phone.room == room_name(cast.occurrence_of(second_room))
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]


def test_a_menu_is_a_promise(room, second_room):
    """What "press 2" meant when it was spoken holds, though a room before it in the list has closed since."""
    phone = proved(cast.ANA)
    Occurrence.objects.filter(conference=room).update(cancelled=True)
    phone.press("2")
    assert phone.room == room_name(cast.occurrence_of(second_room))


def test_a_key_that_is_in_no_menu_is_asked_for_again(second_room):
    phone = proved(cast.ANA)
    phone.press("7")
    assert phone.heard == ["That is not one of the choices. For Board meeting, press 1. For Choir practice, press 2."]
    for _ in range(3):
        phone.press("*")
    assert phone.is_over
    assert not Admission.objects.exists()


def test_a_pound_after_the_star_at_the_menu_of_rooms_has_it_again_and_is_no_silence(second_room):
    phone = proved(cast.ANA)
    menu = "For Board meeting, press 1. For Choir practice, press 2."
    phone.press("*#")
    assert phone.heard == [menu, menu]
    phone.stay_silent()
    assert phone.heard == [f"Please choose a room. {menu}"]


def test_silence_at_the_menu_ends_in_goodbye(second_room):
    phone = proved(cast.ANA)
    phone.stay_silent()
    assert phone.heard == ["Please choose a room. For Board meeting, press 1. For Choir practice, press 2."]
    phone.stay_silent()
    phone.stay_silent()
    assert phone.heard == ["We have not heard from you. Please call again when you are ready. Goodbye."]
    assert phone.is_over


def test_more_than_five_rooms_are_chosen_by_roster_number(room, ana):
    rooms = [cast.conference(room.team, f"Room {number}") for number in range(5)]
    invitations = [cast.invite(other, ana) for other in rooms]
    phone = proved(cast.ANA)
    assert phone.heard == ["You are invited to 6 rooms. Please enter the roster number for the one that you want."]
    phone.press(invitations[3].roster_number)
    assert phone.room == room_name(cast.occurrence_of(rooms[3]))


# What is looked at again at the door


def test_a_full_room_leads_to_another_without_a_new_code(room, second_room):
    Conference.objects.filter(pk=room.pk).update(seats=2)
    proved(crowd(room, "Carl")[0])
    phone = proved(cast.ANA)
    phone.press("1")
    assert phone.heard == ["Board meeting is full. Please call again later. For Choir practice, press 1."]
    phone.press("1")
    assert phone.room == room_name(cast.occurrence_of(second_room))
    assert attempts()[-3:] == ["code sent", "full", "admitted"]


@pytest.mark.parametrize(
    ("change", "words", "outcome"),
    [
        (
            lambda room: Occurrence.objects.filter(conference=room).update(locked=True),
            "Board meeting is locked. Nobody new is let in.",
            "locked",
        ),
        (
            lambda room: Occurrence.objects.filter(conference=room).update(cancelled=True),
            "Board meeting is not open any more.",
            "doors closed",
        ),
        (
            lambda room: Conference.objects.filter(pk=room.pk).update(status="cancelled"),
            "Board meeting is not open any more.",
            "doors closed",
        ),
        (
            lambda room: Invitation.objects.filter(conference=room).delete(),
            "You are no longer on the list of Board meeting.",
            "no longer invited",
        ),
    ],
)
def test_each_refusal_after_proof_has_its_own_words(room, second_room, change, words, outcome):
    phone = proved(cast.ANA)
    change(room)
    phone.press("1")
    assert phone.heard == [f"{words} For Choir practice, press 1."]
    assert attempts()[-1] == outcome
    assert not Admission.objects.exists()


def test_doors_that_close_while_the_code_is_typed_admit_nobody(room, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    Occurrence.objects.update(closes_at=timezone.now())
    phone.press(phone.text_code())
    assert phone.heard == [f"Thank you. No room is open to you any more. {ASK_AROUND}"]
    assert (phone.is_over, Admission.objects.count()) == (True, 0)


def test_a_contact_taken_off_while_the_code_is_typed_admits_nobody(room, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    Contact.objects.filter(participant=ana).update(address="+12025550177")
    phone.press(phone.text_code())
    assert (phone.in_room, Admission.objects.count()) == (False, 0)


def test_who_was_in_before_the_room_was_locked_may_come_back(room, ana):
    proved(cast.ANA).hang_up()
    Occurrence.objects.update(locked=True)
    assert proved(cast.ANA).in_room


def test_a_moderator_may_enter_a_locked_room(room, bo):
    Occurrence.objects.update(locked=True)
    assert proved(cast.BO).in_room


# Seats


def test_one_seat_is_kept_for_a_moderator(room, bo):
    Conference.objects.filter(pk=room.pk).update(seats=3)
    numbers = crowd(room, "Carl", "Dora", "Emil")
    assert [proved(number).in_room for number in numbers[:2]] == [True, True]
    late = proved(numbers[2])
    assert late.heard == [f"Board meeting is full. Please call again later. {ASK_AROUND}"]
    assert proved(cast.BO).in_room


def test_with_a_moderator_in_the_room_every_seat_is_for_everybody(room, bo):
    Conference.objects.filter(pk=room.pk).update(seats=3)
    assert proved(cast.BO).in_room
    numbers = crowd(room, "Carl", "Dora", "Emil")
    assert [proved(number).in_room for number in numbers] == [True, True, False]


def test_a_seat_is_free_again_when_its_call_ends(room):
    Conference.objects.filter(pk=room.pk).update(seats=2)
    numbers = crowd(room, "Carl", "Dora")
    first = proved(numbers[0])
    assert not proved(numbers[1]).in_room
    first.hang_up()
    assert proved(numbers[1]).in_room


def test_a_seat_whose_hang_up_is_never_told_is_free_after_its_time_limit(room):
    """No status callback, no event: what is live is computed from the clock."""
    Conference.objects.filter(pk=room.pk).update(seats=2)
    numbers = crowd(room, "Carl", "Dora")
    proved(numbers[0])
    assert not proved(numbers[1]).in_room
    Admission.objects.update(until=timezone.now())
    assert proved(numbers[1]).in_room


# One live seat


def proved_from_elsewhere(person: Participant) -> Phone:
    """The same person, on a borrowed phone."""
    phone = Phone("+12025550151", texts=str(person.contacts.get().address))
    phone.dial()
    phone.press(Invitation.objects.get(participant=person).roster_number)
    phone.press(phone.text_code())
    return phone


def test_joining_from_another_phone_takes_the_seat_along(room, ana):
    first = proved(cast.ANA)
    second = proved_from_elsewhere(ana)
    assert second.heard == ["Thank you, Ana. You are the first."]
    assert second.in_room
    assert first.everything_heard[-1] == REPLACED
    assert first.is_over
    old, new = Admission.objects.order_by("pk")
    assert (new.replaces, new.released_at) == (old, None)
    assert old.released_at is not None
    assert attempts()[-1] == "replaced"


def test_a_moderator_who_changes_phones_does_not_end_the_room(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    listener, first = proved(cast.ANA), proved(cast.BO)
    second = proved_from_elsewhere(bo)
    assert (first.is_over, second.in_room, listener.in_room) == (True, True, True)
    assert [operation for operation, _to in asked_of_twilio()][-2:] == ["participants.update", "calls.update"]
    second.hang_up()
    assert listener.is_over


def test_an_old_leg_that_could_not_be_ended_is_ended_by_the_sweep(room, ana, caplog):
    Fault.objects.inject("calls.update", kind="timeout")
    first, second = proved(cast.ANA), proved_from_elsewhere(ana)
    assert (first.in_room, second.in_room) == (True, True)
    assert Admission.objects.filter(released_at=None).count() == 1
    call_command("sweep", stdout=StringIO())
    assert first.everything_heard[-1] == REPLACED
    assert (first.is_over, second.in_room) == (True, True)


def test_a_copy_of_the_old_calls_webhook_does_not_bring_it_back(room, ana):
    first = proved(cast.ANA)
    let_in = first.webhooks[1]
    assert "<Conference" in let_in.body
    second = proved_from_elsewhere(ana)
    body = first.replay(let_in).body
    assert "<Conference" not in body
    assert REPLACED in body
    assert second.in_room


def test_dialling_again_after_a_drop_whose_end_was_never_told_takes_the_seat(room, ana):
    first = Phone(cast.ANA)
    first.send_no_status()
    first.dial()
    first.press(first.text_code())
    second = proved(cast.ANA)
    assert second.in_room
    assert Admission.objects.filter(released_at=None).count() == 1


# Farewell


def test_a_call_that_twilio_did_not_let_in_gets_an_apology_and_one_more_try(room, ana, bo):
    blocker = proved(cast.BO)
    member = blocker.membership
    phone = Phone(cast.ANA)
    phone.dial()
    occupy_label(member, next_label())
    phone.press(phone.text_code())
    assert phone.heard == [
        "Thank you, Ana. One person is here.",
        "We are sorry, that did not work. We try once more. Thank you, Ana. One person is here.",
    ]
    assert phone.in_room
    assert attempts()[-3:] == ["admitted", "not in room", "admitted"]


def next_label() -> str:
    call = Call.objects.latest("pk")
    return f"call-{call.pk}-{call.turn + 1}"


def occupy_label(member, label: str) -> None:
    type(member).objects.filter(pk=member.pk).update(label=label)


def test_leaving_late_is_leaving_even_if_no_event_ever_came(room, ana, bo):
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
        phone, moderator = proved(cast.ANA), proved(cast.BO)
        Admission.objects.update(entered_at=None)
        clock.shift(timedelta(minutes=5))
        moderator.hang_up()
        assert phone.everything_heard[-1] == BYE_FROM_ROOM


def test_the_status_callback_ends_the_call_and_frees_the_seat(room, ana):
    phone = proved(cast.ANA)
    phone.hang_up()
    assert Admission.objects.get().released_at is not None
    assert Call.objects.get().ended_at is not None


def test_the_sweep_tidies_and_changes_nothing_that_lives(room, ana, bo):
    alive = proved(cast.BO)
    dead = Phone(cast.ANA)
    dead.send_no_status()
    dead.dial()
    Call.objects.filter(line=cast.ANA).update(rang_at=timezone.now() - timedelta(hours=2))
    output = StringIO()
    call_command("sweep", stdout=output)
    assert output.getvalue() == "Ended 1 calls, freed 0 seats, ended 0 replaced legs, forgot 0 tallies.\n"
    assert alive.in_room
    assert list(Call.objects.filter(ended_at=None).values_list("line", flat=True)) == [cast.BO]
