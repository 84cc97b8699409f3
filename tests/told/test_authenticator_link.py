"""Setting up an authenticator app: the mail, the page behind its link, and what is told and forgotten."""

import re
from base64 import b32encode
from datetime import timedelta
from functools import partial

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from participants.admin.authenticators import how_far
from participants.models import Authenticator, Contact, ContactChange, Delivery, Participant
from sandbox.mishaps import CONFIRM, NEW_APP
from sandbox.models import Entity, Factor, Fault, Message, RestRequest
from tests import cast, mishaps
from tests.accounts.people import App
from tests.admin.page import save
from tests.calls.at_once import at_once
from tests.calls.log import wrong
from tests.phone import Phone
from verification.forgetting import forget_due

pytestmark = pytest.mark.django_db

MAILBOX = "ana@example.com"
PAGE = "/authenticator/"
GONE = "This link does not work any more"
SENT = "A mail with the link is on its way. It works once, for a day; earlier links work no more."


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to("2026-11-24 12:00:05Z", tick=False)
    return time_machine


@pytest.fixture
def ana(ana) -> Participant:
    """She has a mailbox too, and has been in the book for a month."""
    cast.mailbox(ana, MAILBOX)
    Participant.objects.update(created_at=timezone.now() - timedelta(days=30))
    ana.refresh_from_db()
    return ana


def page_of(person: Participant) -> str:
    return f"/admin/participants/participant/{person.pk}/change/"


def press(browser: Client, person: Participant) -> list[str]:
    """What the page says after "Send the enrolment link"."""
    answer = browser.post(f"/admin/participants/participant/{person.pk}/authenticator/", follow=True)
    assert answer.status_code == 200
    return [str(message) for message in answer.context["messages"]]


def said_of(browser: Client, person: Participant) -> str:
    """Beside the button on the person's page."""
    html = browser.get(page_of(person)).content.decode()
    return re.search(r'field-authenticator.*?<div class="readonly">(.*?)(?:<button|</div>)', html, re.DOTALL)[1].strip()


def mailed_link() -> str:
    call_command("send_due", verbosity=0)
    body = Message.objects.filter(subject__startswith="Set up your").latest("pk").body
    return re.search(r"http\S+", body)[0].removeprefix(settings.PUBLIC_URL)


@pytest.fixture
def link(organizer, ana) -> str:
    """As it is in the mail."""
    assert press(organizer, ana) == [SENT]
    return mailed_link()


class Visitor(Client):
    """Whoever opens the link."""

    def __init__(self, link: str = PAGE) -> None:
        super().__init__(enforce_csrf_checks=True)
        self.open(link)

    def open(self, path: str) -> "Visitor":
        self.answer = self.get(path, follow=True)
        return self

    def press(self, **fields: str) -> "Visitor":
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.sees)
        self.answer = self.post(PAGE, {"csrfmiddlewaretoken": token[1] if token else "", **fields}, follow=True)
        return self

    def begin(self) -> App:
        return App(re.search(r'class="key"[^>]*>([A-Z2-7 ]+)<', self.press(begin="").sees)[1])

    @property
    def sees(self) -> str:
        return self.answer.content.decode()

    @property
    def is_turned_away(self) -> bool:
        return self.answer.status_code == 410 and GONE in self.sees


def test_from_the_button_to_a_call_with_the_app(organizer, ana, link):
    mail = Message.objects.latest("pk")
    assert (mail.to, mail.subject) == (MAILBOX, "Set up your authenticator app for conference calls")
    visitor = Visitor(link)
    assert "link=" not in visitor.answer.request["QUERY_STRING"]
    app = visitor.begin()
    assert "<svg" in visitor.sees
    visitor.press(code=app.code())
    assert "Your authenticator app is set up" in visitor.sees
    contact = ana.contacts.first()
    assert (contact.channel, contact.address, str(contact)) == (
        "totp",
        Authenticator.objects.get().identity,
        "authenticator app",
    )
    assert list(ana.contacts.values_list("channel", flat=True)) == ["totp", "sms", "email"]
    assert said_of(organizer, ana).startswith("Set up at ")
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(app.code())
    assert phone.hears("That code was used before.")  # for this very page


