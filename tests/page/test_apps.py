"""The authenticator app beside the phone: what it shows, and what is heard when Twilio does not check its code."""

from datetime import timedelta

import pytest

from conferenceline.outbox import send_due
from participants.models import Authenticator, Delivery
from participants.notices import set_up_authenticator
from sandbox import mishaps
from sandbox.models import Factor, Fault
from tests import cast
from tests.page.desk import said

OF_AN_APP = [mishap for mishap in mishaps.MISHAPS if mishap.operation == "challenges.create"]


@pytest.fixture
def app(ana, bo, clock):
    return cast.app(ana)


def test_the_app_shows_a_code_to_its_owner_and_to_nobody_else(desk, app, clock):
    anas, bos = desk.phones
    assert [each["code"] for each in anas["apps"]] == [app.code()]
    assert 0 < anas["apps"][0]["seconds"] <= 30
    assert bos["apps"] == []
    clock.shift(timedelta(seconds=30))
    assert desk.phones[0]["apps"][0]["code"] == app.code()


def test_texts_are_read_at_the_mobile_of_whoever_has_an_app(desk, app):
    assert (desk.phones[0]["name"], desk.phones[0]["texts_at"]) == ("Ana", cast.ANA)


def test_the_code_that_is_shown_opens_the_door(desk, app):
    phone = desk.phones[0]["id"]
    state = desk.call(phone)
    assert state["messages"] == []
    desk.do(phone, "press", keys=state["apps"][0]["code"])
    assert ("Line", "Thank you, Ana. You are the first.") in said(desk.look(phone))


def test_an_app_that_waits_for_its_first_code_shows_the_newest_secret(desk, app):
    Factor.objects.create(entity=Factor.objects.get().entity, friendly_name="begun anew")
    [shown] = desk.phones[0]["apps"]
    assert (shown["words"], shown["code"]) == ("not confirmed yet", Factor.objects.latest("pk").code())


def test_the_mail_with_the_link_shows_beside_the_phone(desk, ana, bo, settings):
    settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"
    mailbox = cast.mailbox(ana, "ana@example.com")
    link = Authenticator.objects.invite(ana, "mia")
    Delivery.objects.owe_link(link, mailbox, set_up_authenticator("Harbour", link.expires_at))
    send_due()
    assert (
        link.link()
        in next(each for phone in desk.phones if phone["name"] == "Ana" for each in phone["messages"])["body"]
    )


@pytest.mark.parametrize("mishap", OF_AN_APP, ids=lambda mishap: mishap.name)
def test_every_error_of_a_check_is_heard_once_and_ends_in_words(desk, app, mishap):
    phone = desk.phones[0]["id"]
    assert desk.do(phone, "mishap", next=mishap.name)["mishap"] == mishap.name
    desk.call(phone)
    desk.do(phone, "press", keys=app.code())
    state = desk.look(phone)
    assert (state["mishap"], Fault.objects.filter(remaining__gt=0).exists()) == ("", False)
    assert said(state)[-1][0] == "Line"
    assert said(state)[-1][1].strip()
    assert state["stage"] != "room"
