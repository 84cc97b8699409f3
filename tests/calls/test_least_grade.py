"""A room that asks for at least so much: a stronger way, then words."""

import pytest

from conferenceline.telephony.errors import TooBusyError, UndeliverableError
from participants.models import Conference, Contact, Grade
from tests import cast, mishaps
from tests.calls.log import attempts
from tests.phone import Phone
from verification.models import Admission, Challenge

pytestmark = pytest.mark.django_db

TOO_WEAK = "Board meeting asks for a stronger proof of who you are."
MAIL = "ana@example.com"


@pytest.fixture
def room(harbour) -> Conference:
    return cast.conference(harbour, "Board meeting", least_grade=Grade.PHONE)


@pytest.fixture
def ana(room):
    """Her mailbox comes first."""
    person = cast.person(room.team, "Ana", cast.ANA, texts=None)
    Contact.objects.create(participant=person, channel="email", address=MAIL)
    cast.invite(room, person)
    return person


@pytest.fixture
def phone() -> Phone:
    return Phone(cast.ANA)


def gets_texts(ana) -> None:
    Contact.objects.create(participant=ana, channel="sms", address=cast.ANA, position=1)


def channels() -> list[str]:
    return list(Challenge.objects.order_by("pk").values_list("channel", flat=True))


def newest_code(at: str) -> str:
    return Phone(cast.ANA, texts=at).text_code()


def test_the_strictest_room_that_is_open_rules_the_way_of_the_code(ana, phone, harbour):
    gets_texts(ana)
    cast.invite(cast.conference(harbour, "Choir"), ana)
    phone.dial()
    assert channels() == ["sms"]
    phone.press(phone.text_code())
    assert phone.hears("For Board meeting, press 1. For Choir, press 2.")


def test_without_such_a_room_the_first_contact_is_used(ana, phone, room):
    gets_texts(ana)
    Conference.objects.update(least_grade=Grade.NOTHING)
    phone.dial()
    assert channels() == ["email"]


def test_who_has_no_stronger_way_is_turned_away_with_words(ana, phone):
    phone.dial()
    phone.press(newest_code(MAIL))
    assert phone.heard == [
        f"{TOO_WEAK} If you have questions, ask whoever invited you. Goodbye.",
    ]
    assert phone.is_over
    assert attempts() == ["code sent", "too weak"]
    assert not Admission.objects.exists()


def test_the_other_rooms_stay_open_to_them(ana, phone, harbour):
    cast.invite(cast.conference(harbour, "Choir"), ana)
    phone.dial()
    phone.press(newest_code(MAIL))
    phone.press("1")
    assert phone.hears(f"{TOO_WEAK} For Choir, press 1.")
    phone.press("1")
    assert phone.in_room
    assert Admission.objects.get().assurance.grade == Grade.MAIL


def test_who_chose_a_weaker_way_is_sent_a_stronger_code_and_gets_in_with_that(ana, phone):
    gets_texts(ana)
    phone.dial()
    phone.press("*")
    phone.press("#")
    assert phone.hears("For an e-mail, press 2.")
    phone.press("2")
    phone.press(newest_code(MAIL))
    assert phone.hears(f"{TOO_WEAK} We send you another code.")
    assert phone.hears("text")
    phone.press(phone.text_code())
    assert phone.in_room
    assert channels()[:2] == ["sms", "email"]
    seat = Admission.objects.get()
    assert (seat.channel, seat.to_calling_line, seat.assurance.grade) == ("sms", True, Grade.PHONE)


@pytest.fixture
def choir(ana, harbour) -> Conference:
    """Open at the same time, to every proof."""
    other = cast.conference(harbour, "Choir")
    cast.invite(other, ana)
    return other


@pytest.fixture
def proved(ana, phone) -> Phone:
    """By mail: that she has a mobile is put into the book only while she types."""
    phone.dial()
    gets_texts(ana)
    phone.press(newest_code(MAIL))
    return phone


def gets_into_the_choir_by_mail(phone: Phone) -> bool:
    assert phone.hears("We cannot send a code that way now. For Choir, press 1.")
    phone.press("1")
    seat = Admission.objects.get()
    return phone.in_room and (seat.occurrence.conference.title, seat.channel) == ("Choir", "email")