def test_after_the_next_step_the_call_gets_in(ana, link, clock):
    visitor = Visitor(link)
    app = visitor.begin()
    visitor.press(code=app.code())
    clock.shift(timedelta(seconds=30))
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(app.code())
    assert phone.in_room


def test_looking_at_the_link_uses_up_nothing_and_makes_nothing(link):
    for _scanner in range(3):
        assert Client().get(link, follow=True).status_code == 200
        assert Client().head(link, follow=True).status_code == 200
    assert not Entity.objects.exists()
    assert Authenticator.objects.get().started_at is None
    assert Visitor(link).begin()


def test_the_secret_is_kept_nowhere_and_the_page_in_no_cache(link):
    visitor = Visitor(link)
    key = visitor.begin().secret
    assert "no-store" in visitor.answer.headers["Cache-Control"]
    assert "script" not in visitor.sees
    assert "unsafe" not in visitor.answer.headers["Content-Security-Policy"]
    secret = b32encode(key).decode()
    for model in (Authenticator, Contact, Delivery, Message):
        assert secret not in str(list(model.objects.values()))
    assert secret not in str(dict(visitor.session))
    assert secret not in visitor.open(PAGE).sees.replace(" ", "")


def test_the_link_is_in_no_row_and_on_no_page_of_the_admin(organizer, ana, link):
    token = link.rpartition("=")[2]
    mail = Delivery.objects.get(kind="authenticator")
    assert token not in str(Delivery.objects.values())
    assert "[link]" in mail.body
    for address in (f"/admin/participants/delivery/{mail.pk}/change/", page_of(ana)):
        assert token not in organizer.get(address).content.decode()


def test_a_wrong_code_is_said_and_another_may_be_tried(link, ana):
    visitor = Visitor(link)
    app = visitor.begin()
    visitor.press(code=wrong(app.code()))
    assert "That is not the code. Please enter the 6 digits that your app shows now." in visitor.sees
    assert 'role="alert"' in visitor.sees
    assert not ana.contacts.filter(channel="totp").exists()
    visitor.press(code="12")
    assert "The code has 6 digits. Please enter them all." in visitor.sees
    code = app.code()
    visitor.press(code=f"{code[:3]} {code[3:]}")
    assert ana.contacts.filter(channel="totp").exists()


def test_after_five_wrong_codes_the_link_leads_nowhere(link):
    visitor = Visitor(link)
    app = visitor.begin()
    for _try in range(5):
        visitor.press(code=wrong(app.code()))
        assert "That is not the code" in visitor.sees
    visitor.press(code=app.code())
    assert visitor.is_turned_away


def test_the_browser_that_began_may_begin_anew_and_no_other(link, ana):
    visitor = Visitor(link)
    first = visitor.begin()
    visitor.open(PAGE)
    assert "Show a new picture" in visitor.sees
    app = visitor.begin()
    assert app.secret != first.secret
    assert Visitor(link).is_turned_away
    visitor.press(code=first.code())
    assert "That is not the code" in visitor.sees
    visitor.press(code=app.code())
    assert "is set up" in visitor.sees


def test_a_link_that_was_used_says_so_and_nothing_of_whose_it_was(link):
    visitor = Visitor(link)
    visitor.press(code=visitor.begin().code())
    stranger = Visitor(link)
    assert stranger.is_turned_away
    assert "Ask whoever invites you to your conferences for a new link." in stranger.sees
    for private in ("Ana", "Harbour", MAILBOX, "0101"):
        assert private not in stranger.sees
    stranger.press(begin="")
    assert stranger.answer.status_code in (403, 410)
    assert Factor.objects.count() == 1
    assert "is set up" in visitor.open(PAGE).sees


@pytest.mark.parametrize("token", ["", "invented", "0:1:2"])
def test_an_invented_link_leads_nowhere(token, db):
    assert Visitor(f"{PAGE}?link={token}").is_turned_away


def test_a_link_is_good_for_a_day(link, clock):
    clock.shift(timedelta(hours=24))
    assert Visitor(link).is_turned_away


