"""A test code: what arrives, what the page says of it, that it opens nothing, and who may not press it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from conferenceline.outbox import send_due
from participants.models import Contact, Delivery, Participant
from sandbox.models import Fault, Message, Verification
from tests import cast
from tests.admin.conftest import NELL, login, make_member
from tests.calls.log import asked_of_twilio
from tests.phone import Phone
from verification import throttle
from verification.ladder import remember_lately
from verification.models import Admission, Tally

TOLD = "A test code is on its way. It opens no room; what became of it is said beside the contact."


@pytest.fixture
def contact(ana: Participant) -> Contact:
    return ana.contacts.get()


def page_of(person: Participant) -> str:
    return f"/admin/participants/participant/{person.pk}/change/"


def press(browser: Client, contact: Contact, person: Participant | None = None) -> list[str]:
    """What the page says after "Send a test code" beside this contact."""
    pk = (person or contact.participant).pk
    answer = browser.post(f"/admin/participants/participant/{pk}/test-code/", {"contact": contact.pk}, follow=True)
    assert answer.status_code == 200, answer.status_code
    return [str(message) for message in answer.context["messages"]]


def said_beside(browser: Client, contact: Contact) -> str:
    """The words before the button."""
    html = browser.get(page_of(contact.participant)).content.decode()
    return html.partition('<button type="submit" class="button" form="test-code"')[0].rpartition("<p>")[2].strip()


def operations() -> list[str]:
    return [operation for operation, _to in asked_of_twilio()]


def test_the_button_sends_a_code_and_the_page_says_so(organizer, contact):
    assert said_beside(organizer, contact) == ""
    assert press(organizer, contact) == [TOLD]
    assert (Message.objects.count(), Delivery.objects.get().state) == (0, "waiting")  # nothing is sent by the page
    assert said_beside(organizer, contact).startswith("On its way since ")
    assert send_due() == 1
    assert Message.objects.get().to == cast.ANA
    assert said_beside(organizer, contact).startswith("Sent at ")
    assert LogEntry.objects.get().get_change_message() == "Sent a test code by text message."
    assert Message.objects.get().code not in organizer.get(page_of(contact.participant)).content.decode()


def test_pressed_twice_it_sends_one(organizer, contact):
    assert [press(organizer, contact), press(organizer, contact)] == [
        [TOLD],
        ["A test code is on its way there already."],
    ]
    assert send_due() == 1
    assert (Message.objects.count(), LogEntry.objects.count()) == (1, 1)


def test_a_test_code_opens_no_room_and_the_next_call_gets_another(organizer, contact):
    press(organizer, contact)
    assert send_due() == 1
    read_out = Message.objects.get().code
    assert Verification.objects.get().status == "canceled"

    phone = Phone(cast.ANA)
    phone.dial()
    assert Verification.objects.count() == 2
    if read_out != Message.objects.latest("pk").code:  # one in a million
        phone.press(read_out)
        assert phone.hears("That is not the code.")
        assert not Admission.objects.exists()
    phone.press(Message.objects.latest("pk").code)
    assert Admission.objects.get().participant == contact.participant


def test_a_code_that_a_caller_waits_for_is_left_alone(organizer, contact):
    phone = Phone(cast.ANA)
    phone.dial()
    press(organizer, contact)
    assert send_due() == 1
    assert said_beside(organizer, contact).endswith(
        "A caller has been sent a code there and may still type it. Try again in ten minutes."
    )
    assert operations() == ["verify.send"]
    phone.press(Message.objects.get().code)
    assert Admission.objects.count() == 1


def test_tests_leave_callers_their_codes(organizer, contact):
    press(organizer, contact)
    assert send_due() == 1
    hits = dict(Tally.objects.values_list("key", "hits"))
    assert hits == {
        f"tests_per_contact sms {cast.ANA}": 1,
        f"tests_per_team {contact.participant.team_id}": 1,
        f"sends_per_contact sms {cast.ANA}": 0,
        f"wrong_codes_per_contact {cast.ANA}": 0,
        "sends_per_hour": 1,
        "sends_per_day": 1,
    }
    press(organizer, contact)
    assert send_due() == 1
    assert said_beside(organizer, contact).endswith("A test code went there a few minutes ago. Wait a little.")
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("sends_per_contact", "Calls have sent codes there a moment ago. Wait ten minutes."),
        ("tests_per_team", "Your team has sent many test codes. Wait an hour."),
        ("sends_per_hour", "This installation has sent as many codes as it may."),
    ],
)
def test_each_limit_has_its_words(organizer, contact, settings, limit, words):
    settings.LIMITS = settings.LIMITS | {limit: "1/600"}
    subject = {"sends_per_contact": f"sms {cast.ANA}", "tests_per_team": str(contact.participant.team_id)}
    throttle.take(**{limit: subject.get(limit, "")})
    press(organizer, contact)
    assert send_due() == 1
    assert said_beside(organizer, contact).endswith(words)
    assert operations() == []


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"code": 60205, "status": 403}, "No code can reach this contact this way (60205)."),
        ({"code": 60203, "status": 429}, "Twilio sends no more codes there for ten minutes (60203)."),
        ({"code": 20429, "status": 429}, "Twilio had too much to do (20429). Try again in a minute."),
        ({"code": 20003, "status": 401}, "Twilio does not accept our account or our Verify service (20003)."),
        ({"kind": "timeout_after"}, "Twilio did not say whether the code was sent."),
    ],
)
def test_what_kept_it_from_being_sent_is_said_and_it_is_not_tried_again(organizer, contact, fault, said):
    Fault.objects.inject("verify.send", **fault)
    press(organizer, contact)
    assert send_due() == 1
    assert said_beside(organizer, contact).endswith(said)
    assert (operations(), send_due()) == (["verify.send"], 0)


def test_who_can_get_in_follows_the_test(organizer, contact, room):
    """A call met a fault; then the test that the page advises went out, and another did not."""
    health = f"/admin/participants/conference/{room.pk}/health/"
    Fault.objects.inject("verify.send", 60205, status=403)
    Phone(cast.ANA).dial()
    assert "The last code did not go out" in organizer.get(health).content.decode()

    press(organizer, contact)
    assert send_due() == 1
    remember_lately()

    assert "did not go out" not in organizer.get(health).content.decode()
    assert "cannot receive codes this way" not in organizer.get(page_of(contact.participant)).content.decode()
    Tally.objects.all().delete()
    Fault.objects.inject("verify.send", 60205, status=403)
    press(organizer, contact)
    assert send_due() == 1
    assert "The last code did not go out: cannot receive" in organizer.get(health).content.decode()


def test_a_fault_of_the_moment_is_not_held_against_a_contact(organizer, contact):
    Fault.objects.inject("verify.send", 20429, status=429)
    press(organizer, contact)
    assert send_due() == 1
    contact.refresh_from_db()
    assert (contact.failed_at, contact.failure) == (None, "")


def test_a_contact_that_was_changed_meanwhile_gets_nothing(organizer, contact):
    press(organizer, contact)
    Contact.objects.filter(pk=contact.pk).update(address="+12025550177")
    assert send_due() == 1
    assert Delivery.objects.get().last_error == "The contact was changed or removed."
    assert operations() == []


@pytest.mark.usefixtures("both")
def test_who_may_not_change_a_person_may_not_text_them(organizers, nobody, neighbour, organizer, harbour, contact):
    auditor = login(make_member("auditor", harbour, "auditor"))
    moderator = login(make_member("moderator", harbour, "moderator"))
    address = f"/admin/participants/participant/{contact.participant.pk}/test-code/"
    statuses = [
        each.post(address, {"contact": contact.pk}).status_code for each in (nobody, neighbour, auditor, moderator)
    ]
    assert statuses == [302, 302, 403, 403]
    assert "Send a test code" not in auditor.get(page_of(contact.participant)).content.decode()
    assert "Send a test code" in organizer.get(page_of(contact.participant)).content.decode()
    nells = Contact.objects.get(address=NELL)
    assert organizer.post(address, {"contact": nells.pk}).status_code == 404  # a foreign contact by one's own person
    assert organizer.post(address, {"contact": "x"}).status_code == 404
    assert not Delivery.objects.filter(kind="test code").exists()


def test_a_test_code_is_in_the_language_of_the_person(organizer, contact):
    Participant.objects.update(language="es")
    assert press(organizer, contact) == [TOLD]
    assert send_due() == 1
    assert Message.objects.get().body.startswith("Su código de verificación de Conferenceline es: ")
