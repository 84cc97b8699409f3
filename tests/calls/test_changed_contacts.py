"""A contact that an organizer changes while its owner is in a call: the code that was sent proves nothing any more."""

import pytest

from participants.models import Contact, Occurrence, Passcode, Policy
from sandbox.models import Message
from tests import cast
from tests.calls.log import asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Admission

pytestmark = pytest.mark.django_db

NEW, MAILBOX = "+12025550177", "ana@example.com"
CHANGED = "Your contact was changed during this call."
ANOTHER = f"{CHANGED} We send you another code."
ENTER = "Enter the code. For a new one, press star, then pound."
ASK_FOR_HELP = f"{CHANGED} Please ask whoever invited you for help. Goodbye."


@pytest.fixture
def phone(room, ana) -> Phone:
    """Ana, who is asked for the code in her text."""
    dialled = Phone(cast.ANA)
    dialled.dial()
    return dialled


def newest_code() -> str:
    return Message.objects.latest("pk").code


def test_a_changed_number_gets_a_code_of_its_own_in_the_same_call(phone, ana):
    ana.contacts.update(address=NEW)
    phone.press(phone.text_code())
    assert phone.heard == [ANOTHER, f"We have sent you a text with a 6 digit code. {ENTER}"]
    assert not Admission.objects.exists()
    phone.press(newest_code())
    assert phone.in_room
    assert [to for what, to in asked_of_twilio() if what == "verify.send"] == [cast.ANA, NEW]
    assert attempts() == ["code sent", "contact changed", "code sent", "admitted"]


def test_the_code_at_the_old_number_is_not_right_a_second_time(phone, ana):
    ana.contacts.update(address=NEW)
    old = phone.text_code()
    phone.press(old)
    phone.press(old)
    assert phone.hears("That is not the code.")
    assert not Admission.objects.exists()


def test_another_way_in_place_of_the_one_that_was_removed_is_used(phone, ana):
    ana.contacts.all().delete()
    cast.mailbox(ana, MAILBOX)
    phone.press(phone.text_code())
    assert phone.heard == [ANOTHER, f"We have sent you an e-mail with a 6 digit code. {ENTER}"]
    phone.press(newest_code())
    assert phone.in_room


def test_an_app_in_place_of_the_number_is_asked_for_its_code(phone, ana):
    ana.contacts.all().delete()
    app = cast.app(ana)
    phone.press(phone.text_code())
    assert phone.heard == [CHANGED, "Please enter the 6 digit code that your authenticator app shows now."]
    phone.press(app.code())
    assert phone.in_room


def test_whose_only_contact_was_removed_is_told_whom_to_ask(phone, ana):
    ana.contacts.all().delete()
    phone.press(phone.text_code())
    assert phone.heard == [ASK_FOR_HELP]
    assert (phone.is_over, Admission.objects.count()) == (True, 0)
    assert attempts() == ["code sent", "contact changed"]


def test_at_the_menu_of_rooms_it_is_said_too_and_leads_to_the_menu_again(phone, room, ana):
    cast.invite(cast.conference(room.team, "Other"), ana)
    phone.press(phone.text_code())
    ana.contacts.update(address=NEW)
    phone.press("1")
    assert phone.heard == [ANOTHER, f"We have sent you a text with a 6 digit code. {ENTER}"]
    phone.press(newest_code())
    assert phone.heard == ["For Board meeting, press 1. For Other, press 2."]
    phone.press("1")
    assert phone.in_room


def test_a_passcode_that_was_typed_meanwhile_is_not_asked_for_again(room, ana):
    room.admission = Policy.CODE_AND_PASSCODE
    room.save()
    passcode = Passcode.objects.make(room)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    ana.contacts.update(address=NEW)
    phone.press(passcode)
    assert phone.hears(ANOTHER)
    phone.press(newest_code())
    assert phone.in_room


def test_over_the_limit_of_the_new_number_no_code_goes_there(phone, ana, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "0/600"}
    ana.contacts.update(address=NEW)
    phone.press(phone.text_code())
    assert phone.heard == [ANOTHER, "We can send no more codes now. Please call again later. Goodbye."]
    assert (phone.is_over, Admission.objects.count()) == (True, 0)
    assert attempts() == ["code sent", "contact changed", "over limit"]


def test_where_the_doors_have_closed_too_nothing_is_said_of_the_contact(phone, ana):
    ana.contacts.update(address=NEW)
    Occurrence.objects.update(cancelled=True)
    phone.press(phone.text_code())
    assert phone.hears("Thank you. No room is open to you any more.")


def test_who_shares_the_line_and_whose_room_is_open_has_no_contact_that_was_changed(room):
    """Only the caller's own contact counts: what another on the line has proves nothing, and is not asked for again."""
    other = cast.conference(room.team, "Other")
    abe, bea = (cast.person(room.team, name, "+12025550161") for name in ("Abe", "Bea"))
    cast.invite(other, abe)
    cast.invite(room, bea)
    phone = Phone("+12025550161")
    phone.dial()
    Contact.objects.filter(participant=bea).update(address=NEW)
    Occurrence.objects.filter(conference=other).update(cancelled=True)
    phone.press(phone.text_code())
    assert phone.hears("Thank you. No room is open to you any more.")
