"""Callers whose line does not say who they are, or says it of several, or of nobody."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Invitation, Occurrence
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission, Attempt

pytestmark = pytest.mark.django_db

OTHER_PHONE = "+12025550150"


def test_a_stranger_is_asked_for_a_roster_number_and_gets_no_text(ana):
    phone = Phone(cast.STRANGER)
    phone.dial()
    assert phone.heard == [ASKED_WHO]
    for _ in range(3):
        phone.press("10000000")
    assert phone.heard == [REFUSAL]
    assert phone.is_over
    assert asked_of_twilio() == []
    assert attempts() == ["unknown line"] + ["wrong roster number"] * 3


def test_when_nothing_is_open_everybody_hears_one_sentence(harbour):
    tomorrow = cast.conference(harbour, "Tomorrow", starts=timezone.now() + timedelta(days=1))
    cast.invite(tomorrow, cast.person(harbour, "Ana", cast.ANA))
    for number in (cast.ANA, cast.STRANGER):
        phone = Phone(number)
        phone.dial()
        assert (phone.heard, phone.is_over) == ([REFUSAL], True)
    withheld = Phone.withheld()
    withheld.dial()
    assert withheld.heard == [REFUSAL]
    assert asked_of_twilio() == []
    assert attempts() == ["nothing open"] * 3


def test_a_listed_line_with_nothing_open_sounds_like_an_unlisted_one(room, ana):
    tomorrow = cast.conference(room.team, "Tomorrow", starts=timezone.now() + timedelta(days=1))
    cast.invite(tomorrow, cast.person(room.team, "Dora", OTHER_PHONE))
    listed, unlisted = Phone(OTHER_PHONE), Phone(cast.STRANGER)
    for phone in (listed, unlisted):
        phone.dial()
        phone.press("10000000")
    assert listed.everything_heard == unlisted.everything_heard
    assert asked_of_twilio() == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": Conference.Status.DRAFT},
        {"status": Conference.Status.CANCELLED},
    ],
)
def test_a_conference_that_is_not_on_lets_nobody_in(room, ana, change):
    Conference.objects.filter(pk=room.pk).update(**change)
    phone = Phone(cast.ANA)
    phone.dial()
    assert (phone.heard, asked_of_twilio()) == ([REFUSAL], [])


@pytest.mark.parametrize("number", ["+266696687", "anonymous", "", "client:ana", "sip:ana@example.com"])
def test_a_caller_whose_line_says_nothing_keys_the_roster_number(room, ana, number):
    phone = Phone(number, texts=cast.ANA)
    phone.dial()
    assert phone.heard == [ASKED_WHO]
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert phone.heard == [ASKED_FOR_CODE.removeprefix("Welcome. ")]
    phone.press(phone.text_code())
    assert phone.room == room_name(cast.occurrence_of(room))
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]
    assert attempts() == ["withheld line", "code sent", "admitted"]
    assert Admission.objects.get().assurance.words == "a code by text"  # whether to this phone, nobody knows


def test_a_sip_caller_who_shows_a_listed_number_is_not_taken_for_its_owner(ana):
    phone = Phone(f"sip:{cast.ANA}@example.com;user=phone")
    phone.dial()
    assert phone.heard == [ASKED_WHO]


def test_from_a_borrowed_phone_the_code_goes_to_the_contact_on_file(room, ana):
    borrowed = Phone(OTHER_PHONE, texts=cast.ANA)
    borrowed.dial()
    borrowed.press(Invitation.objects.get(participant=ana).roster_number)
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    borrowed.press(borrowed.text_code())
    assert borrowed.in_room
    assert Admission.objects.get().assurance.words == "a code by text to another number than the calling one"


def test_whoever_borrows_a_members_phone_does_not_get_the_code_of_another(room, ana, bo):
    """Bo's roster number, keyed on Ana's phone: the code goes to Bo, and Ana's phone never shows it."""
    phone = Phone.withheld(texts=cast.ANA)
    phone.dial()
    phone.press(Invitation.objects.get(participant=bo).roster_number)
    assert asked_of_twilio() == [("verify.send", cast.BO)]
    assert phone.messages == []


def test_a_role_belongs_to_the_invitation_and_holds_from_any_line(room, bo):
    phone = Phone(OTHER_PHONE, texts=cast.BO)
    phone.dial()
    phone.press(Invitation.objects.get(participant=bo).roster_number)
    phone.press(phone.text_code())
    assert phone.membership.start_on_enter
    assert Admission.objects.get().role == "moderator"


def test_a_couple_behind_one_landline_with_different_contacts_keys_the_roster_number(room):
    landline = "+12025550160"
    dora = cast.person(room.team, "Dora", landline, texts="+12025550161")
    emil = cast.person(room.team, "Emil", landline, texts="+12025550162")
    for person in (dora, emil):
        cast.invite(room, person)
    phone = Phone(landline, texts="+12025550162")
    phone.dial()
    assert phone.heard == [ASKED_WHO]
    assert asked_of_twilio() == []
    phone.press(Invitation.objects.get(participant=emil).roster_number)
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Emil. You are the first."]
    assert attempts() == ["shared line", "code sent", "admitted"]