def test_the_stronger_code_leads_to_the_room_that_was_chosen(choir, proved):
    proved.press("1")
    assert proved.hears(f"{TOO_WEAK} We send you another code.")
    proved.press(proved.text_code())
    assert proved.in_room
    assert Admission.objects.get().occurrence.conference.title == "Board meeting"


@pytest.mark.parametrize("fault", [UndeliverableError, TooBusyError])
def test_where_no_stronger_code_can_be_sent_the_other_room_stays_open(choir, proved, fault):
    mishaps.meets("verify.send", fault)
    mishaps.meets("verify.send", fault)  # again, where it is tried again
    proved.press("1")
    assert gets_into_the_choir_by_mail(proved)


def test_a_stronger_code_over_the_limit_leaves_the_other_room_open(choir, proved, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "0/600"}
    proved.press("1")
    assert gets_into_the_choir_by_mail(proved)


def test_where_there_is_no_other_room_it_ends_in_words(ana, phone, settings):
    phone.dial()
    gets_texts(ana)
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "0/600"}
    phone.press(newest_code(MAIL))
    assert phone.heard == [
        f"{TOO_WEAK} We send you another code.",
        "We cannot send a code that way now. If you have questions, ask whoever invited you. Goodbye.",
    ]
    assert phone.is_over
    assert not Admission.objects.exists()


def test_a_text_in_a_call_whose_number_may_be_forged_is_worth_a_mail(ana, phone):
    gets_texts(ana)
    phone.is_attested("failed")
    phone.dial()
    assert channels() == ["email"]  # none reaches: their own order stands
    phone.press(newest_code(MAIL))
    assert phone.hears(TOO_WEAK)
    assert not phone.in_room


def test_no_attestation_does_nothing_and_the_best_does_not_raise(ana, phone, room):
    Conference.objects.update(least_grade=Grade.MAIL)
    phone.is_attested("failed")
    phone.dial()
    phone.press(newest_code(MAIL))
    assert phone.hears("asks for a stronger proof")
    Conference.objects.update(least_grade=Grade.PHONE)
    vouched = Phone(cast.ANA)
    vouched.is_attested("A")
    vouched.dial()
    vouched.press(newest_code(MAIL))
    assert vouched.hears("asks for a stronger proof")
    Conference.objects.update(least_grade=Grade.MAIL)
    silent = Phone(cast.ANA)
    silent.dial()
    silent.press(newest_code(MAIL))
    assert silent.in_room
    assert Admission.objects.get().assurance.words == "a code by e-mail"


def test_a_stricter_conference_in_mid_call_is_looked_at_again_at_the_door(ana, phone, room):
    Conference.objects.update(least_grade=Grade.NOTHING)
    phone.dial()
    Conference.objects.update(least_grade=Grade.PHONE)
    phone.press(newest_code(MAIL))
    assert not phone.in_room


def test_of_two_with_one_mailbox_the_one_who_says_so_proves_it_by_their_own_telephone(room):
    landline, dora, emil = "+12025550160", "+12025550161", "+12025550162"
    for name, mobile in (("Dora", dora), ("Emil", emil)):
        person = cast.person(room.team, name, landline, texts=mobile)
        cast.mailbox(person, MAIL)
        cast.invite(room, person)
    phone = Phone(landline, texts=emil)
    phone.dial()
    phone.press(newest_code(MAIL))
    phone.press("2")
    assert phone.hears(f"{TOO_WEAK} We send you another code.")
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Emil. You are the first."]
    assert channels() == ["email", "sms"]


def test_who_has_no_way_of_their_own_may_still_come_in_as_the_other(room):
    landline, dora = "+12025550160", "+12025550161"
    for name, mobile in (("Dora", dora), ("Emil", None)):
        person = cast.person(room.team, name, landline, texts=mobile)
        cast.mailbox(person, MAIL)
        cast.invite(room, person)
    phone = Phone(landline, texts=dora)
    phone.dial()
    phone.press(newest_code(MAIL))
    phone.press("2")
    assert phone.heard == [f"{TOO_WEAK} For Board meeting, press 1."]
    phone.press("1")
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Dora. You are the first."]
