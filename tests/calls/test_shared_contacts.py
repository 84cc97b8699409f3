"""People who share a line or a contact: whom the code reaches, who is offered which room, and who is not."""

import pytest

from participants.models import Participant
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Admission, Challenge

pytestmark = pytest.mark.django_db

LANDLINE, MOBILE = "+12025550160", "+12025550161"


def proved(number: str, **how: object) -> Phone:
    """Somebody who has dialled and typed the right code."""
    phone = Phone(number, **how)
    phone.dial()
    phone.press(phone.text_code())
    return phone


@pytest.fixture
def dora(room) -> Participant:
    """Calls from the landline, and gets texts on the mobile."""
    person = cast.person(room.team, "Dora", LANDLINE, texts=MOBILE)
    cast.invite(room, person)
    return person


def test_who_shares_a_line_and_has_no_contact_keeps_nobody_from_being_texted(room, dora):
    cast.invite(room, cast.person(room.team, "Fay", LANDLINE, texts=None))
    phone = Phone(LANDLINE, texts=MOBILE)
    phone.dial()
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Dora. You are the first."]


def test_who_shares_a_contact_and_calls_from_elsewhere_is_not_in_the_menu(room, dora):
    """The code proves the mobile; the line says that it is Dora who calls."""
    cast.invite(room, cast.person(room.team, "Emil", "+12025550162", texts=MOBILE))
    assert proved(LANDLINE, texts=MOBILE).heard == ["Thank you, Dora. You are the first."]
    assert Admission.objects.get().participant == dora


def test_of_two_people_on_one_line_only_those_with_something_open_count(room, dora, harbour):
    cast.person(harbour, "Emil", LANDLINE, texts="+12025550162")
    assert proved(LANDLINE, texts=MOBILE).heard == ["Thank you, Dora. You are the first."]


def test_people_who_share_their_second_contact_get_the_code_there(room):
    for name, own in (("Dora", "+12025550163"), ("Emil", "+12025550164")):
        person = cast.person(room.team, name, LANDLINE, texts=own)
        person.contacts.create(address=MOBILE, position=1)
        cast.invite(room, person)
    phone = proved(LANDLINE, texts=MOBILE)
    assert phone.heard == ["For Board meeting as Dora, press 1. For Board meeting as Emil, press 2."]
    assert asked_of_twilio() == [("verify.send", MOBILE), ("verify.check", "")]


def test_three_on_a_line_of_whom_two_share_a_contact_key_the_roster_number(room, dora):
    cast.invite(room, cast.person(room.team, "Emil", LANDLINE, texts=MOBILE))
    cast.invite(room, cast.person(room.team, "Fritz", LANDLINE, texts="+12025550165"))
    phone = Phone(LANDLINE)
    phone.dial()
    assert (phone.heard, asked_of_twilio(), attempts()) == ([ASKED_WHO], [], ["shared line"])


@pytest.mark.parametrize("number", [f"client:{cast.ANA}", f"sip:{cast.ANA}", f"tel:{cast.ANA}", f"whatsapp:{cast.ANA}"])
def test_an_address_that_holds_a_listed_number_is_not_taken_for_its_owner(ana, number):
    phone = Phone(number)
    phone.dial()
    assert (phone.heard, asked_of_twilio(), attempts()) == ([ASKED_WHO], [], ["withheld line"])


# A proof that does not last


@pytest.fixture
def at_the_menu(room, dora) -> Phone:
    """Dora has typed the code, and may choose between two rooms."""
    cast.invite(cast.conference(room.team, "Choir practice"), dora)
    phone = proved(LANDLINE, texts=MOBILE)
    assert phone.heard == ["For Board meeting, press 1. For Choir practice, press 2."]
    return phone


def test_without_an_approved_code_no_room_is_read_out(at_the_menu):
    Challenge.objects.update(state=Challenge.State.CANCELLED)
    at_the_menu.press("7")
    assert at_the_menu.heard == [REFUSAL]
    assert not Admission.objects.exists()


def test_who_has_moved_to_another_teams_book_is_not_let_in_by_the_menu(at_the_menu, dora):
    Participant.objects.filter(pk=dora.pk).update(team=cast.team("Harvest"))
    at_the_menu.press("1")
    assert at_the_menu.heard == [
        "You are no longer on the list of Board meeting. If you have questions, ask whoever invited you. Goodbye."
    ]
    assert not Admission.objects.exists()


def test_an_invitation_that_was_given_to_somebody_else_lets_nobody_in_by_the_menu(room, at_the_menu):
    room.invitations.update(participant=cast.person(room.team, "Zoe", "+12025550166"))
    at_the_menu.press("1")
    assert at_the_menu.heard == ["You are no longer on the list of Board meeting. For Choir practice, press 1."]
    assert not Admission.objects.exists()