def test_a_couple_with_one_contact_gets_one_code_and_then_says_who(room):
    landline, mobile = "+12025550160", "+12025550161"
    for name in ("Dora", "Emil"):
        cast.invite(room, cast.person(room.team, name, landline, texts=mobile))
    phone = Phone(landline, texts=mobile)
    phone.dial()
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    assert phone.heard == ["For Board meeting as Dora, press 1. For Board meeting as Emil, press 2."]
    phone.press("2")
    assert phone.heard == ["Thank you, Emil. You are the first."]
    assert asked_of_twilio() == [("verify.send", mobile), ("verify.check", "")]


def test_one_person_in_two_teams_books_gets_one_code_and_chooses_the_room(room, ana):
    harvest = cast.team("Harvest")
    other = cast.conference(harvest, "Harvest round")
    cast.invite(other, cast.person(harvest, "Ana B.", cast.ANA))
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.heard == [
        "For Board meeting of Harbour as Ana, press 1. For Harvest round of Harvest as Ana B., press 2."
    ]
    phone.press("2")
    assert phone.room == room_name(cast.occurrence_of(other))


def test_an_invitation_across_teams_counts_for_nothing(room):
    """It can only come about by a fault of ours; the line must not believe it."""
    stranger = cast.person(cast.team("Harvest"), "Zoe", "+12025550170")
    cast.invite(room, stranger)
    phone = Phone("+12025550170")
    phone.dial()
    assert phone.heard == [ASKED_WHO]
    assert asked_of_twilio() == []


def test_somebody_without_a_contact_is_refused_like_a_stranger(room):
    cast.invite(room, cast.person(room.team, "Fay", "+12025550171", texts=None))
    phone = Phone("+12025550171")
    phone.dial()
    assert (phone.heard, phone.is_over) == ([REFUSAL], True)
    assert attempts() == ["no contact"]


def test_the_code_goes_to_the_first_contact_in_the_persons_order(room, ana):
    Contact.objects.filter(participant=ana).update(position=2)
    Contact.objects.create(participant=ana, address="+12025550172", position=1)
    phone = Phone(cast.ANA, texts="+12025550172")
    phone.dial()
    assert asked_of_twilio() == [("verify.send", "+12025550172")]


def test_a_line_that_is_taken_off_the_list_finds_nobody(room, ana):
    CallingLine.objects.filter(participant=ana).delete()
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.heard == [ASKED_WHO]


def test_where_the_line_asks_for_no_roster_numbers_strangers_hear_the_refusal(settings, ana):
    settings.LINE_OFFERS_ROSTER_NUMBER = False
    for phone in (Phone(cast.STRANGER), Phone.withheld()):
        phone.dial()
        assert (phone.heard, phone.is_over) == ([REFUSAL], True)
    assert attempts() == ["unknown line", "withheld line"]


def test_roster_numbers_are_asked_for_again_in_other_words(ana):
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.press("10000000")
    assert phone.heard == ["We do not find that number. Please enter the 8 digits from your invitation again."]
    phone.press("10000001")
    assert phone.heard == [
        "We do not find that one either. Please check the date in your invitation, and enter the number again."
    ]
    phone.press("10000002")
    assert phone.heard == [REFUSAL]


def test_a_partial_roster_number_spends_no_try(room, ana):
    phone = Phone(cast.STRANGER, texts=cast.ANA)
    phone.dial()
    for keys in ("123#", "1*3#", "1234567#"):
        phone.press(keys)
        assert phone.heard == ["The roster number has 8 digits. Please enter them all."]
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert phone.heard == [ASKED_FOR_CODE.removeprefix("Welcome. ")]


def test_silence_before_the_roster_number_ends_in_goodbye(ana):
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.stay_silent()
    assert phone.heard == ["The roster number has 8 digits. You find it in your invitation. Please enter it."]
    phone.stay_silent()
    assert phone.heard == ["To be connected, enter the roster number from your invitation now."]
    phone.stay_silent()
    assert phone.heard == ["We have not heard from you. Please call again when you are ready. Goodbye."]
    assert phone.is_over
    assert attempts() == ["unknown line", "gave up"]


def test_a_roster_number_counts_only_while_its_doors_are_open(room, ana, harbour):
    tomorrow = cast.conference(harbour, "Tomorrow", starts=timezone.now() + timedelta(days=1))
    early = cast.invite(tomorrow, ana)
    phone = Phone.withheld(texts=cast.ANA)
    phone.dial()
    phone.press(early.roster_number)
    assert phone.heard == ["We do not find that number. Please enter the 8 digits from your invitation again."]
    assert asked_of_twilio() == []
    assert Attempt.objects.filter(outcome="wrong roster number").count() == 1


def test_a_cancelled_date_texts_nobody_and_sounds_like_no_invitation(room, ana):
    cast.conference(room.team, "Other")
    Occurrence.objects.filter(conference=room).update(cancelled=True)
    phone = Phone(cast.ANA)
    phone.dial()
    assert (phone.heard, asked_of_twilio()) == ([ASKED_WHO], [])
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert phone.heard == ["We do not find that number. Please enter the 8 digits from your invitation again."]
    assert asked_of_twilio() == []


def test_a_stranger_is_asked_who_they_are_exactly_while_some_doors_are_open(room):
    date = cast.occurrence_of(room)
    moments = [
        (date.opens_at - timedelta(seconds=1), REFUSAL),
        (date.opens_at, ASKED_WHO),
        (date.closes_at - timedelta(seconds=1), ASKED_WHO),
        (date.closes_at, REFUSAL),
    ]
    for moment, words in moments:
        with time_machine.travel(moment, tick=False):
            phone = Phone(cast.STRANGER)
            phone.dial()
            assert phone.heard == [words]
