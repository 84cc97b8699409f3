"""Somebody forges the member's number, to guess the code or to keep the member out. The member gets in all the same."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from participants.models import Contact, Invitation
from sandbox.models import Verification
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, attempts, wrong
from tests.phone import Phone
from verification.models import Admission, Call, Challenge, Vouch
from verification.unlocking import unlock, unlock_due

pytestmark = pytest.mark.django_db

ATTESTED = {"StirVerstat": "TN-Validation-Passed-A"}
MAIL, MALLORY = "ana@example.com", "+12025550166"


def attested(number: str = cast.ANA) -> Phone:
    """A phone whose carrier vouches for its number."""
    phone = Phone(number)
    phone.extra_fields = ATTESTED
    return phone


def forger(**fields: str) -> Phone:
    """Somebody else's phone that shows Ana's number. The code does not come to it."""
    phone = Phone(cast.ANA)
    phone.extra_fields = fields
    return phone


def dialled(phone: Phone) -> Phone:
    phone.dial()
    return phone


def guess(phone: Phone, times: int) -> Phone:
    """Dials, and types wrong codes until the line will hear no more of it."""
    phone.dial()
    for _ in range(times):
        if not phone.is_over:
            phone.press(wrong(phone.text_code()))
    return phone


def use_up_everything() -> None:
    """A forger's ten minutes: every text that may be sent is sent, every code that may be wrong is wrong."""
    for _ in range(6):
        phone = guess(forger(), 3)
        if not phone.is_over:
            phone.hang_up()
    assert attempts()[-1] == "over limit"


def gets_in(phone: Phone) -> bool:
    phone.press(phone.text_code())
    return phone.in_room


# With a carrier that vouches for the member


def test_what_a_forger_uses_up_is_not_the_attested_members(ana):
    use_up_everything()
    member = dialled(attested())
    assert member.everything_heard == [
        "Welcome. One moment, please.",
        "We have sent you a text with a 6 digit code. Enter the code. For a new one, press star, then pound.",
    ]
    assert gets_in(member)


def test_the_attested_member_gets_a_code_at_which_nobody_has_guessed(ana):
    """Twilio counts wrong codes by address, whoever types them: five of one, and it checks it no more."""
    guess(forger(), 3)
    first = Verification.objects.get()
    member = dialled(attested())
    assert [(each.pk == first.pk, each.status) for each in Verification.objects.order_by("pk")] == [
        (True, "canceled"),
        (False, "pending"),
    ]
    assert gets_in(member)


def test_while_an_attested_call_waits_for_its_code_nobody_else_can_guess_at_it(ana):
    member = dialled(attested())
    late = dialled(forger())
    assert (late.heard, late.is_over) == ([REFUSAL], True)
    assert attempts() == ["code sent", "over limit"]
    assert asked_of_twilio() == [("verify.send", cast.ANA)]
    assert gets_in(member)


def test_a_forgers_call_that_waits_loses_its_code_to_the_attested_member(ana):
    early = dialled(forger())
    member = dialled(attested())
    early.press(early.text_code())  # though it were the right one
    assert not early.in_room
    assert gets_in(member)
    assert [seat.call.attestation for seat in Admission.objects.all()] == ["A"]


def test_the_hold_ends_with_the_call(ana):
    member = dialled(attested())
    member.hang_up()
    other = dialled(forger())
    assert other.heard == [ASKED_FOR_CODE]


def test_the_hold_ends_where_nothing_is_heard_of_the_call_any_more(ana):
    dialled(attested())
    Call.objects.update(claimed_at=timezone.now() - timedelta(seconds=90))
    assert dialled(forger()).heard == [ASKED_FOR_CODE]


def test_a_redial_that_may_be_forged_takes_no_attested_calls_code(ana):
    member = dialled(attested())
    member.hang_up()
    again = dialled(forger())
    assert "code reused" not in attempts()
    assert Challenge.objects.get(call__attestation="A").state == Challenge.State.PENDING
    assert again.heard == [ASKED_FOR_CODE]


