"""The page that invites: whom, what each sort of recipient gets, what became of each, and who may press the button."""

import re
from html import unescape

import pytest
from django.test import Client

from conferenceline.outbox import send_due
from participants.models import Conference, Contact, Delivery, DialInNumber, Invitation
from sandbox.models import Fault, Message
from tests.admin.page import fields_of, save
from tests.invitations.conftest import mailed, texted
from tests.page.desk import Desk

pytestmark = pytest.mark.django_db


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/invite/"


def seen(browser: Client, conference: Conference) -> str:
    """The page as a person reads it."""
    html = browser.get(page_of(conference), follow=True).content.decode()
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_an_organizer_invites_everybody_and_sees_what_became_of_each(organizer, budget):
    mailed(budget, "Ana"), texted(budget, "Bo"), texted(budget, "Cy", agreed=False), mailed(budget, "Dee")
    Fault.objects.inject("mail.send", 550, status=550, to="dee@example.com")
    assert "4 not invited yet" in seen(organizer, budget)

    assert save(organizer, page_of(budget), whom="new").status_code == 302

    told = seen(organizer, budget)
    assert "3 invitations are on their way." in told
    assert "Nothing can be sent to Cy: they have no mail address, and have not agreed to texts." in told
    assert "1 not invited yet, 3 waiting to be sent" in told
    assert send_due() == 3
    told = seen(organizer, budget)
    assert "1 not invited yet, 2 sent, 1 failed" in told
    assert "failed: The mail server does not take mail for this address (550)." in told
    assert save(organizer, page_of(budget), whom="failed").status_code == 302
    send_due()
    assert "not the address of now" not in seen(organizer, budget)
    Contact.objects.filter(address="ana@example.com").update(address="bell@example.com")
    told = seen(organizer, budget)
    assert "1 not invited yet, 3 sent" in told
    assert re.search(r"bell@example.com sent \d+ \w+, [\d:]+ \(to a…@example.com: not the address of now\)", told)
    assert told.count("not the address of now") == 1
    assert sorted(Message.objects.values_list("to", flat=True)) == [
        "+12025550111",
        "ana@example.com",
        "dee@example.com",
    ]


def test_the_roster_on_the_page_of_the_conference_says_what_became_of_each(organizer, budget):
    mailed(budget, "Ana"), mailed(budget, "Bo")
    Fault.objects.inject("mail.send", 550, status=550, to="bo@example.com")
    save(organizer, page_of(budget), whom="new")
    send_due()
    mailed(budget, "Cy")

    html = organizer.get(f"/admin/participants/conference/{budget.pk}/change/").content.decode()

    cells = re.findall(r'class="field-invited"[^>]*>\s*<p>(.*?)</p>', html)
    assert [cell.split(" ")[0].rstrip(":") for cell in cells if cell] == ["sent", "failed", "not"]
    assert "The mail server does not take mail for this address (550)." in cells[1]


def test_what_each_sort_of_recipient_gets_is_shown_before(organizer, budget):
    mailed(budget, "Ana"), mailed(budget, "Bo"), texted(budget, "Cy"), texted(budget, "Dee", agreed=False)

    told = seen(organizer, budget)

    assert "2 people get a mail, such as Ana Invitation: Budget Harbour invites you to Budget" in told
    assert "1 person gets a text message, such as Cy Harbour invites you to Budget: " in told
    assert "1 person gets nothing Dee : no mail address, and no agreement to texts." in told
    assert not Delivery.objects.exists()
    assert not hasattr(Conference.objects.get(), "entry")


def test_the_button_pressed_twice_sends_once(organizer, budget):
    mailed(budget, "Ana")
    form = fields_of(organizer.get(page_of(budget))) | {"whom": "all"}

    for _press in range(2):
        assert organizer.post(page_of(budget), form).status_code == 302
        send_due()

    assert Message.objects.count() == 1
    assert "They were on their way already: nothing was sent twice." in seen(organizer, budget)


def test_a_page_of_the_future_does_not_make_one_press_into_two(organizer, budget):
    mailed(budget, "Ana")
    for _press in range(2):
        assert organizer.post(page_of(budget), {"whom": "all", "seen": str(10**18)}).status_code == 302
        send_due()

    assert Message.objects.count() == 2  # two presses, each of a moment of its own


