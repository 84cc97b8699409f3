"""The table of limits, row by row: how often somebody may try, over how many calls and lines, and for how long."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import Conference, Invitation, Participant, Policy
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, REFUSAL, asked_of_twilio, attempts, wrong
from tests.phone import Phone
from verification import throttle

pytestmark = pytest.mark.django_db

BORROWED = "+12025550150"
OTHER_BORROWED = "+12025550151"
CODE_SENT = ASKED_FOR_CODE.removeprefix("Welcome. ")  # as it is heard after a roster number
TOO_MANY = "We can check no more codes now. Please call again in ten minutes. Goodbye."
WINDOW = {"sends_per_hour": timedelta(hours=1), "sends_per_day": timedelta(days=1)}


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def room(clock, harbour) -> Conference:
    """Open all day, so that a limit of an hour can pass."""
    return cast.conference(harbour, "Board meeting", duration=24 * 60)


@pytest.fixture
def carl(room) -> Participant:
    person = cast.person(room.team, "Carl", "+12025550103")
    cast.invite(room, person)
    return person


def texts_of(person: Participant) -> str:
    return str(person.contacts.get().address)


def roster_number(person: Participant) -> str:
    return Invitation.objects.get(participant=person).roster_number


def borrowed(person: Participant, number: str = BORROWED) -> Phone:
    """Somebody else's phone, on which this person has keyed the roster number."""
    phone = Phone(number, texts=texts_of(person))
    phone.dial()
    phone.press(roster_number(person))
    return phone


def guess(phone: Phone, times: int) -> Phone:
    """Dials, and types so many wrong codes."""
    phone.dial()
    for _ in range(times):
        phone.press(wrong(phone.text_code()))
    return phone


def guess_number(phone: Phone, times: int) -> Phone:
    """Dials, and keys so many roster numbers that nobody has."""
    phone.dial()
    for _ in range(times):
        phone.press("10000000")
    return phone


def is_refused(phone: Phone) -> bool:
    """Whether a limit has turned the caller away, in the one sentence that strangers hear."""
    return (phone.heard, phone.is_over, attempts()[-1]) == ([REFUSAL], True, "over limit")


def sends() -> list[str]:
    """The addresses that Twilio was asked to send a code to."""
    return [to for operation, to in asked_of_twilio() if operation == "verify.send"]


def checks() -> int:
    return [operation for operation, _to in asked_of_twilio()].count("verify.check")


def test_the_defaults_are_those_of_the_table(settings):
    assert settings.LIMITS == {
        "sends_per_contact": "3/600",
        "sends_per_line": "10/3600",
        "wrong_codes_per_contact": "5/600",
        "app_codes_per_contact": "45/86400",
        "roster_numbers_per_line": "10/3600",
        "roster_numbers": "100/600",
        "wrong_passcodes_per_line": "10/3600",
        "wrong_passcodes_per_conference": "30/600",
        "tests_per_contact": "1/600",
        "tests_per_team": "20/3600",
        "notices_per_contact": "3/86400",
        "sends_per_hour": "500/3600",
        "sends_per_day": "2000/86400",
        "unlocks_per_person": "3/3600",
        "wrong_sign_ins_per_browser": "5/900",
        "wrong_sign_ins_per_login": "50/3600",
        "wrong_sign_ins_per_address": "100/3600",
        "reset_mails_per_address": "3/3600",
    }
    assert (settings.WRONG_CODES_PER_CALL, settings.ROSTER_NUMBERS_PER_CALL, throttle.WARN_AT) == (3, 3, 0.8)


# Codes sent


def test_a_contact_gets_three_texts_in_ten_minutes_from_whatever_line(clock, ana, bo):
    own = Phone(cast.ANA)
    own.dial()
    own.press("*#")
    assert borrowed(ana).heard == [CODE_SENT]
    assert is_refused(borrowed(ana, OTHER_BORROWED))
    assert sends() == [cast.ANA] * 3
    assert borrowed(bo, OTHER_BORROWED).heard == [CODE_SENT]
    clock.shift(timedelta(minutes=10))
    assert borrowed(ana, OTHER_BORROWED).heard == [CODE_SENT]


def test_whoever_was_sent_a_code_in_this_call_is_told_that_there_is_no_other(clock, settings, ana):
    """The sentence that strangers hear would hide nothing any more, and tell a member of a mistake that is none."""
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "1/3600"}
    own = Phone(cast.ANA)
    own.dial()
    clock.shift(timedelta(minutes=11))
    own.press("*#")
    assert (own.heard, own.is_over) == (["We can send no more codes now. Please call again later. Goodbye."], True)
    assert attempts() == ["code sent", "over limit"]
    assert sends() == [cast.ANA]


def test_two_people_with_one_contact_share_its_three_texts(room):
    mobile = "+12025550161"
    dora, emil = (cast.person(room.team, name, texts=mobile) for name in ("Dora", "Emil"))
    for person in (dora, emil):
        cast.invite(room, person)
    for number, person in enumerate((dora, emil, dora)):
        assert borrowed(person, f"+1202555018{number}").heard == [CODE_SENT]
    assert is_refused(borrowed(emil))
    assert sends() == [mobile] * 3


