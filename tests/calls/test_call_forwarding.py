"""The calls to a number go elsewhere: no code is spoken there, where a conference wants to know."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conferenceline.tasks import every_minute
from participants.models import Contact
from sandbox.models import Fault, Forwarding
from tests import cast
from tests.calls.log import REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.number_checks import ask_due

pytestmark = pytest.mark.django_db

MOBILE = "+442079460123"  # of Ana's, from which she does not call
ASKED = ("lookups.fetch", "")
CALLED = ("verify.send", MOBILE)


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.LOOKUP_CALL_FORWARDING = True
    settings.ALLOWED_COUNTRIES = ["US", "GB"]


@pytest.fixture
def board(room, ana):
    ana.contacts.update(channel="call", address=MOBILE)
    room.checks_numbers = True
    room.save()
    return room


def forward() -> None:
    Forwarding.objects.create(number=MOBILE)


def dialled(texts: str = MOBILE) -> Phone:
    phone = Phone(cast.ANA, texts=texts)
    phone.dial()
    return phone


def test_a_code_goes_by_text_while_the_calls_are_forwarded_and_is_spoken_again_afterwards(board, ana, time_machine):
    Contact.objects.create(participant=ana, channel="sms", address=MOBILE, position=1)
    forward()
    every_minute.call_local()
    phone = dialled()
    assert phone.hears("We have sent you a text")
    assert attempts() == ["forwarded", "code sent"]
    phone.press(phone.text_code())
    assert phone.in_room

    Forwarding.objects.all().delete()
    time_machine.move_to(timezone.now() + timedelta(days=3))
    cast.invite(cast.conference(board.team, "Next week", checks_numbers=True), ana)
    assert ask_due() == 1
    assert not ana.contacts.exclude(forwarded_at=None).exists()


def test_who_has_no_other_way_hears_the_one_sentence(board, ana):
    forward()
    ask_due()
    assert (dialled().heard, asked_of_twilio()) == ([REFUSAL], [ASKED])


def test_what_is_forwarded_shortly_before_the_doors_is_noticed(harbour, ana, time_machine):
    ana.contacts.update(channel="call", address=MOBILE)
    doors = timezone.now() + timedelta(days=10)
    cast.invite(cast.conference(harbour, "Board", doors, doors=0, checks_numbers=True), ana)
    time_machine.move_to(doors - timedelta(hours=23))
    assert ask_due() == 1
    forward()
    time_machine.move_to(doors - timedelta(hours=2))
    assert (ask_due(), ask_due()) == (1, 0)
    assert ana.contacts.get().forwarded_at


def test_what_is_learnt_while_the_code_is_spoken_keeps_the_door_shut(board, ana):
    phone = dialled()
    assert asked_of_twilio() == [CALLED]
    ana.contacts.update(forwarded_at=timezone.now())
    phone.take_code_calls()
    phone.press(phone.text_code())
    assert (phone.in_room, attempts()[-1]) == (False, "forwarded")


@pytest.mark.parametrize(("channel", "address"), [("sms", MOBILE), ("call", "+12025550161"), ("call", "+447911123456")])
def test_nothing_is_asked_of_texts_nor_where_there_is_no_answer(board, ana, channel, address):
    """+44 7911 is Guernsey's, whose carriers are not asked."""
    ana.contacts.update(channel=channel, address=address)
    assert (ask_due(), asked_of_twilio()) == (0, [])


@pytest.mark.parametrize(("code", "due"), [(20429, 1), (60600, 0), (60606, 0), (20404, 0)])
def test_what_lookup_does_not_tell_keeps_nobody_out(board, ana, code, due):
    forward()
    if not due:
        ana.contacts.update(forwarded_at=timezone.now() - timedelta(days=9))  # learnt once, and known no more
    Fault.objects.inject("lookups.fetch", code, status=400)
    ask_due()
    dialled()
    assert asked_of_twilio() == [ASKED, CALLED]
    assert ana.contacts.filter(forwarding_asked_at=None).count() == due


def test_nothing_is_asked_or_heeded_unless_operator_and_conference_want_it(board, ana, settings):
    settings.LOOKUP_CALL_FORWARDING = False
    forward()
    ana.contacts.update(forwarded_at=timezone.now())
    every_minute.call_local()
    phone = dialled()
    phone.take_code_calls()
    phone.press(phone.text_code())
    assert (phone.in_room, asked_of_twilio()[0]) == (True, CALLED)

    settings.LOOKUP_CALL_FORWARDING = True
    board.checks_numbers = False
    board.save()
    phone.hang_up()
    assert ask_due() == 0
    assert dialled().hears("We are calling")
