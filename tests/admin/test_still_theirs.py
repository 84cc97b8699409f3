"""A number that Twilio takes for somebody else's: the page of the person says so, and has a button against it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from participants.models import Contact
from tests import cast


@pytest.fixture(autouse=True)
def asks(settings):
    settings.LOOKUP_REASSIGNED_NUMBERS = True


@pytest.fixture
def contact(ana) -> Contact:
    Contact.objects.create(participant=ana, channel="whatsapp", address=cast.ANA, position=1)
    ana.contacts.update(reassigned_at=timezone.now())
    return ana.contacts.first()


def page(browser: Client, contact: Contact) -> str:
    return browser.get(f"/admin/participants/participant/{contact.participant_id}/change/").content.decode()


def press(browser: Client, contact: Contact) -> int:
    address = f"/admin/participants/participant/{contact.participant_id}/still-theirs/"
    return browser.post(address, {"contact": contact.pk}).status_code


def test_the_button_says_that_the_number_is_theirs_on_all_its_channels(organizer, contact):
    said = page(organizer, contact)
    assert said.count("Somebody else’s, as Twilio said on ") == 2
    assert said.count(">Still theirs<") == 2
    assert press(organizer, contact) == 302
    assert not Contact.objects.exclude(reassigned_at=None).exists()
    assert Contact.objects.filter(address=cast.ANA, confirmed_at__isnull=False).count() == 2
    assert LogEntry.objects.get().get_change_message() == f"Said that {cast.ANA} is still theirs."
    assert "Somebody else’s" not in page(organizer, contact)


def test_who_may_only_look_sees_it_and_says_nothing(auditor, contact):
    said = page(auditor, contact)
    assert "Somebody else’s, as Twilio said on " in said
    assert "Still theirs" not in said
    assert press(auditor, contact) == 403
    assert contact.participant.contacts.exclude(reassigned_at=None).count() == 2


def test_nobody_of_another_team_says_so(neighbour, contact):
    assert press(neighbour, contact) == 302  # back to the list: there is no such person
    assert contact.participant.contacts.exclude(reassigned_at=None).count() == 2


def test_a_contact_of_somebody_else_is_not_found(organizer, contact, bo):
    other = bo.contacts.get()
    other.participant_id = contact.participant_id
    assert press(organizer, other) == 404


def test_nothing_is_said_where_the_operator_does_not_have_it_asked(organizer, contact, settings):
    settings.LOOKUP_REASSIGNED_NUMBERS = False
    assert "Somebody else’s" not in page(organizer, contact)
