"""Invitations: what arrives at whom, once, and what becomes of those that did not arrive."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from time_machine import travel

from conferenceline.outbox import send_due
from participants.invitations import Whom, invite, roster_of
from participants.models import Conference, Contact, Delivery, Grade, Invitation, Occurrence, Policy
from participants.models.deliveries import LEASE
from participants.notices import spelled_out
from sandbox.models import Fault, Message
from tests import cast
from tests.invitations.conftest import mailed, texted

pytestmark = pytest.mark.django_db


def states(conference: Conference) -> dict[str, tuple[str, str]]:
    """What became of each invitation, and why, by name."""
    return {
        each.participant.name: (each.last.state, each.last.last_error) if each.last else ("", "")
        for each in roster_of(conference)
    }


def test_each_gets_what_reaches_them(budget):
    ana, bo, cy = mailed(budget, "Ana"), texted(budget, "Bo"), texted(budget, "Cy", agreed=False)

    owed = invite(budget, Whom.NEW)

    assert (owed.new, owed.unreachable) == (2, [cy])
    assert send_due() == 2
    assert states(budget) == {"Ana": ("sent", ""), "Bo": ("sent", ""), "Cy": ("", "")}
    mail, text = Message.objects.get(channel="email"), Message.objects.get(channel="sms")
    assert (mail.to, mail.subject) == ("ana@example.com", "Invitation: Budget")
    assert "Harbour invites you to Budget, a conference by telephone." in mail.body
    assert "Number to dial: +1 202-555-0100\n" in mail.body
    roster = (
        f"{ana.roster_number}, where the line does not know your telephone. On somebody else's, hide its number first."
    )
    assert f"Your roster number: {roster}\n" in mail.body
    assert "Your code: comes when you call: text message …0110" in mail.body
    assert text.to == "+12025550111"
    assert text.body.startswith("Harbour invites you to Budget: ")
    assert text.body.endswith(
        f"Dial +1 202-555-0100. Roster number: {bo.roster_number}. Answer STOP to get no more texts."
    )


def test_the_way_of_the_code_is_the_one_that_proves_enough_for_the_conference(budget):
    person = mailed(budget, "Ana").participant
    person.contacts.filter(channel="email").update(position=0)
    person.contacts.exclude(channel="email").update(position=1)
    budget.least_grade = Grade.PHONE
    budget.save()

    invite(budget, Whom.NEW)
    send_due()

    assert "Your code: comes when you call: text message …0110" in Message.objects.get(channel="email").body


def test_the_time_is_by_the_clocks_of_whoever_gets_it_and_says_so(budget):
    mailed(budget, "Ana")
    mailed(budget, "Bo", time_zone="Europe/Madrid", language="es")
    invite(budget, Whom.NEW)
    with travel(timezone.now(), tick=False):
        send_due()

    ours, theirs = (Message.objects.get(to=f"{name}@example.com").body for name in ("ana", "bo"))

    starts_at = budget.starts_at
    assert f"{budget.local(starts_at):%H:%M} (time zone America/New York, UTC-0" in ours
    assert "zona horaria Europe/Madrid, UTC+0" in theirs
    assert "Su código: llega cuando llame: mensaje de texto …0111" in theirs


def test_a_series_names_its_next_date_in_its_language_and_the_doors_and_the_code_of_each(weekly):
    weekly.language, weekly.doors, weekly.moderator_doors = "es", 10, 30
    weekly.save()
    first, second = weekly.occurrences.all()[:2]
    Occurrence.objects.filter(pk=first.pk).update(cancelled=True)
    mailed(weekly, "Ana")
    mia = mailed(weekly, "Mia")
    Invitation.objects.filter(pk=mia.pk).update(role="moderator")
    Contact.objects.filter(participant=mia.participant, channel="sms").update(line_type="landline")

    invite(weekly, Whom.NEW)

    anas, mias = (Delivery.objects.get(address=f"{name}@example.com") for name in ("ana", "mia"))
    with translation.override("es"):
        when = spelled_out(second.starts_at, weekly.time_zone)
    assert f": {when}\n" in anas.body
    assert "10 minutos antes" in anas.body
    assert "30 minutos antes" in mias.body
    assert "Su código: llega cuando llame: mensaje de texto …0110" in anas.body
    assert "Su código: llega cuando llame: correo electrónico" in mias.body
    assert (anas.until, mias.until) == (None, None)  # it goes on after its next date


def test_no_code_and_no_passcode_is_in_it(budget):
    from participants.models import Passcode

    budget.admission = Policy.CODE_AND_PASSCODE
    budget.save()
    digits = Passcode.objects.make(budget)
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)

    owed = Delivery.objects.get()

    assert digits not in owed.body + owed.html + owed.calendar
    assert "After the code you are asked for a passcode, which you get by another way." in owed.body


def test_the_number_is_a_link_that_dials(budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)

    html = Delivery.objects.get().html
    assert '<a href="tel:+12025550100">+1 202-555-0100</a>' in html
    assert '<meta name="color-scheme" content="light dark">' in html


def test_a_title_is_text_wherever_it_stands(budget):
    Conference.objects.filter(pk=budget.pk).update(title="<b>Budget</b>\nBcc: bo@example.com")
    mailed(budget, "Ana")
    invite(Conference.objects.get(), Whom.NEW)
    send_due()

    owed = Delivery.objects.get()
    assert owed.state == "sent"
    assert owed.subject == "Invitation: <b>Budget</b> Bcc: bo@example.com"
    assert "<b>" not in owed.html
    assert "\r\nBcc" not in owed.calendar


def test_a_button_that_is_pressed_twice_sends_once(budget):
    mailed(budget, "Ana")
    seen = timezone.now()

    assert [invite(budget, Whom.ALL, seen=seen).new for _press in range(2)] == [1, 0]
    assert send_due() == 1
    assert invite(budget, Whom.ALL, seen=seen).new == 0

    later = timezone.now() + timedelta(minutes=1)
    assert [invite(budget, Whom.ALL, seen=later).new for _press in range(2)] == [1, 0]
    assert invite(budget, Whom.NEW).new == 0
    assert send_due() == 1
    assert Message.objects.count() == 2


def test_only_those_who_are_meant(budget):
    ana, bo = mailed(budget, "Ana"), mailed(budget, "Bo")

    assert invite(budget, Whom.CHOSEN, [bo.pk]).new == 1
    assert states(budget) == {"Ana": ("", ""), "Bo": ("waiting", "")}
    assert invite(budget, Whom.FAILED).new == 0
    assert invite(budget, Whom.NEW).new == 1
    assert ana.deliveries.count() == 1


def test_one_that_failed_says_why_and_goes_to_the_address_as_it_is_then(budget):
    ana = mailed(budget, "Ana")
    Fault.objects.inject("mail.send", 550, status=550, to="ana@example.com")
    invite(budget, Whom.NEW)
    send_due()
    assert states(budget) == {"Ana": ("failed", "The mail server does not take mail for this address (550).")}

    contact = ana.participant.contacts.mailboxes().get()
    contact.address = "ana.bell@example.com"
    contact.save()
    assert [invite(budget, Whom.FAILED).new for _press in range(2)] == [1, 0]
    send_due()

    assert states(budget) == {"Ana": ("sent", "")}
    assert Message.objects.filter(subject="Invitation: Budget").get().to == "ana.bell@example.com"
    assert Delivery.objects.filter(kind="invitation").count() == 1


def test_a_mail_that_may_have_arrived_is_not_sent_again_by_itself(budget):
    mailed(budget, "Ana")
    Fault.objects.inject("mail.send", kind="timeout_after")
    invite(budget, Whom.NEW)

    assert send_due() == 1

    assert states(budget) == {"Ana": ("unsure", "The mail server did not answer to the end.")}
    with travel(timezone.now() + timedelta(days=1), tick=False):
        assert send_due() == 0
    assert Message.objects.count() == 1


def test_what_a_worker_died_over_may_have_arrived_and_is_left_to_the_organizer(budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)
    assert Delivery.objects.get().claim(timezone.now())
    assert send_due() == 0

    with travel(timezone.now() + LEASE, tick=False):
        assert send_due() == 1

    assert states(budget) == {"Ana": ("unsure", "The worker stopped while it was sending it: it may have arrived.")}
    assert Message.objects.count() == 0
    assert invite(budget, Whom.FAILED).new == 1
    assert send_due() == 1
    assert Message.objects.count() == 1


def test_whoever_answers_stop_gets_no_text_more(budget):
    bo = texted(budget, "Bo")
    Fault.objects.inject("messages.create", 21610, status=400)
    invite(budget, Whom.NEW)
    send_due()
    assert states(budget) == {"Bo": ("failed", "They have answered STOP, and get no texts from us any more.")}

    owed = invite(budget, Whom.FAILED)

    assert (owed.new, owed.unreachable) == (0, [bo])
    assert not Contact.objects.texts_agreed().exists()


def test_whoever_is_taken_off_the_roster_is_not_invited_any_more_and_anew_when_they_come_back(budget):
    ana = mailed(budget, "Ana")
    invite(budget, Whom.NEW)
    person = ana.participant
    ana.delete()
    send_due()
    assert (Delivery.objects.get().state, Message.objects.count()) == ("withdrawn", 0)

    cast.invite(budget, person)

    assert invite(budget, Whom.NEW).new == 1
    assert send_due() == 1
    assert Message.objects.count() == 1


def test_a_conference_that_is_called_off_invites_nobody(budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)
    budget.status = Conference.Status.CANCELLED
    budget.save()

    send_due()

    assert states(budget) == {"Ana": ("withdrawn", "The conference was called off.")}


def test_more_people_cost_no_more_questions(budget, django_assert_max_num_queries):
    for n in range(30):
        mailed(budget, f"Person{n}")
    with django_assert_max_num_queries(22):
        assert invite(budget, Whom.NEW).new == 30
