"""The code that an authenticator app shows: nothing is sent, it is right once, and another way is a key away."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from participants.models import Authenticator, Conference, Contact, Grade
from sandbox.models import Fault, Message, RestRequest
from tests import cast
from tests.accounts.people import App
from tests.calls.log import REFUSAL, attempts, wrong
from tests.phone import Phone
from verification import throttle
from verification.models import Admission, Challenge, Tally, UsedCode

pytestmark = pytest.mark.django_db

ASKED = "Please enter the 6 digit code that your authenticator app shows now."
OR_OTHER = f"{ASKED} For another way, press star, then pound."
BY_TEXT = "We have sent you a text with a 6 digit code."
CHOICE = "Enter the code. If it does not come, press star, then pound."
USED = "That code was used before. Wait until your app shows the next one, and enter that."
NOT_IT = "That is not the code. Please enter the 6 digits that your app shows now."
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def clock(time_machine):
    """Time stands, and goes on when a test says so."""
    time_machine.move_to("2026-11-24 12:00:05Z", tick=False)
    return time_machine


@pytest.fixture
def app(ana) -> App:
    """Ana's. She has her mobile too."""
    shown = cast.app(ana)
    RestRequest.objects.all().delete()
    return shown


@pytest.fixture
def phone() -> Phone:
    return Phone(cast.ANA)


@pytest.fixture
def nothing_else(ana, app) -> None:
    """The app is the only contact."""
    ana.contacts.exclude(channel="totp").delete()


def operations() -> list[str]:
    return list(RestRequest.objects.order_by("pk").values_list("operation", flat=True))


def dialled(number: str = cast.ANA) -> Phone:
    phone = Phone(number)
    phone.dial()
    return phone


def test_nothing_is_sent_and_the_code_of_the_app_lets_its_owner_in(ana, app, phone):
    phone.dial()
    assert phone.heard == [f"Welcome. {OR_OTHER}"]
    assert (operations(), Message.objects.count()) == ([], 0)
    phone.press(app.code())
    assert phone.in_room
    assert operations() == ["challenges.create"]
    seat = Admission.objects.get()
    assert (seat.participant, seat.channel, seat.assurance.grade) == (ana, "totp", Grade.AUTHENTICATOR)
    assert seat.assurance.words == "a code from an authenticator app"
    assert attempts() == ["app asked", "admitted"]


def test_without_another_contact_no_other_way_is_promised(app, phone, nothing_else):
    phone.dial()
    assert phone.heard == [f"Welcome. {ASKED}"]
    phone.press("*#")
    assert phone.heard == ["No code is sent: your authenticator app shows it. Please enter it now."]
    phone.press(app.code())
    assert phone.in_room


def test_the_line_says_so_in_spanish(ana, app, phone):
    ana.language = "es"
    ana.save()
    phone.dial()
    assert phone.heard == [
        (
            "Le damos la bienvenida. Marque, por favor, el código de 6 dígitos que muestra ahora su aplicación de "
            "autenticación. Para usar otro medio, oprima asterisco y luego numeral."
        )
    ]


def test_silence_reminds_of_the_app_and_spends_no_try(app, phone):
    phone.dial()
    for words in (
        "Your authenticator app shows a code with 6 digits. Please enter it.",
        "Take your time. The app shows another code every 30 seconds. Enter the one that it shows now.",
        "Please enter the code that your authenticator app shows now.",
    ):
        phone.stay_silent()
        assert phone.heard == [words]
    phone.press(app.code())
    assert phone.in_room


def test_a_wrong_code_may_be_followed_by_the_right_one(app, phone):
    phone.dial()
    phone.press(wrong(app.code()))
    assert phone.heard == [NOT_IT]
    phone.press(wrong(app.code()))
    assert phone.heard == [
        "That is not right either. Please enter the code that your app shows now. This is the last try."
    ]
    phone.press(app.code())
    assert phone.in_room
    assert attempts() == ["app asked", "wrong code", "wrong code", "admitted"]


def test_three_wrong_codes_end_the_call(app, phone):
    phone.dial()
    for _try in range(3):
        phone.press(wrong(app.code()))
    assert phone.heard == ["That is not right. Please call again, with the app open. Goodbye."]
    assert phone.is_over


def test_an_app_that_is_not_first_in_the_order_waits_to_be_chosen(ana, app, phone):
    ana.contacts.filter(channel="totp").update(position=9)
    phone.dial()
    assert phone.heard == [f"Welcome. {BY_TEXT} {CHOICE}"]
    phone.press("*#")
    assert phone.heard == ["For a text, press 1. For a code from your authenticator app, press 2."]
    phone.press("2")
    assert phone.heard == [OR_OTHER]
    phone.press(app.code())
    assert phone.in_room
    assert Admission.objects.get().channel == "totp"


