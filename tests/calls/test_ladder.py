"""The ways of a code, one after the other: what is tried first, what follows a failure, and what a key changes."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from participants.models import Contact, Participant
from sandbox.models import Fault
from tests import cast
from tests.calls.log import ASKED_WHO, REFUSAL, asked_of_twilio, attempts, wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission, Attempt, Call, Challenge, Vouch

pytestmark = pytest.mark.django_db

LANDLINE, MOBILE, MAILBOX = "+12025550160", "+12025550161", "ana@example.com"
BY_TEXT = "We have sent you a text with a 6 digit code."
BY_MAIL = "We have sent you an e-mail with a 6 digit code."
BY_CALL = "We are calling your other phone. Press a key there to hear the 6 digit code."
ENTER = "Enter the code. For a new one, press star, then pound."
CHOICE = "Enter the code. If it does not come, press star, then pound."


def person(room, *contacts: tuple[str, str], line: str = LANDLINE, name: str = "Ana") -> Participant:
    """Invited to the room, with these contacts in this order."""
    found = cast.person(room.team, name, line, texts=None)
    for position, (channel, address) in enumerate(contacts):
        Contact.objects.create(participant=found, channel=channel, address=address, position=position)
    cast.invite(room, found)
    return found


def dialled(texts: str, line: str = LANDLINE) -> Phone:
    phone = Phone(line, texts=texts)
    phone.dial()
    return phone


@pytest.mark.parametrize(
    ("channel", "address", "words"),
    [
        ("sms", MOBILE, BY_TEXT),
        ("whatsapp", MOBILE, "We have sent you a WhatsApp message with a 6 digit code."),
        ("call", MOBILE, BY_CALL),
        ("email", MAILBOX, BY_MAIL),
    ],
)
def test_a_code_goes_by_each_channel_and_lets_its_owner_in(room, channel, address, words):
    ana = person(room, (channel, address))
    phone = dialled(address)
    assert phone.heard == [f"Welcome. {words} {ENTER}"]
    assert [(message.channel, message.to) for message in phone.messages] == [(channel, address)]
    assert phone.take_code_calls() == (channel == "call")
    phone.press(phone.text_code())
    assert phone.in_room
    assert (Admission.objects.get().participant, Admission.objects.get().channel) == (ana, channel)


def test_the_first_in_the_persons_order_is_used(room):
    person(room, ("email", MAILBOX), ("sms", MOBILE))
    assert dialled(MAILBOX).heard == [f"Welcome. {BY_MAIL} {CHOICE}"]
    assert asked_of_twilio() == [("verify.send", MAILBOX)]


def test_a_landline_gets_no_text(room):
    person(room, ("sms", LANDLINE), ("email", MAILBOX)).contacts.filter(channel="sms").update(line_type="landline")
    assert dialled(MAILBOX).heard == [f"Welcome. {BY_MAIL} {ENTER}"]
    assert asked_of_twilio() == [("verify.send", MAILBOX)]


def test_a_landline_gets_no_text_where_there_is_nothing_else_and_its_owner_has_other_roads(room):
    ana = person(room, ("sms", LANDLINE))
    ana.contacts.update(line_type="landline")
    phone = dialled(LANDLINE)
    assert (phone.heard, asked_of_twilio()) == ([REFUSAL], [])
    nobody = Attempt.objects.get()
    assert (nobody.outcome, nobody.detail, nobody.participant) == ("no contact", "line", ana)

    invitation = ana.invitations.get()
    Vouch.objects.make(
        invitation, cast.occurrence_of(room), by=User.objects.create_superuser("root"), reason="She rang me"
    )
    phone.dial()
    assert phone.in_room
    phone.hang_up()

    Contact.objects.create(participant=ana, channel="call", address=LANDLINE, position=1)
    assert dialled(LANDLINE).heard == [REFUSAL]  # it cannot ring while she talks on it
    elsewhere = dialled(LANDLINE, line=cast.STRANGER)
    elsewhere.press(invitation.roster_number)
    assert elsewhere.heard == [f"{BY_CALL} {ENTER}"]
    elsewhere.take_code_calls()
    elsewhere.press(elsewhere.text_code())
    assert elsewhere.in_room
    assert {message.channel for message in elsewhere.messages} == {"call"}


def test_a_code_that_came_by_text_outweighs_what_lookup_says(room):
    ana = person(room, ("sms", MOBILE))
    phone = dialled(MOBILE)
    phone.press(phone.text_code())
    phone.hang_up()
    ana.contacts.update(line_type="landline")
    assert dialled(MOBILE).heard == [f"Welcome. {BY_TEXT} {ENTER}"]


def test_a_landline_gets_no_text_when_the_other_way_fails_nor_once_lookup_has_said_so_in_mid_call(room):
    ana = person(room, ("sms", LANDLINE), ("email", MAILBOX))
    phone = dialled(LANDLINE)
    ana.contacts.filter(channel="sms").update(line_type="landline")
    phone.press("*#")
    assert phone.heard == [f"{BY_MAIL} {ENTER}"]
    phone.hang_up()
    Fault.objects.inject("verify.send", 60217, status=400)
    Challenge.objects.all().delete()
    assert dialled(LANDLINE).hears("We are sorry. We cannot send you an e-mail.")
    assert [to for _operation, to in asked_of_twilio()] == [LANDLINE, MAILBOX, MAILBOX]


def test_people_who_share_nothing_but_a_landline_are_asked_who_they_are(room):
    for name, mailbox in (("Ana", MAILBOX), ("Bob", "bob@example.com")):
        person(room, ("sms", LANDLINE), ("email", mailbox), name=name).contacts.filter(channel="sms").update(
            line_type="landline"
        )
    phone = dialled("bob@example.com")
    assert phone.heard == [ASKED_WHO]
    phone.press(Participant.objects.get(name="Bob").invitations.get().roster_number)
    assert phone.heard == [f"{BY_MAIL} {ENTER}"]
    phone.press(phone.text_code())
    assert phone.in_room


def test_a_code_is_never_spoken_to_the_line_that_is_calling(room):
    person(room, ("call", LANDLINE), ("email", MAILBOX))
    assert dialled(MAILBOX).heard == [f"Welcome. {BY_MAIL} {ENTER}"]


def test_not_even_where_there_is_no_other_way(room):
    person(room, ("call", LANDLINE))
    phone = dialled(LANDLINE)
    assert (phone.heard, phone.is_over, asked_of_twilio()) == ([REFUSAL], True, [])
    assert attempts() == ["no contact"]


def test_on_a_withheld_line_a_call_is_the_last_way(room):
    ana = person(room, ("call", LANDLINE), ("sms", MOBILE))
    phone = Phone.withheld(texts=MOBILE)
    phone.dial()
    phone.press(ana.invitations.get().roster_number)
    assert phone.heard == [f"{BY_TEXT} {CHOICE}"]


@pytest.mark.parametrize(("code", "status"), [(60205, 403), (60410, 403), (60605, 403), (21610, 400), (60223, 400)])
def test_a_text_that_cannot_be_sent_is_followed_by_the_next_way(room, code, status):
    person(room, ("sms", MOBILE), ("call", "+12025550162"), ("email", MAILBOX))
    Fault.objects.inject("verify.send", code, status=status)
    phone = dialled("+12025550162")
    assert phone.heard == ["Welcome. We could not send a text. We try another way.", f"{BY_CALL} {CHOICE}"]
    phone.take_code_calls()
    phone.press(phone.text_code())
    assert phone.in_room
    assert attempts() == ["code not sent", "code sent", "admitted"]


def test_when_every_way_fails_the_call_ends_with_words_and_each_was_tried_once(room):
    person(room, ("sms", MOBILE), ("call", "+12025550162"), ("email", MAILBOX))
    Fault.objects.inject("verify.send", 60238, status=403, times=None)
    phone = dialled(MAILBOX)
    assert phone.heard == [
        "Welcome. We could not send a text. We try another way.",
        "We could not call your other phone. We try another way.",
        "We are sorry. We cannot send you an e-mail. Please ask whoever invited you for help. Goodbye.",
    ]
    assert (phone.is_over, len(asked_of_twilio())) == (True, 3)


def test_with_a_choice_star_leads_to_a_menu_of_channels(room):
    person(room, ("sms", MOBILE), ("call", "+12025550162"), ("email", MAILBOX), ("sms", "+12025550163"))
    phone = dialled(MAILBOX)
    phone.press("*#")
    assert phone.heard == [
        (
            "For a text, press 1. For a call to your other phone, press 2. For an e-mail, press 3. "
            "For a text to another phone, press 4."
        )
    ]
    phone.press("3")
    assert phone.heard == [f"{BY_MAIL} {CHOICE}"]
    phone.press(phone.text_code())
    assert phone.in_room
    assert Admission.objects.get().channel == "email"


def test_silence_in_the_menu_leads_back_to_the_code(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    phone.press("*#")
    phone.stay_silent()
    assert phone.heard == [CHOICE]
    phone.press(phone.text_code())
    assert phone.in_room


def test_a_pound_after_the_star_in_the_menu_does_not_cut_the_choices_off(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MAILBOX)
    phone.press("*#")
    menu = "For a text, press 1. For an e-mail, press 2."
    phone.press("*#")
    assert phone.heard == [menu, menu]
    phone.press("2")
    assert phone.heard == [f"{BY_MAIL} {CHOICE}"]


def test_a_pound_after_the_star_is_heard_once_and_then_silence_is_silence(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    phone.press("*#")
    phone.press("*#")
    phone.stay_silent()
    assert phone.heard == [CHOICE]


def test_the_newest_code_is_what_is_checked(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MAILBOX)
    phone.press("*#")
    phone.press("2")
    mailed = phone.text_code()
    phone.press(wrong(mailed))
    assert phone.heard == ["That is not the code. Please enter the 6 digits of the newest e-mail."]
    phone.press(mailed)
    assert phone.in_room


def test_whoever_goes_back_to_the_first_way_gets_its_code_again(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    code = phone.text_code()
    for key in ("2", "2"):
        phone.press("*#")
        phone.press(key)
    assert phone.heard == [f"We have sent you another text. Please use the newest. {CHOICE}"]
    phone.press(code)
    assert phone.in_room
    assert Challenge.objects.count() == 2


def test_another_way_that_fails_leaves_the_code_in_hand_good(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    Fault.objects.inject("verify.send", 60217, status=400)
    phone.press("*#")
    phone.press("2")
    assert phone.heard == [
        (
            "We cannot send a code that way now. The code is in a text message from us. "
            f"Please enter it when you have found it. {ENTER}"
        )
    ]
    phone.press(phone.text_code())
    assert phone.in_room


def test_a_channel_out_of_service_is_tried_last_by_everybody_for_a_while(room, caplog):
    person(room, ("email", MAILBOX), ("sms", MOBILE))
    person(room, ("email", "bo@example.com"), ("sms", cast.BO), line=cast.BO, name="Bo")
    Fault.objects.inject("verify.send", 60217, status=400)
    dialled(MOBILE)
    assert caplog.messages[-1] == "no codes by email for now: Twilio answered 60217"
    assert dialled(cast.BO, line=cast.BO).heard == [f"Welcome. {BY_TEXT} {ENTER}"]


def test_a_channel_out_of_service_rests_too_where_it_would_not_send_once_more(room):
    person(room, ("sms", MOBILE))
    person(room, ("sms", cast.BO), ("email", "bo@example.com"), line=cast.BO, name="Bo")
    phone = dialled(MOBILE)
    Fault.objects.inject("verify.send", 60223, status=400)
    phone.press("*#")
    other = dialled(cast.BO, line=cast.BO)
    assert other.hears("We have sent you an e-mail")
    phone.press(phone.text_code())
    assert phone.in_room


def test_after_its_rest_a_channel_is_tried_first_again(room, settings):
    person(room, ("email", MAILBOX), ("sms", MOBILE))
    person(room, ("email", "bo@example.com"), ("sms", cast.BO), line=cast.BO, name="Bo")
    Fault.objects.inject("verify.send", 60217, status=400)
    dialled(MOBILE)
    with time_machine.travel(timezone.now() + timedelta(seconds=settings.CHANNEL_RESTS + 1), tick=False):
        assert dialled("bo@example.com", line=cast.BO).hears("We have sent you an e-mail")


def test_a_redial_adopts_the_code_that_came_by_another_way(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MAILBOX)
    phone.press("*#")
    phone.press("2")
    code = phone.text_code()
    phone.hang_up()
    again = dialled(MAILBOX)
    assert again.heard == [f"Welcome. A moment ago we sent you an e-mail with a 6 digit code. {CHOICE}"]
    again.press(code)
    assert again.in_room


def test_over_the_limit_of_one_contact_the_next_is_used(room, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "1/600"}
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    phone.press("*#")
    assert phone.heard == [f"{BY_MAIL} {ENTER}"]


def test_another_way_than_the_last_is_not_waited_for(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        phone = Phone(LANDLINE, texts=MAILBOX, clock=clock)
        phone.dial()
        for _again in range(2):
            phone.press("*#")
            phone.press("1")
        phone.wait(20)
        assert phone.hears("We have sent you another text.")
        phone.press("*#")  # three texts were the last: the mailbox is all that is left, and nothing went there yet
        assert phone.heard == [f"{BY_MAIL} {ENTER}"]
        phone.press(phone.text_code())
    assert phone.in_room


TOO_MANY_HERE = "We can check no more of those codes now. We try another way."
CALL_LATER = "We can check no more codes now. Please call again in ten minutes. Goodbye."


def test_whose_codes_others_have_guessed_at_too_often_gets_one_another_way_in_the_same_call(room, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_codes_per_contact": "2/600"}
    person(room, ("sms", MOBILE), ("whatsapp", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    code = phone.text_code()
    for _guess in range(2):
        phone.press(wrong(code))
    phone.press(code)
    assert phone.heard == [TOO_MANY_HERE, f"{BY_MAIL} {ENTER}"]
    phone.texts_at = MAILBOX
    phone.press(wrong(phone.text_code()))
    assert (phone.is_over, Admission.objects.exists()) == (True, False)  # three wrong ones in a call, by whichever way
    assert asked_of_twilio().count(("verify.check", "")) == 3


def test_a_code_that_twilio_has_voided_is_followed_by_another_way(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    Fault.objects.inject("verify.check", 60202, status=429, times=2)
    phone.press(phone.text_code())
    assert phone.heard == [TOO_MANY_HERE, f"{BY_MAIL} {ENTER}"]
    phone.texts_at = MAILBOX
    phone.press(phone.text_code())
    assert (phone.heard, phone.is_over) == ([CALL_LATER], True)  # no way twice


def test_a_way_at_rest_is_no_way_out_of_too_many_wrong_codes(room, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_codes_per_contact": "1/600"}
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    Fault.objects.inject("verify.send", 60223, status=400, to=MAILBOX)
    phone = dialled(MOBILE)
    phone.press("*#")
    phone.press("2")
    code = phone.text_code()
    phone.press(wrong(code))
    phone.press(code)
    assert (phone.heard, phone.is_over) == ([CALL_LATER], True)


def test_the_ladder_of_a_couple_has_only_what_they_share(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX), name="Ana")
    person(room, ("sms", "+12025550163"), ("email", MAILBOX), name="Bob")
    phone = dialled(MAILBOX)
    assert phone.heard == [f"Welcome. {BY_MAIL} {ENTER}"]
    phone.press(phone.text_code())
    assert phone.heard == ["For Board meeting as Ana, press 1. For Board meeting as Bob, press 2."]
    assert asked_of_twilio() == [("verify.send", MAILBOX), ("verify.check", "")]


def test_the_wait_before_the_same_again_grows_and_is_told(room, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "5/600"}  # as many as Twilio sends
    person(room, ("sms", MOBILE))
    with time_machine.travel(timezone.now(), tick=False) as clock:
        phone = Phone(LANDLINE, texts=MOBILE, clock=clock)
        phone.dial()
        phone.press("*#")
        assert phone.heard == [f"We have sent you another text. Please use the newest. {ENTER}"]
        for seconds in (20, 40, 60):
            phone.press("*#")
            assert phone.heard == [f"The next one goes out in {seconds} seconds. If the code comes before, enter it."]
            phone.wait(seconds - 1)
            assert phone.heard == []
            phone.wait(1)
            assert phone.heard == [f"We have sent you another text. Please use the newest. {ENTER}"]
        phone.press("*#")
        assert phone.heard == [f"We cannot send another text now. Please use the newest that you have. {ENTER}"]
        phone.press(phone.text_code())
    assert phone.in_room


def remembered() -> str:
    said = StringIO()
    call_command("remember_contacts", stdout=said)
    return said.getvalue()


@pytest.mark.parametrize("ends", [True, False])
def test_a_contact_remembers_how_its_codes_fared(room, ends):
    ana = person(room, ("sms", MOBILE), ("email", MAILBOX))
    Fault.objects.inject("verify.send", 60205, status=403)
    phone = dialled(MAILBOX)
    phone.press(phone.text_code())
    if ends:
        phone.hang_up()
    else:  # hours of conference may follow
        assert ana.contacts.filter(succeeded_at=None, failed_at=None).count() == 2
        assert remembered() == "Contacts noted: 2.\n"
        assert remembered() == "Contacts noted: 0.\n"
    text, mail = ana.contacts.all()
    failed, approved = Challenge.objects.order_by("pk")
    assert (text.failed_at, text.failure, text.succeeded_at) == (failed.sent_at, "cannot receive", None)
    assert (mail.succeeded_at, mail.failed_at) == (approved.approved_at, None)


def test_a_code_call_says_nothing_before_a_key_is_pressed(room):
    person(room, ("call", MOBILE))
    phone = dialled(MOBILE)
    assert [(message.seen, message.code) for message in phone.messages] == [
        ("It rings. Press any key on it to hear your code.", "")
    ]
    phone.take_code_calls()
    assert len(phone.text_code()) == 6


@pytest.mark.parametrize(("channel", "address"), [("email", MAILBOX), ("whatsapp", "+12025550162")])
def test_a_service_that_lacks_a_channel_sends_by_the_next(room, settings, channel, address):
    settings.SANDBOX_CHANNELS = ("sms",)
    person(room, (channel, address), ("sms", MOBILE))
    phone = dialled(MOBILE)
    phone.press(phone.text_code())
    assert phone.in_room


def test_wrong_codes_count_by_number_whichever_way_the_code_came(room, settings):
    settings.LIMITS = settings.LIMITS | {"wrong_codes_per_contact": "2/600"}
    person(room, ("sms", MOBILE), ("whatsapp", MOBILE))
    phone = dialled(MOBILE)
    code = phone.text_code()
    phone.press(wrong(code))
    phone.press("*#")
    phone.press("2")
    assert phone.text_code() == code
    phone.press(wrong(code))
    phone.press(code)
    assert (phone.is_over, Admission.objects.exists()) == (True, False)
    assert attempts()[-1] == "over limit"


def test_with_two_ways_the_menu_has_two_keys_and_no_third(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    phone.press("*#")
    assert phone.heard == ["For a text, press 1. For an e-mail, press 2."]
    phone.press("3")
    assert phone.heard == ["That is not one of the choices. For a text, press 1. For an e-mail, press 2."]


def test_a_star_reads_the_menu_out_again_and_has_an_end(room):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    phone.press("*#")
    for _again in range(3):
        phone.press("*")
        assert phone.heard == ["For a text, press 1. For an e-mail, press 2."]
    phone.press("*")
    assert (phone.heard, phone.is_over) == (["We are sorry, that did not work. Please call again. Goodbye."], True)


@pytest.mark.parametrize(("keys", "step"), [(("*#",), "ChooseWay"), (("*#", "1", "*#", "1"), "WaitToSend")])
def test_a_worker_that_dies_over_a_key_is_followed_by_the_question_and_no_second_code(room, keys, step):
    person(room, ("sms", MOBILE), ("email", MAILBOX))
    phone = dialled(MOBILE)
    for each in keys:
        phone.press(each)
    sent = asked_of_twilio()
    call = Call.objects.get()
    assert call.step == step
    Call.objects.update(reply="", turn=call.turn + 1, claimed_at=timezone.now() - timedelta(seconds=13))
    answer = post(f"/voice/turn/{call.turn}/", call_fields(CallSid=call.sid, From=LANDLINE, Digits="2"))
    assert Call.objects.get().step == step
    assert "<Gather" in answer.content.decode()
    assert asked_of_twilio() == sent
    assert Challenge.objects.count() == 1