def test_the_first_code_too_has_a_day(link, clock):
    visitor = Visitor(link)
    app = visitor.begin()
    clock.shift(timedelta(hours=24))
    visitor.press(code=app.code())
    assert visitor.answer.status_code == 410


def test_another_link_takes_the_place_of_the_first(organizer, ana, link):
    first = Visitor(link)
    app = first.begin()
    assert press(organizer, ana) == [SENT]
    assert Visitor(link).is_turned_away
    assert first.press(code=app.code()).is_turned_away
    assert not ana.contacts.filter(channel="totp").exists()
    second = Visitor(mailed_link())
    second.press(code=second.begin().code())
    assert ana.contacts.filter(channel="totp").count() == 1


def test_a_mail_whose_link_was_replaced_before_it_went_out_is_not_sent(organizer, ana):
    press(organizer, ana)
    press(organizer, ana)
    call_command("send_due", verbosity=0)
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "sent"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"code": 60315, "status": 400}, "No authenticator app can be set up now. Please try again tomorrow."),
        ({"code": 60326, "status": 429}, "No authenticator app can be set up now. Please try again tomorrow."),
        ({"code": 60328, "status": 429}, "This did not work just now. Please try again in a minute."),
        ({"code": 20429, "status": 429}, "This did not work just now. Please try again in a minute."),
        ({"code": 20003, "status": 401}, "This line has a fault. Please tell whoever invites you to your conferences."),
        ({"kind": "timeout"}, "This did not work just now. Please try again in a minute."),
        ({"kind": "timeout_after"}, "This did not work just now. Please try again in a minute."),
        ({"kind": "http_500"}, "This did not work just now. Please try again in a minute."),
    ],
)
def test_what_twilio_will_not_make_is_said_and_the_link_is_as_good_as_before(link, fault, words):
    Fault.objects.inject("factors.create", **fault)
    visitor = Visitor(link).press(begin="")
    assert words in visitor.sees
    assert Visitor(link).begin()


@pytest.mark.parametrize(
    "fault",
    [{"kind": "timeout"}, {"kind": "timeout_after"}, {"kind": "http_500"}, {"code": 20429, "status": 429}],
)
def test_a_first_code_that_could_not_be_checked_is_asked_for_again(link, ana, fault):
    visitor = Visitor(link)
    app = visitor.begin()
    Fault.objects.inject("factors.verify", **fault)
    visitor.press(code=app.code())
    assert "we could not check the code. Please enter the one that your app shows now." in visitor.sees
    assert not ana.contacts.filter(channel="totp").exists()
    visitor.press(code=app.code())
    assert ana.contacts.filter(channel="totp").exists()


@pytest.mark.parametrize(("operation", "fault"), mishaps.rows(NEW_APP, CONFIRM), ids=str)
def test_what_goes_wrong_is_told_as_in_the_page_of_the_call(link, operation, fault):
    visitor = Visitor(link)
    if operation == NEW_APP:
        mishaps.meets(operation, fault)
        visitor.press(begin="")
    else:
        app = visitor.begin()
        mishaps.meets(operation, fault)
        visitor.press(code=app.code())
    assert mishaps.words(operation, fault) in visitor.sees


@pytest.mark.parametrize(("code", "status"), [(60310, 429), (20404, 404)])
def test_what_can_never_be_confirmed_leads_to_whom_to_ask(link, code, status):
    visitor = Visitor(link)
    app = visitor.begin()
    Fault.objects.inject("factors.verify", code, status=status)
    assert visitor.press(code=app.code()).is_turned_away


def test_the_page_and_the_mail_speak_the_persons_language(organizer, ana):
    ana.language = "es"
    ana.save()
    press(organizer, ana)
    call_command("send_due", verbosity=0)
    mail = Message.objects.latest("pk")
    assert mail.subject == "Configure su aplicación de autenticación para las conferencias"
    visitor = Visitor(re.search(r"http\S+", mail.body)[0].removeprefix(settings.PUBLIC_URL))
    assert '<html lang="es">' in visitor.sees
    assert "Empezar" in visitor.sees


# Told, removed, forgotten