def test_star_leads_from_the_app_to_the_other_way_and_back(app, phone):
    phone.dial()
    phone.press("*#")
    assert phone.heard == [f"{BY_TEXT} {CHOICE}"]
    phone.press("*#")
    assert phone.heard == ["For a text, press 1. For a code from your authenticator app, press 2."]
    phone.press("2")
    phone.press(app.code())
    assert phone.in_room
    assert (operations().count("verify.send"), Challenge.objects.count()) == (1, 2)


def test_with_several_other_ways_the_menu_has_those_and_not_the_app(ana, app, phone):
    cast.mailbox(ana, "ana@example.com")
    phone.dial()
    phone.press("*#")
    assert phone.heard == ["For a text, press 1. For an e-mail, press 2."]
    phone.stay_silent()
    assert phone.heard == [OR_OTHER]
    phone.press("*#")
    phone.press("1")
    phone.press(phone.text_code())
    assert phone.in_room


def test_the_least_proof_of_a_conference_chooses_the_app(ana, app, phone, room):
    Conference.objects.update(least_grade=Grade.AUTHENTICATOR)
    ana.contacts.filter(channel="totp").update(position=9)
    phone.dial()
    assert phone.heard == [f"Welcome. {OR_OTHER}"]
    phone.press("*#")
    phone.press(phone.text_code())
    assert phone.heard == ["Board meeting asks for a stronger proof of who you are.", ASKED]
    phone.press(app.code())
    assert phone.in_room


def test_a_forged_number_takes_a_grade_from_the_app_too(app, phone, room):
    Conference.objects.update(least_grade=Grade.AUTHENTICATOR)
    phone.is_attested("failed")
    phone.dial()
    phone.press(app.code())
    assert phone.hears("Board meeting asks for a stronger proof of who you are.")
    assert not phone.in_room


def test_a_roster_number_from_a_strange_line_leads_to_the_app(ana, app):
    phone = dialled(cast.STRANGER)
    phone.press(ana.invitations.get().roster_number)
    assert phone.heard == [OR_OTHER]
    phone.press(app.code())
    assert phone.in_room


# Once


def test_a_code_is_right_once_in_whichever_call(app, phone, clock):
    code = app.code()
    phone.dial()
    phone.press(code)
    phone.hang_up()
    again = dialled()
    again.press(code)
    assert again.heard == [USED]
    assert (operations(), attempts()[-1]) == (["challenges.create"] * 2, "code used")
    clock.shift(STEP)
    again.press(code)
    assert again.heard == [USED]
    again.press(app.code())
    assert again.in_room


def test_a_code_is_right_once_after_its_own_step_too(app, phone, clock):
    phone.dial()
    code = app.code()
    clock.shift(STEP)  # Twilio takes the one before
    phone.press(code)
    assert phone.in_room
    phone.hang_up()
    again = dialled()
    again.press(code)
    assert again.heard == [USED]


def test_the_same_digits_are_right_again_once_twilio_would_take_them_for_another_step(app, clock):
    """By chance one code in a million is that of a later step."""
    identity = Authenticator.objects.get().identity
    assert UsedCode.objects.use(identity, "123456")
    clock.shift(3 * STEP - timedelta(seconds=1))
    assert not UsedCode.objects.use(identity, "123456")
    clock.shift(timedelta(seconds=1))
    assert UsedCode.objects.use(identity, "123456")
    assert UsedCode.objects.use("0" * 32, "123456")


def test_used_codes_are_hashes_and_are_forgotten(app, phone, clock):
    phone.dial()
    phone.press(app.code())
    assert app.code() not in str(list(UsedCode.objects.values()))
    clock.shift(3 * STEP)
    call_command("sweep", verbosity=0)
    assert not UsedCode.objects.exists()


def test_a_used_code_spends_no_try_and_there_is_an_end_to_it(app, phone):
    UsedCode.objects.use(Authenticator.objects.get().identity, app.code())
    phone.dial()
    for _try in range(4):
        phone.press(app.code())
    assert phone.heard == ["We are sorry, that did not work. Please call again. Goodbye."]
    assert not Tally.objects.filter(key__startswith="wrong_codes", hits__gt=0).exists()


def test_a_redial_asks_the_app_anew_and_adopts_nothing(app, phone):
    phone.dial()
    phone.hang_up()
    again = dialled()
    assert again.heard == [f"Welcome. {OR_OTHER}"]
    again.press(app.code())
    assert again.in_room
    assert Challenge.objects.count() == 2


def test_the_code_outlives_ten_minutes_of_waiting(app, phone, clock):
    phone.dial()
    clock.shift(timedelta(minutes=11))
    phone.press(app.code())
    assert phone.in_room


# Limits


def test_five_wrong_codes_over_all_calls_lead_to_the_other_way(app, phone):
    for _call in range(2):
        phone.dial()
        phone.press(wrong(app.code()))
        phone.press(wrong(app.code()))
        phone.hang_up()
    phone.dial()
    phone.press(wrong(app.code()))
    assert operations() == ["challenges.create"] * 5
    phone.press(app.code())
    assert phone.heard == [
        "We cannot check the codes of your authenticator app now. We try another way.",
        "We have sent you a text with a 6 digit code. Enter the code. For a new one, press star, then pound.",
    ]
    phone.hang_up()
    assert dialled().heard[0].startswith("Welcome. A moment ago we sent you a text")