def test_an_attested_redial_takes_over_its_own_code(ana):
    first = dialled(attested())
    again = dialled(attested())
    assert attempts() == ["code sent", "code reused"]
    first.press(first.text_code())
    assert not first.in_room
    assert gets_in(again)


@pytest.mark.parametrize("verstat", ["TN-Validation-Passed-B", "TN-Validation-Passed-C", "TN-Validation-Failed-A", ""])
def test_less_than_an_a_counts_with_the_others(ana, verstat):
    use_up_everything()
    assert dialled(forger(StirVerstat=verstat)).heard == [REFUSAL]


def test_roster_numbers_tried_with_a_forged_line_leave_the_attested_owners_alone(ana, settings):
    settings.LIMITS = settings.LIMITS | {"roster_numbers_per_line": "1/3600"}
    number = Invitation.objects.get(participant=ana).roster_number
    for extra, keyed, heard in (({}, "10000000", "We do not find"), ({}, number, REFUSAL), (ATTESTED, number, "sent")):
        phone = Phone(cast.STRANGER, texts=cast.ANA)
        phone.extra_fields = extra
        phone.dial()
        phone.press(keyed)
        assert phone.hears(heard)


def test_an_honest_line_that_is_not_the_members_uses_up_nothing_of_theirs(ana):
    """Though its owner knows their roster number. It shares the tries of calls that nobody vouches for."""

    def somebody_else(wrong_codes: int) -> Phone:
        phone = attested(cast.STRANGER)
        phone.texts_at = cast.ANA
        phone.dial()
        phone.press(Invitation.objects.get(participant=ana).roster_number)
        for _ in range(wrong_codes):
            phone.press(wrong(phone.text_code()))
        return phone

    early = somebody_else(0)
    assert dialled(Phone(cast.ANA)).heard == [ASKED_FOR_CODE]  # the carrier of this one vouches for nobody
    member = dialled(attested())
    assert somebody_else(0).heard == [REFUSAL]
    early.press(early.text_code())
    assert not early.in_room
    assert gets_in(member)
    member.hang_up()
    for times in (3, 2):
        somebody_else(times)
    assert somebody_else(0).heard == [REFUSAL]
    assert gets_in(dialled(attested()))


@pytest.fixture
def mallory(ana) -> Phone:
    """The honest phone of somebody in another team's book, which has entered Ana's number for their codes."""
    quay = cast.team("Quay")
    cast.invite(cast.conference(quay, "Budget"), cast.person(quay, "Mallory", MALLORY, texts=cast.ANA))
    phone = attested(MALLORY)
    phone.texts_at = cast.ANA
    return phone


def test_another_team_that_enters_the_members_number_uses_up_nothing_of_theirs(mallory, ana):
    cast.mailbox(ana, MAIL)
    for times in (3, 2):
        guess(mallory, times)
        if not mallory.is_over:
            mallory.hang_up()
    mallory.dial()
    assert mallory.heard == [REFUSAL]
    member = dialled(attested())
    assert member.hears("We have sent you a text")  # and not by the next way
    assert gets_in(member)


@pytest.mark.parametrize("vouched_for", [True, False])
def test_nor_does_it_get_a_code_while_the_member_calls_from_that_very_number(mallory, vouched_for):
    mallory.extra_fields = ATTESTED if vouched_for else {}
    member = dialled(attested())
    mallory.dial()
    assert (mallory.heard, mallory.is_over) == ([REFUSAL], True)
    assert gets_in(member)


def test_nor_does_its_call_keep_a_member_waiting_for_whom_no_carrier_vouches_or_void_their_code(mallory):
    member = dialled(Phone(cast.ANA))
    code = member.text_code()
    mallory.dial()
    again = dialled(Phone(cast.ANA))
    assert again.heard == [ASKED_FOR_CODE]
    again.hang_up()
    member.press(code)
    assert member.in_room


