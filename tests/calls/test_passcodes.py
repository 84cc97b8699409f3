"""A passcode, beside the code or alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from participants.models import Conference, Invitation, Passcode, Policy
from sandbox.models import Message, Verification
from tests import cast
from tests.calls.log import REFUSAL, attempts, wrong
from tests.phone import Phone
from verification.door import Wanted, admit
from verification.models import Admission, Attempt, Call, Tally

pytestmark = pytest.mark.django_db

Outcome = Attempt.Outcome
CHOIR = "Choir of the harbour"


@pytest.fixture
def choir(harbour) -> Conference:
    """Open to whoever knows its passcode."""
    return cast.conference(harbour, CHOIR, admission=Policy.PASSCODE, starts_with=Conference.StartsWith.ANYONE)


@pytest.fixture
def passcode(choir) -> str:
    return Passcode.objects.make(choir)


@pytest.fixture
def stranger() -> Phone:
    return Phone(cast.STRANGER)


def comes_in(phone: Phone, room: Conference, passcode: str) -> None:
    phone.dial()
    phone.press(room.number)
    phone.press(passcode)


def test_whoever_knows_number_and_passcode_gets_in_as_a_participant_whom_nobody_knows(choir, passcode, stranger):
    stranger.dial()
    assert stranger.heard == ["Welcome. Please enter the roster number from your invitation, or a conference number."]
    stranger.press(choir.number)
    assert stranger.heard == ["Please enter the passcode."]
    stranger.press(passcode)
    assert stranger.heard == ["Thank you. You are the first."]
    assert stranger.in_room
    seat = Admission.objects.get()
    assert (seat.participant, seat.invitation, seat.role) == (None, None, Invitation.Role.PARTICIPANT)
    assert (seat.channel, seat.challenge, seat.passcode) == (Admission.PASSCODE, None, True)
    assert str(seat).startswith("a caller with the passcode in Choir of the harbour")
    assert attempts() == [Outcome.UNKNOWN_LINE, Outcome.BY_PASSCODE]
    assert not Message.objects.exists()
    assert not Verification.objects.exists()


def test_before_the_passcode_is_right_no_private_word_is_spoken(choir, passcode, stranger):
    comes_in(stranger, choir, wrong(passcode))
    assert stranger.heard == ["That is not the passcode. Please enter it again."]
    stranger.press(wrong(passcode))
    assert stranger.heard == ["That is not right either. Please enter the passcode once more. This is the last try."]
    stranger.press(wrong(passcode))
    assert stranger.heard == ["That is not the passcode. Please ask whoever invited you for it. Goodbye."]
    assert stranger.is_over
    assert CHOIR not in " ".join(stranger.everything_heard)
    assert not Admission.objects.exists()
    assert attempts() == [Outcome.UNKNOWN_LINE, *[Outcome.WRONG_PASSCODE] * 3]
    tries = Attempt.objects.filter(outcome=Outcome.WRONG_PASSCODE)
    assert {attempt.occurrence for attempt in tries} == {cast.occurrence_of(choir)}  # so that the team sees them


def test_silence_and_too_few_digits_spend_no_try(choir, passcode, stranger):
    stranger.dial()
    stranger.press(choir.number)
    stranger.stay_silent()
    assert stranger.heard == ["The passcode has 6 digits. You got it from whoever invited you. Please enter it."]
    stranger.press("12#")
    assert stranger.heard == ["The passcode has 6 digits. Please enter them all."]
    stranger.press(passcode)
    assert stranger.in_room


def test_the_number_of_a_conference_that_asks_for_a_code_opens_nothing(choir, passcode, stranger):
    choir.admission = Policy.CODE
    choir.save()
    stranger.dial()
    stranger.press(choir.number)
    assert stranger.hears("We do not find that number.")
    assert Call.objects.get().wanted == []


def test_the_number_of_a_conference_opens_nothing_before_the_doors_do(harbour, stranger):
    cast.conference(harbour, "Now")
    later = cast.conference(harbour, CHOIR, timezone.now() + timedelta(hours=5), admission=Policy.PASSCODE)
    Passcode.objects.make(later)
    stranger.dial()
    stranger.press(later.number)
    assert stranger.hears("We do not find that number.")


def test_a_policy_changed_in_mid_call_lets_nobody_in_on_the_passcode(choir, passcode, stranger):
    stranger.dial()
    stranger.press(choir.number)
    Conference.objects.filter(pk=choir.pk).update(admission=Policy.CODE_AND_PASSCODE)
    stranger.press(passcode)
    assert stranger.hears("That is not the passcode.")
    assert not Admission.objects.exists()


def test_a_passcode_made_anew_makes_the_old_one_void_at_once(choir, passcode, stranger):
    anew = Passcode.objects.make(choir, wrong(passcode))
    comes_in(stranger, choir, passcode)
    assert stranger.hears("That is not the passcode.")
    stranger.press(anew)
    assert stranger.in_room


def test_a_passcode_of_another_conference_opens_nothing(choir, passcode, harbour, stranger):
    dance = cast.conference(harbour, "Dance", admission=Policy.PASSCODE)
    Passcode.objects.make(dance, wrong(passcode))
    comes_in(stranger, dance, passcode)
    assert stranger.hears("That is not the passcode.")


def test_without_a_passcode_made_nobody_gets_in(choir, stranger):
    comes_in(stranger, choir, "000000")
    assert stranger.hears("That is not the passcode.")
    assert not Admission.objects.exists()


def test_callers_without_a_name_take_a_seat_each(choir, passcode):
    choir.seats = 3  # one is kept for a moderator
    choir.save()
    phones = [Phone(f"+1202555014{n}") for n in range(3)]
    for phone in phones:
        comes_in(phone, choir, passcode)
    assert [phone.in_room for phone in phones] == [True, True, False]
    assert phones[1].hears("One person is here.")
    assert phones[2].hears("Choir of the harbour is full. Please call again later.")
    assert Admission.objects.live(timezone.now()).count() == 2


def test_people_of_the_roster_count_for_whoever_comes_with_the_passcode(choir, passcode, harbour, stranger):
    cast.invite(choir, cast.person(harbour, "Ana", cast.ANA))
    named = Phone(cast.ANA)
    named.dial()
    named.press(named.text_code())
    comes_in(stranger, choir, passcode)
    assert stranger.heard == ["Thank you. One person is here."]


def test_a_locked_room_lets_nobody_in_on_the_passcode(choir, passcode, stranger):
    choir.occurrences.update(locked=True)
    comes_in(stranger, choir, passcode)
    assert stranger.hears("Choir of the harbour is locked. Nobody new is let in.")
    assert not stranger.in_room


def test_who_is_on_the_roster_gets_in_by_code_with_their_role(choir, passcode, harbour):
    bo = cast.person(harbour, "Bo", cast.BO)
    cast.invite(choir, bo, role=Invitation.Role.MODERATOR)
    phone = Phone(cast.BO)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    assert (Admission.objects.get().role, Admission.objects.get().channel) == (Invitation.Role.MODERATOR, "sms")


def test_one_line_can_guess_only_so_often(choir, passcode, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_passcodes_per_line": "4/3600"}
    for _call in range(2):
        phone = Phone(cast.STRANGER)
        comes_in(phone, choir, wrong(passcode))
        phone.press(wrong(passcode))
        phone.hang_up()
    phone = Phone(cast.STRANGER)
    comes_in(phone, choir, passcode)
    assert phone.heard == [REFUSAL]
    assert attempts()[-1] == Outcome.OVER_LIMIT
    elsewhere = Phone("+12025550141")
    comes_in(elsewhere, choir, passcode)
    assert elsewhere.in_room


def test_all_lines_together_can_guess_only_so_often_at_one_conference(choir, passcode, harbour, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_passcodes_per_conference": "2/600"}
    dance = cast.conference(harbour, "Dance", admission=Policy.PASSCODE)
    for n in range(2):
        comes_in(Phone(f"+1202555014{n}"), choir, wrong(passcode))
    phone = Phone(cast.STRANGER)
    comes_in(phone, choir, passcode)
    assert phone.heard == [REFUSAL]
    elsewhere = Phone("+12025550145")
    comes_in(elsewhere, dance, Passcode.objects.make(dance))
    assert elsewhere.in_room


def test_the_right_passcode_costs_no_try(choir, passcode, stranger):
    comes_in(stranger, choir, wrong(passcode))
    stranger.press(passcode)
    assert stranger.in_room
    hits = dict(Tally.objects.filter(key__startswith="wrong_passcodes").values_list("key", "hits"))
    assert hits == {
        f"wrong_passcodes_per_line {cast.STRANGER}": 1,
        f"wrong_passcodes_per_conference {choir.pk}": 1,
    }


def test_after_the_code_the_passcode_is_asked_for_once_the_room_is_known(room, ana):
    room.admission = Policy.CODE_AND_PASSCODE
    room.save()
    passcode = Passcode.objects.make(room)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.heard == ["Please enter the passcode."]
    phone.press(wrong(passcode))
    assert phone.heard == ["That is not the passcode. Please enter it again."]
    phone.press(passcode)
    assert phone.hears("Thank you, Ana. You are the first.")
    assert phone.in_room
    seat = Admission.objects.get()
    assert (seat.channel, seat.passcode, seat.participant) == ("sms", True, ana)
    assert attempts() == [Outcome.CODE_SENT, Outcome.WRONG_PASSCODE, Outcome.ADMITTED]


def test_of_two_rooms_only_the_one_with_a_passcode_asks_for_it(room, ana, harbour):
    choir = cast.conference(harbour, CHOIR, admission=Policy.CODE_AND_PASSCODE)
    cast.invite(choir, ana)
    passcode = Passcode.objects.make(choir)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.heard == ["For Board meeting, press 1. For Choir of the harbour, press 2."]
    phone.press("2")
    assert phone.heard == ["Please enter the passcode."]
    phone.press(passcode)
    assert phone.in_room
    other_phone = Phone(cast.ANA)
    phone.hang_up()
    other_phone.dial()
    other_phone.press(other_phone.text_code())
    other_phone.press("1")
    assert other_phone.in_room


def test_a_passcode_made_anew_between_typing_and_the_door_is_asked_for_again(room, ana, harbour):
    """A full room, then its seat is free: the passcode that was typed meanwhile is not the conference's any more."""
    room.admission = Policy.CODE_AND_PASSCODE
    room.save()
    old = Passcode.objects.make(room)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    phone.press(old)
    assert phone.in_room
    Passcode.objects.make(room, wrong(old))
    Admission.objects.update(released_at=timezone.now())
    call = Call.objects.get()
    with_old = admit(call, Invitation.objects.get().pk, cast.occurrence_of(room).pk)
    assert with_old is Wanted.PASSCODE


def test_who_is_known_and_guesses_too_often_is_told_so(room, ana, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_passcodes_per_line": "1/3600"}
    room.admission = Policy.CODE_AND_PASSCODE
    room.save()
    passcode = Passcode.objects.make(room)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    phone.press(wrong(passcode))
    phone.press(passcode)
    assert phone.heard == ["We can check no more passcodes now. Please call again later. Goodbye."]


def test_a_passcode_is_nowhere_but_as_a_hash(choir, stranger):
    passcode = Passcode.objects.make(choir, "314159")
    comes_in(stranger, choir, passcode)
    kept = str(list(Passcode.objects.values())) + str(list(Call.objects.values())) + str(list(Attempt.objects.values()))
    assert passcode not in kept
    assert Passcode.objects.get().digest.startswith("pbkdf2_sha256$")


def test_the_hash_is_of_no_use_without_the_key(choir, settings):
    passcode = Passcode.objects.make(choir)
    kept = Passcode.objects.get()
    assert kept.matches(passcode)
    settings.SECRET_KEY = "another " + "x" * 50
    assert not kept.matches(passcode)