def told() -> list[tuple[str, str]]:
    call_command("send_due", verbosity=0)
    notices = Message.objects.filter(subject__startswith="Where your codes")
    return [(each.to, each.body) for each in notices.order_by("pk")]


def test_a_new_app_is_told_at_the_other_contacts_and_flagged(ana, link):
    visitor = Visitor(link)
    visitor.press(code=visitor.begin().code())
    change = ContactChange.objects.latest("pk")
    assert (change.what, change.by) == ("added", "a link that harbourmaster sent")
    assert [(to, "authenticator app was added" in body) for to, body in told()] == [(MAILBOX, True)]


def test_of_somebody_who_was_just_entered_an_app_is_told_all_the_same(organizer, ana):
    Participant.objects.update(created_at=timezone.now())
    press(organizer, ana)
    visitor = Visitor(mailed_link())
    visitor.press(code=visitor.begin().code())
    assert [(to, "authenticator app was added" in body) for to, body in told()] == [(MAILBOX, True)]
    remove(organizer, ana)
    assert list(ContactChange.objects.order_by("pk").values_list("what", flat=True)) == [
        "added",
        "removed",
    ]


def test_another_app_takes_the_place_of_the_first_which_twilio_forgets(ana):
    cast.app(ana)
    ana.contacts.filter(channel="totp").update(position=2)
    before = Authenticator.objects.get()
    cast.app(ana)
    contact = ana.contacts.get(channel="totp")
    assert (contact.position, contact.address == before.identity) == (2, False)
    assert ContactChange.objects.latest("pk").what == "changed"
    call_command("forget_authenticators")
    before.refresh_from_db()
    assert before.forgotten_at
    assert Entity.objects.get().identity == contact.address


def remove(browser: Client, ana: Participant) -> None:
    row = list(ana.contacts.all()).index(ana.contacts.get(channel="totp"))
    assert save(browser, page_of(ana), **{f"contacts__{row}__DELETE": "on"}).status_code == 302


def test_an_app_is_removed_on_the_persons_page_and_told(organizer, ana):
    cast.app(ana)
    Message.objects.all().delete()
    Delivery.objects.all().delete()
    remove(organizer, ana)
    assert not ana.contacts.filter(channel="totp").exists()
    assert [(to, "authenticator app was removed" in body) for to, body in told()] == [(MAILBOX, True)]
    assert said_of(organizer, ana).endswith("and removed since.")
    call_command("forget_authenticators")
    assert not Entity.objects.exists()
    assert not Authenticator.objects.to_forget(timezone.now() + timedelta(days=400)).exists()


def test_an_outage_loses_no_removal(organizer, ana, clock):
    cast.app(ana)
    remove(organizer, ana)
    Fault.objects.inject("factors.delete", kind="timeout", times=2)
    for minutes in (1, 4, 16):
        call_command("forget_authenticators")
        call_command("forget_authenticators")  # not due yet
        assert Entity.objects.exists() == (minutes < 16)
        clock.shift(timedelta(minutes=minutes))


def test_whoever_is_deleted_is_forgotten_by_twilio_too(ana):
    cast.app(ana)
    ana.delete()
    call_command("forget_authenticators")
    assert not Entity.objects.exists()


def test_an_app_that_was_never_confirmed_is_forgotten_after_its_day(link, clock):
    Visitor(link).begin()
    call_command("forget_authenticators")
    assert Entity.objects.exists()
    clock.shift(timedelta(hours=24))
    call_command("forget_authenticators")
    assert not Entity.objects.exists()


def test_an_app_in_use_is_not_forgotten(ana, clock):
    cast.app(ana)
    clock.shift(timedelta(days=400))
    call_command("forget_authenticators")
    assert Entity.objects.exists()


# The admin


def test_the_page_says_how_far_somebody_has_come(organizer, ana, clock):
    assert said_of(organizer, ana) == ""
    press(organizer, ana)
    assert LogEntry.objects.latest("pk").get_change_message() == "Sent the link to set up an authenticator app."
    assert "by harbourmaster. It works until" in said_of(organizer, ana)
    visitor = Visitor(mailed_link())
    visitor.begin()
    assert said_of(organizer, ana).startswith("The link was used; the first code has not been entered yet.")
    clock.shift(timedelta(hours=24))
    assert how_far(ana).endswith("and not used in time. Send another.")