def test_a_line_asks_for_so_many_codes_in_an_hour_whomever_they_are_for(clock, settings, ana, bo, carl):
    settings.LIMITS = settings.LIMITS | {"sends_per_line": "2/3600"}
    for person in (ana, bo):
        borrowed(person).hang_up()
    assert is_refused(borrowed(carl))
    assert sends() == [cast.ANA, cast.BO]
    own = Phone("+12025550103")
    own.dial()
    assert own.heard == [ASKED_FOR_CODE]
    clock.shift(timedelta(minutes=59, seconds=59))
    assert is_refused(borrowed(carl))
    clock.shift(timedelta(seconds=1))
    assert borrowed(carl).heard == [CODE_SENT]


def test_a_line_whose_codes_are_typed_right_asks_for_any_number(clock, settings, ana, bo, carl):
    settings.LIMITS = settings.LIMITS | {"sends_per_line": "1/3600"}
    for person in (ana, bo):
        phone = borrowed(person)
        phone.press(phone.text_code())
        assert phone.in_room
    assert borrowed(carl).heard == [CODE_SENT]
    assert is_refused(borrowed(carl, BORROWED))


@pytest.mark.parametrize("limit", WINDOW)
def test_the_installation_sends_so_many_codes_and_the_operator_hears_of_it(clock, settings, caplog, limit, ana, bo):
    settings.LIMITS = settings.LIMITS | {limit: f"2/{int(WINDOW[limit].total_seconds())}"}
    watch = cast.conference(ana.team, "Night watch", starts=timezone.now(), duration=24 * 60)
    cast.invite(watch, cast.person(ana.team, "Carl", "+12025550103"))
    phones = [Phone(cast.ANA), Phone(cast.BO), Phone("+12025550103")]
    for phone in phones:
        phone.dial()
    assert [phone.heard for phone in phones] == [[ASKED_FOR_CODE], [ASKED_FOR_CODE], [REFUSAL]]
    assert caplog.messages == [f"{limit}: 2 of 2 used"]
    clock.shift(WINDOW[limit] - timedelta(seconds=1))
    phones[2].dial()
    assert is_refused(phones[2])
    assert sends() == [cast.ANA, cast.BO]


# Wrong codes


def test_five_wrong_codes_of_a_contact_over_all_calls_are_the_last(clock, ana, bo):
    guess(Phone(cast.ANA), 3)
    again = guess(Phone(cast.ANA), 2)
    assert (again.is_over, checks()) == (False, 5)
    again.press(again.text_code())
    assert (again.heard, again.is_over, again.in_room, checks()) == ([TOO_MANY], True, False, 5)
    assert attempts()[-1] == "over limit"
    texts = len(sends())
    elsewhere = borrowed(ana)
    assert is_refused(elsewhere)
    assert (len(sends()), checks()) == (texts, 5)
    moderator = Phone(cast.BO)
    moderator.dial()
    moderator.press(moderator.text_code())
    assert moderator.in_room
    clock.shift(timedelta(minutes=10))
    later = borrowed(ana)
    later.press(later.text_code())
    assert later.in_room


def test_a_right_code_makes_the_count_of_wrong_ones_begin_anew(ana):
    for _ in range(3):
        phone = guess(Phone(cast.ANA), 2)
        phone.press(phone.text_code())
        assert phone.in_room
        phone.hang_up()
    assert checks() == 9


# Roster numbers


def test_a_line_tries_ten_roster_numbers_in_an_hour(clock, ana):
    phone = Phone(cast.STRANGER, texts=cast.ANA)
    for times in (3, 3, 3):
        assert guess_number(phone, times).is_over
    guess_number(phone, 1).hang_up()
    phone.dial()
    assert phone.heard == [ASKED_WHO]
    phone.press(roster_number(ana))
    assert is_refused(phone)
    assert sends() == []
    assert borrowed(ana).heard == [CODE_SENT]
    clock.shift(timedelta(hours=1))
    phone.dial()
    phone.press(roster_number(ana))
    assert phone.heard == [CODE_SENT]


def test_all_lines_together_try_so_many_roster_numbers_in_ten_minutes(clock, settings, caplog, ana):
    settings.LIMITS = settings.LIMITS | {"roster_numbers": "4/600"}
    for number in ("+12025550181", "+12025550182", "anonymous"):
        guess_number(Phone(number), 1)
    hidden = guess_number(Phone.withheld(texts=cast.ANA), 1)
    hidden.press(roster_number(ana))
    assert is_refused(hidden)
    assert sends() == []
    assert caplog.messages == ["roster_numbers: 4 of 4 used"]
    clock.shift(timedelta(minutes=10))
    assert borrowed(ana).heard == [CODE_SENT]


def test_right_numbers_use_up_nothing_on_a_switchboard_or_over_all_lines(clock, settings, ana, bo, carl):
    settings.LIMITS = settings.LIMITS | {"roster_numbers_per_line": "1/3600", "roster_numbers": "1/600"}
    for person in (ana, bo, carl):
        assert borrowed(person).heard == [CODE_SENT]
    choir = cast.conference(ana.team, "Choir", admission=Policy.PASSCODE)
    for _guest in range(2):
        phone = Phone(BORROWED)
        phone.dial()
        phone.press(choir.number)
        assert phone.heard == ["Please enter the passcode."]
    guess_number(Phone(BORROWED), 1)
    assert is_refused(borrowed(ana))


def test_a_withheld_line_has_no_limit_of_its_own(settings, ana, bo):
    """Or all who hide their number would share one."""
    settings.LIMITS = settings.LIMITS | {"roster_numbers_per_line": "1/3600", "sends_per_line": "1/3600"}
    for person in (ana, bo):
        phone = Phone.withheld(texts=texts_of(person))
        phone.dial()
        phone.press(roster_number(person))
        assert phone.heard == [CODE_SENT]
