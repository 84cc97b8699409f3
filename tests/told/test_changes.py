"""Whoever's contact is changed is told where codes went until then, and it is pointed out for 48 hours."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone
from time_machine import travel

from participants.models import Contact, ContactChange, Delivery, Participant
from sandbox.models import Message
from tests import cast
from tests.admin.conftest import login
from tests.admin.page import save
from tests.phone import Phone

pytestmark = pytest.mark.django_db

NEW = "+12025550190"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def long_known(ana):
    """Ana has been in the book for a month."""
    Participant.objects.update(created_at=timezone.now() - timedelta(days=30))
    ana.refresh_from_db()


def page_of(person: Participant) -> str:
    return f"/admin/participants/participant/{person.pk}/change/"


def told() -> list[tuple[str, str]]:
    """Who was told, how."""
    call_command("send_due", verbosity=0)
    changed = Delivery.objects.filter(kind="contact changed", state="sent").order_by("pk")
    return list(changed.values_list("channel", "address"))


def hours_later(user: User, address: str, hours: float) -> str:
    """The page, as this user sees it so many hours from now."""
    with travel(timezone.now() + timedelta(hours=hours), tick=False):
        return login(user).get(address).content.decode()


@pytest.fixture
def mailbox(ana) -> Contact:
    """Hers as long as she is known."""
    contact = cast.mailbox(ana, "ana@example.com")
    for rows in (ContactChange.objects, Delivery.objects):
        rows.all().delete()
    return contact


def test_a_changed_mobile_is_told_at_the_mailbox_and_not_at_the_new_number(organizer, ana, mailbox):
    assert save(organizer, page_of(ana), contacts__0__address=NEW).status_code == 302

    assert told() == [("mail", "ana@example.com")]
    mail = Message.objects.get()
    assert mail.subject == "Where your codes for conference calls go has changed"
    change = ContactChange.objects.get()
    assert mail.body.startswith(
        "In the address book of Harbour, where your codes go has changed: "
        "text message …0101 became text message …0190. "
    )
    assert (change.what, change.by, change.old_address, change.address) == (
        "changed",
        "harbourmaster",
        cast.ANA,
        NEW,
    )


def test_a_changed_mailbox_is_told_at_the_old_one(organizer, ana, mailbox):
    save(organizer, page_of(ana), contacts__1__address="thief@example.com")
    assert told() == [("mail", "ana@example.com")]


def test_an_old_mobile_is_texted_only_where_its_owner_agreed(ana):
    contact = ana.contacts.get()
    contact.address = NEW
    contact.save()
    assert told() == []

    cast.agree_to_texts(contact)
    contact.address = cast.ANA
    contact.save()
    assert told() == [("text", NEW)]
    assert not contact.may_be_texted  # that was said for another number


def test_an_added_and_a_removed_contact_are_told_at_what_was_there(organizer, ana, mailbox):
    save(
        organizer,
        page_of(ana),
        contacts__2__channel="email",
        contacts__2__address="thief@example.com",
        contacts__2__position=5,
    )
    assert told() == [("mail", "ana@example.com")]
    save(organizer, page_of(ana), contacts__1__DELETE="on")
    assert told() == [("mail", "ana@example.com"), ("mail", "ana@example.com"), ("mail", "thief@example.com")]
    assert list(ContactChange.objects.order_by("pk").values_list("what", "by")) == [
        ("added", "harbourmaster"),
        ("removed", "harbourmaster"),
    ]


def test_what_is_saved_outside_the_admin_is_told_and_recorded_too(ana, mailbox):
    contact = ana.contacts.get(channel="sms")
    contact.address = NEW
    contact.save()
    mailbox.delete()
    assert told() == [("mail", "ana@example.com")] * 2
    assert [(change.what, change.by) for change in ContactChange.objects.all()] == [("removed", ""), ("changed", "")]


def test_what_is_no_change_of_an_address_is_told_to_nobody(organizer, ana, mailbox):
    save(organizer, page_of(ana), name="Ana Bell", contacts__0__position=3, contacts__0__agreed="spoken")
    assert (told(), ContactChange.objects.count()) == ([], 0)


def test_a_new_persons_contacts_and_slips_of_the_pen_are_told_to_nobody(organizer, harbour):
    page = "/admin/participants/participant/add/"
    save(organizer, page, name="New", contacts__0__channel="email", contacts__0__address="now@example.com")
    new = Participant.objects.get(name="New")
    save(organizer, page_of(new), contacts__0__address="new@example.com")
    assert (told(), ContactChange.objects.count()) == ([], 0)


def test_a_change_that_is_undone_tells_nobody(ana, mailbox):
    with pytest.raises(RuntimeError):
        fail_after_saving(ana.contacts.get(channel="sms"))
    assert (told(), ContactChange.objects.count()) == ([], 0)


def fail_after_saving(contact: Contact) -> None:
    from django.db import transaction

    with transaction.atomic():
        contact.address = NEW
        contact.save()
        raise RuntimeError


# Pointed out for 48 hours


def test_a_change_of_this_minute_was_just_now(ana):
    cast.mailbox(ana, "ana@example.com")
    change = ContactChange.objects.get()
    assert change.flag(change.at + timedelta(seconds=59)) == "added just now"
    change.by = "harbourmaster"
    assert change.flag(change.at) == "added just now by harbourmaster"
    assert change.flag(change.at + timedelta(seconds=60)) == "added 1 minute ago by harbourmaster"


def test_it_is_pointed_out_to_the_teams_people_for_48_hours(harbourmaster, organizer, neighbour, room, ana, mailbox):
    save(organizer, page_of(ana), contacts__0__address=NEW)
    flag = '<span class="flag">changed 3 hours ago by harbourmaster</span>'
    roster = f"/admin/participants/conference/{room.pk}/change/"
    for page in (page_of(ana), roster, "/admin/participants/participant/"):
        assert flag in hours_later(harbourmaster, page, 3.01)
        assert 'class="flag"' not in hours_later(harbourmaster, page, 49)
        assert "harbourmaster" not in neighbour.get(page, follow=True).content.decode()
    assert "text message …0101 became text message …0190" in hours_later(harbourmaster, page_of(ana), 49)


def test_the_log_says_so_of_a_seat_whose_code_went_there(organizer, ana, mailbox):
    save(organizer, page_of(ana), contacts__0__address=NEW)
    with travel(timezone.now() + timedelta(minutes=20)):
        phone = Phone(cast.ANA, texts=NEW)
        phone.dial()
        phone.press(phone.text_code())
        phone.hang_up()
        app = cast.app(ana)
        other_phone = Phone(cast.ANA)
        other_phone.dial()
        other_phone.press(app.code())
    words = "a code by text to another number than the calling one; the contact had been changed 20 minutes ago by"
    page = organizer.get("/admin/verification/admission/").content.decode()
    assert words in page
    assert "a code from an authenticator app; the app had been added just now by a link that mia sent" in page
    story = f"/admin/verification/call/{ana.admissions.earliest('pk').call_id}/change/"
    assert words in organizer.get(story).content.decode()


def test_the_log_says_nothing_of_it_where_the_code_went_elsewhere(organizer, ana, mailbox):
    save(organizer, page_of(ana), contacts__1__address="other@example.com")
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert "had been" not in organizer.get("/admin/verification/admission/").content.decode()


# Consent to texts, on record


def test_consent_is_typed_beside_the_contact_with_when_how_and_by_whom(organizer, ana):
    save(organizer, page_of(ana), contacts__0__agreed="written")
    contact = ana.contacts.get()
    assert (contact.may_be_texted, contact.texts_agreed_how, contact.texts_agreed_noted_by) == (
        True,
        "written",
        "harbourmaster",
    )
    assert "noted by harbourmaster" in organizer.get(page_of(ana)).content.decode()

    save(organizer, page_of(ana), contacts__0__agreed="")
    contact.refresh_from_db()
    assert (contact.may_be_texted, contact.texts_withdrawn_at is not None) == (False, True)
    assert "wants no texts since" in organizer.get(page_of(ana)).content.decode()


def test_a_mailbox_cannot_agree_to_texts(organizer, ana, mailbox):
    answer = save(organizer, page_of(ana), contacts__1__agreed="spoken")
    assert "Only a contact by text message can agree to texts." in answer.content.decode()


def test_consent_given_with_a_new_number_holds_for_it(organizer, ana):
    save(organizer, page_of(ana), contacts__0__agreed="spoken")
    save(organizer, page_of(ana), contacts__0__agreed="form", contacts__0__address=NEW)
    assert ana.contacts.get().may_be_texted


def test_whoever_only_looks_sees_consent_and_changes(auditor, ana):
    cast.agree_to_texts(ana.contacts.get())
    body = auditor.get(page_of(ana)).content.decode()
    assert "noted by mia" in body
    assert 'name="contacts-0-agreed"' not in body
