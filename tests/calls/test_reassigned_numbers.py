"""The number is somebody else's by now: no code goes there until somebody of the team says that it is theirs."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from conferenceline.tasks import every_minute
from participants.models import Contact
from sandbox.models import Fault, Reassignment
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Attempt
from verification.number_checks import ask_due

pytestmark = pytest.mark.django_db

MAILBOX = "ana@example.com"
BY_MAIL = (
    "Welcome. We have sent you an e-mail with a 6 digit code. Enter the code. For a new one, press star, then pound."
)
ASKED = ("lookups.fetch", "")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def asks(settings):
    settings.LOOKUP_REASSIGNED_NUMBERS = True


@pytest.fixture
def board(room):
    room.checks_numbers = True
    room.save()
    return room


def proved(contacts, days: int = 100) -> None:
    contacts.update(succeeded_at=timezone.now() - days * DAY)


def reassigned(number: str = cast.ANA, days: int = 10) -> None:
    Reassignment.objects.create(number=number, on=timezone.now() - days * DAY)


def dialled(texts: str = cast.ANA) -> Phone:
    phone = Phone(cast.ANA, texts=texts)
    phone.dial()
    return phone


def test_a_number_that_is_somebody_elses_gets_no_code_until_the_team_says_it_is_theirs(board, ana, time_machine):
    cast.mailbox(ana, MAILBOX)
    Contact.objects.create(participant=ana, channel="whatsapp", address=cast.ANA, position=2)
    proved(ana.contacts.filter(channel="sms"))
    reassigned()
    every_minute.call_local()
    phone = dialled(MAILBOX)
    assert phone.heard == [BY_MAIL]
    assert asked_of_twilio() == [ASKED, ("verify.send", MAILBOX)]
    assert attempts() == ["reassigned", "code sent"]
    phone.hang_up()

    ana.contacts.get(channel="whatsapp").confirm()
    time_machine.move_to(timezone.now() + timedelta(minutes=15))  # and the code by mail is no longer good
    assert dialled().hears("We have sent you a text")
    assert ask_due() == 0  # what was said a moment ago cannot have changed


def test_who_has_no_other_way_hears_the_one_sentence_and_the_log_says_why(board, ana):
    proved(ana.contacts)
    reassigned()
    ask_due()
    assert dialled().heard == [REFUSAL]
    last = Attempt.objects.latest("pk")
    assert (last.outcome, last.detail, last.participant) == ("no contact", "reassigned", ana)


def test_a_code_that_the_new_owner_types_elsewhere_lifts_nothing(board, ana):
    proved(ana.contacts)
    reassigned(days=80)
    ask_due()
    proved(ana.contacts, days=50)  # in a conference that does not ask
    ana.contacts.update(reassigned_asked_at=None)
    assert ask_due() == 0
    assert dialled().heard == [REFUSAL]


def test_it_is_asked_since_when_the_number_last_proved_this_person(board, ana):
    """By whichever of their channels; and whatever it proved of somebody else."""
    Contact.objects.create(participant=ana, channel="whatsapp", address=cast.ANA, position=1)
    abe = cast.person(board.team, "Abe", cast.BO, texts=cast.ANA)
    cast.invite(board, abe)
    proved(ana.contacts.filter(channel="sms"), days=200)
    proved(ana.contacts.filter(channel="whatsapp"), days=60)
    proved(abe.contacts, days=100)
    reassigned(days=80)
    assert (ask_due(), ask_due(), asked_of_twilio()) == (2, 0, [ASKED, ASKED])
    assert not ana.contacts.exclude(reassigned_at=None).exists()
    assert abe.contacts.get().reassigned_at


@pytest.mark.parametrize(
    ("address", "days"),
    [(cast.ANA, None), (cast.ANA, 44), ("+14165550101", 100), ("+442079460123", 100)],
    ids=["never proved", "proved later than anybody else can have it", "Canadian", "British"],
)
def test_nothing_is_asked_where_there_is_no_answer(board, ana, address, days):
    ana.contacts.update(address=address)
    if days:
        proved(ana.contacts, days)
    assert (ask_due(), asked_of_twilio()) == (0, [])


def test_it_is_asked_once_within_the_day_before_each_date(harbour, ana, time_machine):
    start = timezone.now() + 10 * DAY
    cast.invite(cast.conference(harbour, "Board", start, doors=0, checks_numbers=True), ana)
    cast.invite(cast.conference(harbour, "Board again", start + 3 * DAY, doors=0, checks_numbers=True), ana)
    proved(ana.contacts)
    asked = []
    for before in (25, 23, 1):
        time_machine.move_to(start - timedelta(hours=before))
        asked.append(ask_due())
    time_machine.move_to(start + 3 * DAY)
    assert [*asked, ask_due()] == [0, 1, 0, 1]


def test_what_is_learnt_after_the_code_was_sent_keeps_the_door_shut(board, ana):
    phone = dialled()
    ana.contacts.update(reassigned_at=timezone.now())
    phone.press(phone.text_code())
    assert phone.heard[0].startswith("Board meeting asks for a stronger proof of who you are.")
    assert (phone.in_room, attempts()[-1]) == (False, "reassigned")


def test_nobody_comes_back_without_a_code_to_a_number_that_is_somebody_elses(board, ana):
    cast.mailbox(ana, MAILBOX)
    board.comes_back = True
    board.save()
    first, again = Phone(cast.ANA), Phone(cast.ANA)
    for phone in (first, again):
        phone.is_attested("A")
    first.dial()
    first.press(first.text_code())
    first.hang_up()
    ana.contacts.filter(channel="sms").update(reassigned_at=timezone.now())
    again.dial()
    assert again.heard == [BY_MAIL]


@pytest.mark.parametrize(("code", "due"), [(20429, 1), (60600, 0), (60606, 0), (20404, 0)])
def test_what_lookup_does_not_tell_changes_nothing(board, ana, code, due):
    proved(ana.contacts)
    reassigned()
    Fault.objects.inject("lookups.fetch", code, status=400)
    ask_due()
    assert dialled().heard == [ASKED_FOR_CODE]
    assert Contact.objects.filter(reassigned_asked_at=None).count() == due


def test_an_account_that_may_not_ask_it_still_learns_of_changed_sims(board, ana, settings):
    settings.LOOKUP_SIM_SWAPS = True
    proved(ana.contacts)
    reassigned()
    Fault.objects.inject("lookups.fetch", 60606, status=400)  # for what is asked first, the SIM
    ask_due()
    assert dialled().heard == [REFUSAL]


def test_another_number_of_theirs_is_not_in_doubt(board, ana):
    proved(ana.contacts)
    reassigned()
    ask_due()
    moved = ana.contacts.get()
    moved.address = "+12025550161"
    moved.save()
    moved.refresh_from_db()
    assert (moved.reassigned_at, moved.reassigned_asked_at, moved.confirmed_at) == (None, None, None)
    assert dialled("+12025550161").heard == [ASKED_FOR_CODE]


def test_nothing_is_asked_or_heeded_unless_the_operator_wants_it(board, ana, settings):
    settings.LOOKUP_REASSIGNED_NUMBERS = False
    proved(ana.contacts)
    reassigned()
    every_minute.call_local()
    with pytest.raises(CommandError, match="LOOKUP_REASSIGNED_NUMBERS"):
        call_command("check_numbers")
    ana.contacts.update(reassigned_at=timezone.now())
    phone = dialled()
    phone.press(phone.text_code())
    assert phone.in_room
    assert "lookups.fetch" not in dict(asked_of_twilio())


def test_nor_by_a_conference_that_does_not_want_to_know(room, ana):
    proved(ana.contacts)
    reassigned()
    assert (ask_due(), asked_of_twilio()) == (0, [])
    ana.contacts.update(reassigned_at=timezone.now())  # learnt for another
    phone = dialled()
    phone.press(phone.text_code())
    assert phone.in_room