def test_where_the_app_is_all_there_is_such_a_call_is_refused(app, phone, nothing_else):
    throttle.take(app_codes_per_contact=Authenticator.objects.get().identity)
    Tally.objects.update(hits=45)
    phone.dial()
    assert (phone.heard, phone.is_over, attempts()) == ([REFUSAL], True, ["over limit"])


def test_wrong_codes_of_a_forger_leave_the_member_whose_carrier_vouches_theirs(app, phone):
    forger = Phone(cast.ANA)
    for _call in range(2):
        forger.dial()
        for _try in range(3):
            if not forger.is_over:
                forger.press(wrong(app.code()))
    phone.is_attested("A")
    phone.dial()
    assert phone.heard == [f"Welcome. {OR_OTHER}"]
    phone.press(app.code())
    assert phone.in_room


def test_a_waiting_attested_call_does_not_shut_the_app_for_the_others(app, phone):
    phone.is_attested("A")
    phone.dial()
    assert dialled().heard == [f"Welcome. {OR_OTHER}"]


# What Twilio answers


@pytest.mark.parametrize(("code", "status"), [(60308, 429), (60310, 429), (60312, 429)])
def test_too_many_at_twilio_lead_to_the_other_way(app, phone, code, status):
    Fault.objects.inject("challenges.create", code, status=status)
    phone.dial()
    phone.press(app.code())
    assert phone.heard[0] == "We cannot check the codes of your authenticator app now. We try another way."
    assert phone.heard[1].startswith(BY_TEXT)
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()
    assert Contact.objects.get(channel="totp").failure == "too many"


@pytest.mark.parametrize(("code", "status"), [(60318, 403), (60306, 400), (20404, 404)])
def test_an_app_that_twilio_does_not_know_leads_to_the_other_way(app, phone, code, status):
    Fault.objects.inject("challenges.create", code, status=status)
    phone.dial()
    phone.press(app.code())
    assert phone.heard[0] == "We cannot check the codes of your authenticator app now. We try another way."
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()
    assert Contact.objects.get(channel="totp").failure == "cannot receive"


@pytest.mark.parametrize(("code", "status"), [(60308, 429), (60312, 429), (60318, 403), (20404, 404)])
def test_where_there_is_no_other_way_the_call_ends_with_words(app, phone, nothing_else, code, status):
    Fault.objects.inject("challenges.create", code, status=status)
    phone.dial()
    phone.press(app.code())
    assert phone.heard == [
        (
            "We are sorry. We cannot check the codes of your authenticator app now. "
            "Please ask whoever invited you for help. Goodbye."
        )
    ]
    assert phone.is_over


@pytest.mark.parametrize(("code", "status"), [(60311, 403), (60324, 403)])
def test_a_wrong_code_as_twilio_said_it_in_earlier_years(app, phone, code, status):
    Fault.objects.inject("challenges.create", code, status=status)
    phone.dial()
    phone.press(app.code())
    assert phone.heard == [NOT_IT]


def test_a_code_that_twilio_says_was_used(app, phone):
    Fault.objects.inject("challenges.create", 60322, status=403)
    phone.dial()
    phone.press(app.code())
    assert phone.heard == [USED]
    assert not phone.in_room


@pytest.mark.parametrize(
    "fault",
    [
        {"code": 60323, "status": 403},
        {"code": 20429, "status": 429},
        {"code": 60328, "status": 429},
        {"kind": "timeout"},
        {"kind": "timeout_after"},
        {"kind": "http_500"},
    ],
)
def test_what_could_not_be_checked_is_asked_for_again_and_spends_no_try(app, phone, fault):
    Fault.objects.inject("challenges.create", **fault)
    phone.dial()
    phone.press(app.code())
    assert phone.heard == ["We are sorry, we could not check the code. Please enter the one that your app shows now."]
    assert not Tally.objects.filter(key__startswith="wrong_codes", hits__gt=0).exists()
    phone.press(app.code())
    assert phone.in_room


@pytest.mark.parametrize("code", [20003, 20001])
def test_a_fault_of_the_account_ends_the_call(app, phone, code):
    Fault.objects.inject("challenges.create", code, status=400)
    phone.dial()
    phone.press(app.code())
    assert phone.hears("The line has a fault and cannot take your call.")
    assert phone.is_over


# Removed


def test_an_app_that_is_removed_in_mid_call_counts_no_more(ana, app, phone):
    phone.dial()
    ana.contacts.get(channel="totp").delete()
    phone.press(app.code())
    assert operations() == ["verify.send"]
    assert phone.heard[0] == "We cannot check the codes of your authenticator app now. We try another way."


def test_one_that_is_replaced_in_mid_call_opens_no_door(ana, app, phone):
    phone.dial()
    cast.app(ana)
    phone.press(app.code())
    assert not phone.in_room
    assert not Admission.objects.exists()
