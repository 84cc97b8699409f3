"""What the worker does every minute besides sending: it asks for line types, where the operator wants that."""

import pytest

from conferenceline import tasks
from participants.models import Contact
from sandbox.models import Fault
from tests.calls.log import asked_of_twilio
from verification.line_types import ask_due

pytestmark = pytest.mark.django_db


def test_it_asks_what_kind_of_line_a_new_contact_has(ana, settings):
    settings.LOOKUP_LINE_TYPES = True
    tasks.every_minute.call_local()
    assert asked_of_twilio() == [("lookups.fetch", "")]
    assert ana.contacts.get().line_type == "mobile"
    tasks.every_minute.call_local()
    assert len(asked_of_twilio()) == 1


def test_it_asks_nothing_otherwise(ana):
    tasks.every_minute.call_local()
    assert asked_of_twilio() == []


def test_a_question_that_our_account_may_not_ask_is_asked_again_once_it_is_mended(ana, settings):
    settings.LOOKUP_LINE_TYPES = True
    Fault.objects.inject("lookups.fetch", 20003, status=401)
    with pytest.raises(Exception, match="20003"):
        ask_due()
    assert Contact.objects.of_unknown_line().count() == 1