def test_a_mail_that_did_not_go_out_is_said(organizer, ana):
    press(organizer, ana)
    Fault.objects.inject("mail.send", 550, status=550)
    call_command("send_due", verbosity=0)
    assert said_of(organizer, ana).startswith("The mail with the link did not go out: The mail server does not take")


def test_without_a_mailbox_there_is_nowhere_to_send_a_link(organizer, ana):
    ana.contacts.filter(channel="email").delete()
    assert "enter a contact by e-mail first" in said_of(organizer, ana)
    assert press(organizer, ana) == ["There is no mailbox to send a link to: enter a contact by e-mail first."]
    assert not Authenticator.objects.exists()


def test_an_auditor_sees_and_sends_nothing(auditor, ana):
    assert "Send the enrolment link" not in auditor.get(page_of(ana)).content.decode()
    assert auditor.post(f"/admin/participants/participant/{ana.pk}/authenticator/").status_code == 403
    assert not Authenticator.objects.exists()


def test_no_app_is_typed_into_the_table_of_contacts(organizer, ana):
    shown = cast.app(ana)
    assert shown
    html = organizer.get(page_of(ana)).content.decode()
    assert 'value="totp"' not in html
    assert Authenticator.objects.get().identity not in html
    answer = save(organizer, page_of(ana), contacts__3__channel="totp", contacts__3__address="0" * 32)
    assert answer.status_code == 200
    assert save(organizer, page_of(ana), contacts__0__address=cast.BO, contacts__0__position=5).status_code == 302
    contact = ana.contacts.get(channel="totp")
    assert (contact.address, contact.position) == (Authenticator.objects.get().identity, 5)


def test_no_test_code_goes_to_an_app(organizer, ana):
    cast.app(ana)
    pk = ana.contacts.get(channel="totp").pk
    assert organizer.post(f"/admin/participants/participant/{ana.pk}/test-code/", {"contact": pk}).status_code == 404


# At once


@pytest.mark.django_db(transaction=True)
def test_a_link_opened_in_five_browsers_at_once_is_good_for_one(organizer, ana):
    press(organizer, ana)
    link = mailed_link()
    visitors = [Visitor(link) for _each in range(5)]
    at_once(*[partial(each.press, begin="") for each in visitors])
    assert sorted(each.is_turned_away for each in visitors) == [False] + [True] * 4
    assert Factor.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_first_code_sent_twice_at_once_makes_one_contact(organizer, ana):
    press(organizer, ana)
    visitor = Visitor(mailed_link())
    app = visitor.begin()
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', visitor.sees)[1]
    fields = {"csrfmiddlewaretoken": token, "code": app.code()}
    at_once(*[partial(visitor.post, PAGE, fields) for _copy in range(3)])
    assert ana.contacts.filter(channel="totp").count() == 1
    assert ContactChange.objects.filter(channel="totp").count() == 1
    assert "is set up" in visitor.open(PAGE).sees


@pytest.mark.django_db(transaction=True)
def test_two_presses_of_the_button_at_once_leave_one_link(ana, harbourmaster):
    at_once(*[partial(Authenticator.objects.invite, ana, "mia") for _click in range(5)])
    assert Authenticator.objects.open().count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_delete_an_app_once(ana):
    cast.app(ana)
    ana.contacts.get(channel="totp").delete()
    assert sorted(at_once(forget_due, forget_due)) == [0, 1]
    assert RestRequest.objects.filter(operation="entities.delete").count() == 1


def test_a_first_code_that_comes_while_the_link_is_replaced_makes_no_contact(ana):
    """Twilio was asked meanwhile, so that the page still had the link in hand."""
    in_hand = Authenticator.objects.invite(ana, "mia")
    assert in_hand.begin("a browser")
    assert Authenticator.objects.invite(ana, "mia")
    assert not in_hand.confirm()
    assert not ana.contacts.filter(channel="totp").exists()