def test_one_person_is_invited_again(organizer, budget):
    ana, bo = mailed(budget, "Ana"), mailed(budget, "Bo")
    save(organizer, page_of(budget), whom="new")
    send_due()

    assert save(organizer, page_of(budget), whom="chosen", people=[str(bo.pk)]).status_code == 302
    send_due()

    assert list(Message.objects.order_by("pk").values_list("to", flat=True)) == [
        "ana@example.com",
        "bo@example.com",
        "bo@example.com",
    ]
    assert ana.deliveries.count() == 1


@pytest.mark.parametrize(
    ("whom", "words"),
    [
        ("chosen", "Tick somebody in the list first."),
        ("failed", "No invitation has failed."),
        ("nobody", "Select a valid choice. nobody is not one of the available choices."),
    ],
)
def test_nobody_is_meant_and_nothing_is_lost(organizer, budget, whom, words):
    mailed(budget, "Ana")
    answer = save(organizer, page_of(budget), whom=whom)

    assert answer.status_code == 200
    assert words in unescape(answer.content.decode())
    assert not Delivery.objects.exists()


def test_somebody_of_another_roster_cannot_be_ticked(organizer, budget, room, ana):
    mailed(budget, "Bo")
    other = Invitation.objects.get(participant=ana)

    assert save(organizer, page_of(budget), whom="chosen", people=[str(other.pk)]).status_code == 200
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"status": "draft"}, "This is a draft. Set its status to “scheduled”, and then invite."),
        ({"status": "cancelled"}, "It is cancelled."),
    ],
)
def test_what_is_not_held_invites_nobody(organizer, budget, change, words):
    mailed(budget, "Ana")
    form = fields_of(organizer.get(page_of(budget))) | {"whom": "new"}
    Conference.objects.update(**change)

    answer = organizer.post(page_of(budget), form)

    assert words in unescape(answer.content.decode())
    assert not Delivery.objects.exists()


def test_without_a_number_to_dial_nobody_is_invited(organizer, budget):
    mailed(budget, "Ana")
    DialInNumber.objects.all().delete()

    assert "No number to dial is known." in seen(organizer, budget)
    organizer.post(page_of(budget), {"whom": "new", "seen": "1"})
    assert not Delivery.objects.exists()


def test_whoever_only_looks_invites_nobody(auditor, neighbour, budget):
    mailed(budget, "Ana")
    for browser in (auditor, neighbour):
        answer = browser.post(page_of(budget), {"whom": "new", "seen": "1"})
        assert answer.status_code in (302, 403)
    assert not Delivery.objects.exists()


def test_the_phone_page_shows_each_their_own_mail_or_text(organizer, budget):
    ana, bo = mailed(budget, "Ana"), texted(budget, "Bo")
    save(organizer, page_of(budget), whom="new")
    send_due()
    desk = Desk(Client())
    phones = [phone["id"] for phone in desk.phones]

    for phone, invitation in zip(phones, (ana, bo), strict=True):
        number = str(invitation.participant.lines.get().number)
        desk.do(phone, "choose", who=str(invitation.participant.uuid), number=number, texts_at=number)

    [mail], [text] = (phone["messages"] for phone in desk.phones)
    assert (mail["by"], mail["subject"]) == ("Mail", "Invitation: Budget")
    assert f"Your roster number: {ana.roster_number}" in mail["body"]
    assert (text["by"], text["subject"]) == ("Text message", "")
    assert text["body"].startswith("Harbour invites you to Budget: ")
    assert bo.roster_number in text["body"]


def test_the_page_looks_by_itself_while_some_are_on_their_way_and_a_sandbox_says_where_they_arrive(organizer, budget):
    mailed(budget, "Ana")
    html = organizer.get(page_of(budget)).content.decode()
    assert "data-under-way" not in html
    assert "press “Be somebody else” on one" not in html

    save(organizer, page_of(budget), whom="new")
    html = organizer.get(page_of(budget)).content.decode()
    assert "data-under-way" in html
    assert '<a href="/phone/">Phones</a>: press “Be somebody else” on one' in html

    send_due()
    assert "data-under-way" not in organizer.get(page_of(budget)).content.decode()
