"""Somebody else may have the number: where a conference wants to know, a changed SIM sends the code another way."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from conferenceline.tasks import every_minute
from participants.models import Contact
from sandbox.models import Fault, SimSwap
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Attempt, Challenge, Vouch
from verification.number_checks import ask_due

pytestmark = pytest.mark.django_db

LANDLINE, MAILBOX = "+12025550160", "ana@example.com"
BY_MAIL = (
    "Welcome. We have sent you an e-mail with a 6 digit code. Enter the code. For a new one, press star, then pound."
)
ASKED = ("lookups.fetch", "")


@pytest.fixture(autouse=True)
def asks(settings):
    settings.LOOKUP_SIM_SWAPS = True


@pytest.fixture
def board(room):
    room.checks_numbers = True
    room.save()
    return room


def swapped(number: str = cast.ANA, hours: int = 1) -> None:
    SimSwap.objects.create(number=number, at=timezone.now() - timedelta(hours=hours))


def dialled(texts: str = cast.ANA) -> Phone:
    phone = Phone(cast.ANA, texts=texts)
    phone.dial()
    return phone


def test_a_code_goes_another_way_until_the_number_has_had_its_sim_for_some_days(board, ana, time_machine):
    cast.mailbox(ana, MAILBOX)
    swapped()
    every_minute.call_local()
    phone = dialled(MAILBOX)
    assert phone.heard == [BY_MAIL]
    assert asked_of_twilio() == [ASKED, ("verify.send", MAILBOX)]
    assert attempts() == ["sim swapped", "code sent"]
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()

    time_machine.move_to(timezone.now() + timedelta(minutes=15))  # and the code by mail is no longer good
    ana.contacts.filter(channel="sms").update(sim_swapped_at=timezone.now() - timedelta(hours=72))
    assert dialled().hears("We have sent you a text")


def test_who_has_no_other_way_hears_the_one_sentence_and_is_let_in_by_hand(board, ana):
    swapped()
    ask_due()
    phone = dialled()
    assert (phone.heard, asked_of_twilio()) == ([REFUSAL], [ASKED])
    last = Attempt.objects.latest("pk")
    assert (last.outcome, last.detail, last.participant) == ("no contact", "sim swapped", ana)
    by = User.objects.create_superuser("root")
    Vouch.objects.make(ana.invitations.get(), cast.occurrence_of(board), by=by, reason="She rang me")
    phone.dial()
    assert phone.in_room


def test_the_mail_that_a_thief_uses_up_does_not_bring_the_text_back(board, ana, settings):
    """Ways at rest come back where nothing else is left: this one does not."""
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "1/600"}
    cast.mailbox(ana, MAILBOX)
    swapped()
    ask_due()
    dialled(MAILBOX).hang_up()
    Challenge.objects.all().delete()
    assert dialled(MAILBOX).is_over
    assert asked_of_twilio() == [ASKED, ("verify.send", MAILBOX)]


def test_a_conference_that_does_not_want_to_know_asks_nothing_and_texts_as_ever(room, ana):
    swapped()
    assert (ask_due(), asked_of_twilio()) == (0, [])
    ana.contacts.update(sim_swapped_at=timezone.now())  # learnt for another conference
    cast.conference(room.team, "Elsewhere", checks_numbers=True)
    assert dialled().heard == [ASKED_FOR_CODE]


def test_each_number_is_asked_for_once_within_the_day_before_each_date(harbour, ana, time_machine):
    start = timezone.now() + timedelta(days=10)
    first = cast.conference(harbour, "Board", start, checks_numbers=True)
    second = cast.conference(harbour, "Board again", start + timedelta(days=3), checks_numbers=True)
    cast.person(harbour, "Abe", cast.BO, texts=cast.ANA)
    Contact.objects.create(participant=ana, channel="whatsapp", address=cast.ANA, position=1)
    for conference in (first, second):
        cast.invite(conference, ana)

    time_machine.move_to(start - timedelta(minutes=15, hours=25))
    assert ask_due() == 0
    time_machine.move_to(start - timedelta(minutes=15, hours=23))
    swapped()
    assert (ask_due(), ask_due(), asked_of_twilio()) == (1, 0, [ASKED])
    assert all(contact.sim_rests_until for contact in Contact.objects.filter(address=cast.ANA))
    time_machine.move_to(start + timedelta(days=3))
    assert (ask_due(), ask_due()) == (1, 0)

    moved = ana.contacts.get(channel="sms")
    moved.address = "+12025550161"
    moved.save()
    moved.refresh_from_db()
    assert (moved.sim_rests_until, moved.sim_asked_at, ask_due()) == (None, None, 1)


def test_a_sim_that_is_changed_within_the_day_before_is_noticed_shortly_before_the_doors(harbour, ana, time_machine):
    doors = timezone.now() + timedelta(days=10)
    cast.invite(cast.conference(harbour, "Board", doors, doors=0, checks_numbers=True), ana)
    time_machine.move_to(doors - timedelta(hours=23))
    assert ask_due() == 1
    time_machine.move_to(doors - timedelta(hours=3))
    swapped()
    assert ask_due() == 0
    time_machine.move_to(doors - timedelta(hours=2))
    assert (ask_due(), ask_due()) == (1, 0)
    assert ana.contacts.get().sim_rests_until


def test_a_changed_sim_that_is_learnt_after_the_code_was_sent_keeps_the_door_shut(board, ana):
    phone = dialled()
    Contact.objects.update(sim_swapped_at=timezone.now())
    phone.press(phone.text_code())
    assert phone.heard[0].startswith("Board meeting asks for a stronger proof of who you are.")
    assert (phone.in_room, attempts()[-1]) == (False, "sim swapped")


def test_nobody_comes_back_without_a_code_to_a_number_whose_sim_was_changed(board, ana):
    cast.mailbox(ana, MAILBOX)
    board.comes_back = True
    board.save()
    first = Phone(cast.ANA)
    first.is_attested("A")
    first.dial()
    first.press(first.text_code())
    first.hang_up()
    Contact.objects.filter(channel="sms").update(sim_swapped_at=timezone.now())
    again = Phone(cast.ANA)
    again.is_attested("A")
    again.dial()
    assert again.heard == [BY_MAIL]


@pytest.mark.parametrize(("code", "due"), [(20429, 1), (60600, 0), (60606, 0), (20404, 0)])
def test_what_lookup_does_not_tell_changes_nothing(board, ana, code, due):
    swapped()
    Fault.objects.inject("lookups.fetch", code, status=400)
    ask_due()
    assert dialled().heard == [ASKED_FOR_CODE]
    assert Contact.objects.filter(sim_asked_at=None).count() == due


def test_nor_does_a_carrier_that_tells_nothing(board, ana, caplog):
    """Lookup answers, and the error stands in the answer."""
    ana.contacts.update(address=LANDLINE)
    assert ask_due() == 1
    assert not ana.contacts.get().sim_rests_until
    assert caplog.messages == ["nobody says whether the SIM of the number was changed lately: Twilio answered 60601"]


def test_nothing_is_asked_or_heeded_unless_the_operator_wants_it(board, ana, settings):
    settings.LOOKUP_SIM_SWAPS = False
    every_minute.call_local()
    with pytest.raises(CommandError, match="LOOKUP_SIM_SWAPS=on"):
        call_command("check_numbers")
    ana.contacts.update(sim_swapped_at=timezone.now())
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    phone.press(phone.text_code())
    assert phone.in_room  # nor is it at the door
