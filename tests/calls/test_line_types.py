"""What kind of line a contact has: asked after saving, never in a call; what cannot work is skipped."""

import pytest
from django.core.management import CommandError, call_command

from conferenceline.tasks import every_minute
from participants.models import Contact
from sandbox.models import Fault
from tests import cast
from tests.calls.log import REFUSAL, asked_of_twilio
from tests.phone import Phone
from verification.admin.words import DETAILS, reason
from verification.line_types import ask_due
from verification.models import Attempt

pytestmark = pytest.mark.django_db

LANDLINE, MAILBOX = "+12025550160", "dora@example.com"


@pytest.fixture
def dora(room, settings):
    settings.LOOKUP_LINE_TYPES = True
    person = cast.person(room.team, "Dora", LANDLINE)
    Contact.objects.create(participant=person, channel="email", address=MAILBOX, position=1)
    cast.invite(room, person)
    return person


def test_once_the_line_is_known_to_be_a_landline_no_text_goes_there(dora):
    assert ask_due() == 1
    assert list(dora.contacts.values_list("channel", "line_type")) == [("sms", "landline"), ("email", "")]
    phone = Phone(LANDLINE, texts=MAILBOX)
    phone.dial()
    assert asked_of_twilio() == [("lookups.fetch", ""), ("verify.send", MAILBOX)]


def test_each_number_is_asked_for_once(dora):
    assert (ask_due(), ask_due()) == (1, 0)
    dora.contacts.get(channel="sms").save()
    assert ask_due() == 0


def test_a_changed_number_is_asked_for_again_and_what_was_known_is_forgotten(dora):
    ask_due()
    contact = dora.contacts.get(channel="sms")
    contact.address = "+12025550161"
    contact.save()
    contact.refresh_from_db()
    assert (contact.line_type, contact.line_type_asked_at) == ("", None)
    assert ask_due() == 1
    assert dora.contacts.get(channel="sms").line_type == "mobile"


@pytest.mark.parametrize(
    ("channels", "why"), [(("sms", "call"), ["itself", "line"]), (("call",), ["itself"]), ((), [])]
)
def test_the_log_says_why_no_code_can_go_to_a_landline_that_calls_itself(dora, channels, why):
    dora.contacts.all().delete()
    for position, channel in enumerate(channels):
        Contact.objects.create(participant=dora, channel=channel, address=LANDLINE, position=position)
    ask_due()
    phone = Phone(LANDLINE)
    phone.dial()
    assert phone.heard == [REFUSAL]
    attempt = Attempt.objects.get()
    assert (attempt.outcome, attempt.detail) == (Attempt.Outcome.NO_CONTACT, ", ".join(why))
    assert reason(attempt) == ", ".join(str(DETAILS[each]) for each in why)


@pytest.mark.parametrize(("code", "status", "due"), [(20429, 429, 1), (60600, 400, 0)])
def test_what_was_not_answered_stays_due_and_what_cannot_be_known_does_not(dora, code, status, due):
    Fault.objects.inject("lookups.fetch", code, status=status)
    ask_due()
    assert Contact.objects.of_unknown_line().count() == due


def test_nothing_is_asked_unless_the_operator_wants_it(dora, settings):
    settings.LOOKUP_LINE_TYPES = False
    assert (ask_due(), asked_of_twilio()) == (0, [])
    with pytest.raises(CommandError, match="LOOKUP_LINE_TYPES=on"):
        call_command("ask_line_types")


def test_the_worker_asks_each_minute_where_the_operator_wants_it(dora, settings):
    settings.LOOKUP_LINE_TYPES = False
    every_minute.call_local()
    assert asked_of_twilio() == []
    settings.LOOKUP_LINE_TYPES = True
    every_minute.call_local()
    assert dora.contacts.get(channel="sms").line_type == "landline"
