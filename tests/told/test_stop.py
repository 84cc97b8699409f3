"""STOP, texted to the line, ends texts to that number in every book; START gives back what STOP took, and no more."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from participants.models import Contact, HeardText
from participants.models.heard_texts import KEPT
from sandbox.models import Message
from tests import cast
from tests.admin.page import save
from tests.edge.signed import post
from tests.outbox.owed import text_to
from tests.page.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def both(ana) -> tuple[Contact, Contact]:
    """Ana's mobile in two teams' books; texts are agreed to in both."""
    other = cast.person(cast.team("Quay"), "A. Bell", cast.ANA)
    return cast.agree_to_texts(ana.contacts.get()), cast.agree_to_texts(other.contacts.get())


def texts_in(*contacts: Contact) -> list[bool]:
    for each in contacts:
        each.refresh_from_db()
    return [each.may_be_texted for each in contacts]


def say(body: str, sid: int, sender: str = cast.ANA, **more: str) -> None:
    """The text, as Twilio tells of it; the line answers nothing."""
    fields = {"MessageSid": f"SM{sid:032x}", "From": sender, "To": "+12025550100", "Body": body} | more
    answer = post("/texts/", fields)
    assert answer.status_code == 200
    assert re.sub(r"<\?.*?\?>", "", answer.content.decode()) == "<Response />"


@pytest.mark.parametrize("word", ["STOP", " stop\n", "Unsubscribe", "QUIT", "OptOut"])
def test_stop_ends_texts_in_every_book(both, bo, word):
    bos = cast.agree_to_texts(bo.contacts.get())
    say(word, 1)
    assert texts_in(*both, bos) == [False, False, True]


@pytest.mark.parametrize("words", ["Please stop texting me", "HELP", "", "I will be late"])
def test_what_is_no_such_word_changes_nothing(both, words):
    say(words, 1)
    assert texts_in(*both) == [True, True]
    assert not HeardText.objects.exists()


def test_nobody_but_its_owner_undoes_a_stop(organizer, ana):
    """The carriers let no text through until START comes from that number."""
    cast.agree_to_texts(ana.contacts.get())
    say("STOP", 1)
    page = f"/admin/participants/participant/{ana.pk}/change/"

    answer = save(organizer, page, contacts__0__agreed="spoken")
    assert "They answered STOP: texts reach them again once they answer START." in answer.content.decode()
    assert texts_in(ana.contacts.get()) == [False]
    assert save(organizer, page, name="Ana Bell-Reed").status_code == 302
    say("START", 2)
    assert texts_in(ana.contacts.get()) == [True]
    say("STOP", 3)
    assert save(organizer, page, contacts__0__agreed="spoken", contacts__0__address="+12025550133").status_code == 302
    assert texts_in(ana.contacts.get()) == [True]


def test_whoever_answered_stop_is_not_to_be_noted_as_agreeing(organizer, ana, room):
    cast.agree_to_texts(ana.contacts.get())
    say("STOP", 1)
    page = organizer.get(f"/admin/participants/conference/{room.pk}/invite/").content.decode()
    assert "nothing: they answered STOP; add a mail address" in page
    assert "note that they agreed" not in page


def test_start_gives_back_what_stop_took(both):
    say("STOP", 1)
    say("START", 2)
    assert texts_in(*both) == [True, True]


def test_start_agrees_to_nothing(ana, both):
    """Not where an organizer noted "no", and not where nobody ever agreed."""
    both[0].withdraw_texts()
    both[0].save()
    Contact.objects.filter(pk=both[1].pk).update(texts_agreed_at=None)
    say("STOP", 1)
    say("START", 2)
    assert texts_in(*both) == [False, False]


def test_a_copy_of_stop_after_start_takes_nothing_back(both):
    say("STOP", 1)
    say("START", 2)
    say("STOP", 1)
    assert texts_in(*both) == [True, True]
    say("STOP", 3)
    assert texts_in(*both) == [False, False]


def test_words_of_a_messaging_service_are_told_by_their_meaning(both):
    say("ALTO", 1, OptOutType="STOP")
    assert texts_in(*both) == [False, False]
    say("VOLVER", 2, OptOutType="START")
    assert texts_in(*both) == [True, True]
    say("STOP", 3, OptOutType="HELP")
    assert texts_in(*both) == [True, True]


@pytest.mark.parametrize(
    "changed", [{"From": f"whatsapp:{cast.ANA}"}, {"From": ""}, {"MessageSid": ""}, {"MessageSid": "SM1' OR 1=1"}]
)
def test_what_is_no_text_of_a_telephone_changes_nothing(both, changed):
    say("STOP", 1, **changed)
    assert texts_in(*both) == [True, True]


def test_consent_given_anew_is_not_start_s_to_give_back(both):
    say("STOP", 1)
    assert texts_in(*both) == [False, False]
    cast.agree_to_texts(both[0])
    both[0].withdraw_texts()
    both[0].save()
    say("START", 2)
    assert texts_in(*both) == [False, True]


def test_of_a_text_is_kept_its_name_and_that_for_a_week(both):
    say("STOP", 1)
    assert {field.name for field in HeardText._meta.fields} == {"id", "sid", "at"}
    with travel(timezone.now() + KEPT + timedelta(minutes=1), tick=False):
        say("START", 2)
    assert list(HeardText.objects.values_list("sid", flat=True)) == [f"SM{2:032x}"]


def test_from_the_phone_page_stop_and_start(settings, ana, bo):
    settings.SANDBOX_TRANSPORT = "tests.phone.HandlerTransport"
    cast.agree_to_texts(ana.contacts.get())
    desk = Desk(Client())
    phone = desk.phones[0]["id"]

    state = desk.do(phone, "text", body="Stop")

    assert state["messages"][0]["body"].startswith("You have successfully been unsubscribed.")
    assert texts_in(ana.contacts.get()) == [False]
    cast.agree_to_texts(ana.contacts.get())  # an organizer notes what Twilio will not hear of
    owed = text_to(ana)
    send_due()
    owed.refresh_from_db()
    assert owed.last_error == "They have answered STOP, and get no texts from us any more."
    assert texts_in(ana.contacts.get()) == [False]

    desk.do(phone, "text", body="START")

    assert texts_in(ana.contacts.get()) == [True]
    text_to(ana, body="The doors are open again.")
    send_due()
    assert Message.objects.latest("pk").body == "The doors are open again."
    assert desk.refusal(phone, "text", body=" ") == "Type what the text shall say."


def test_a_stop_holds_at_twilio_where_the_contact_was_deleted_and_typed_again(settings, ana):
    settings.SANDBOX_TRANSPORT = "tests.phone.HandlerTransport"
    cast.agree_to_texts(ana.contacts.get())
    desk = Desk(Client())
    desk.do(desk.phones[0]["id"], "text", body="STOP")
    ana.contacts.get().delete()
    again = cast.agree_to_texts(Contact.objects.create(participant=ana, channel="sms", address=cast.ANA))
    owed = text_to(ana)

    send_due()

    owed.refresh_from_db()
    assert owed.last_error == "They have answered STOP, and get no texts from us any more."
    assert texts_in(again) == [False]