def test_numbers_tried_from_withheld_lines_close_neither_the_attested_nor_those_let_in_by_hand_out(ana, settings):
    settings.LIMITS = settings.LIMITS | {"roster_numbers": "3/600"}
    withheld = dialled(Phone.withheld())
    for _ in range(3):
        withheld.press("10000000")
    invitation = Invitation.objects.get(participant=ana)

    def borrows(phone: Phone) -> Phone:
        phone.texts_at = cast.ANA
        phone.dial()
        phone.press(invitation.roster_number)
        return phone

    assert gets_in(borrows(attested(cast.STRANGER)))
    assert borrows(Phone(cast.STRANGER)).heard == [REFUSAL]
    date = cast.occurrence_of(invitation.conference)
    Vouch.objects.make(invitation, date, by=User.objects.create_superuser("mia"), reason="I know her voice")
    assert borrows(Phone(cast.STRANGER)).in_room


# Where no carrier vouches for anybody, as in most countries


def test_a_forged_redial_ends_no_call_that_goes_on(ana):
    member = dialled(Phone(cast.ANA))
    code = member.text_code()
    other = dialled(forger())
    assert other.heard == [ASKED_FOR_CODE]
    member.press(code)
    assert member.in_room
    assert not other.in_room


def test_a_forgers_wrong_codes_end_no_call_that_goes_on(ana):
    """Three in a call: two are left, of Twilio's five."""
    member = dialled(Phone(cast.ANA))
    assert guess(forger(), 3).is_over
    assert gets_in(member)


def test_the_members_other_contact_is_a_road_that_is_open(ana):
    """The forger's calls run into the limit of the phone; then codes go by mail, where they count for themselves."""
    Contact.objects.create(participant=ana, channel=Contact.Channel.EMAIL, address=MAIL, position=1)
    for _ in range(2):
        guess(forger(), 3)
    member = Phone(cast.ANA, texts=MAIL)
    member.dial()
    assert member.hears("We have sent you an e-mail")
    assert gets_in(member)


def test_somebody_of_the_team_lets_the_member_in_by_hand(ana):
    use_up_everything()
    assert dialled(Phone(cast.ANA)).heard == [REFUSAL]
    mia = User.objects.create_superuser("mia")
    invitation = Invitation.objects.get(participant=ana)
    date = cast.occurrence_of(invitation.conference)
    Vouch.objects.make(invitation, date, by=mia, reason="I know her voice")
    assert dialled(Phone(cast.ANA)).in_room


def test_an_organizer_unlocks_the_member(ana):
    use_up_everything()
    assert dialled(Phone(cast.ANA)).heard == [REFUSAL]
    unlock(ana, User.objects.create_superuser("mia"))
    unlock_due()
    assert gets_in(dialled(Phone(cast.ANA)))


def test_so_does_one_whose_carrier_vouches_for_the_number_and_who_has_mistyped_too_often(ana):
    for _ in range(2):
        guess(attested(), 3)
    assert dialled(attested()).heard == [REFUSAL]
    unlock(ana, User.objects.create_superuser("mia"))
    unlock_due()
    assert gets_in(dialled(attested()))


def test_ten_minutes_later_everything_is_as_before(ana, settings):
    """And again after ten minutes more, though a strange line could not have asked for so many codes in the hour."""
    settings.LIMITS = settings.LIMITS | {"sends_per_line": "5/3600"}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _time in range(2):
            phone = dialled(forger())
            for _wish in range(2):
                phone.press("*#")
                phone.stay_silent()
            phone.hang_up()
            use_up_everything()
            assert dialled(Phone(cast.ANA)).heard == [REFUSAL]
            clock.shift(timedelta(minutes=10, seconds=1))
        assert asked_of_twilio().count(("verify.send", cast.ANA)) == 6
        assert gets_in(dialled(Phone(cast.ANA)))
