"""Who calls too early, too late, or finds the room full hears what everybody hears, and gets the facts by mail."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from time_machine import travel

from participants.models import Contact, Delivery, Invitation, Occurrence, Participant
from participants.notices import spelled_out
from sandbox.models import Fault, Message
from tests import cast
from tests.calls.log import ASKED_WHO, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Attempt
from verification.told import tell_callers

pytestmark = pytest.mark.django_db

IVO = "+12025550106"
DAY = timedelta(days=1)


def call_from(number: str, *keys: str, **fields: str) -> list[str]:
    """What is heard; the keys may fill "{}"s."""
    phone = Phone(number, **fields)
    phone.dial()
    heard = list(phone.heard)
    for each in keys:
        phone.press(each)
        heard += phone.heard
    phone.hang_up()
    return heard


def minute_passes() -> None:
    """The worker looks once a minute."""
    call_command("send_due", verbosity=0)


def arrived() -> list[tuple[str, str]]:
    return list(Message.objects.filter(channel="email").order_by("pk").values_list("to", "subject"))


def over(date: Occurrence, since: timedelta) -> None:
    """It has been over for so long."""
    closed = timezone.now() - since
    Occurrence.objects.filter(pk=date.pk).update(
        moderators_open_at=closed - timedelta(hours=2),
        opens_at=closed - timedelta(hours=2),
        starts_at=closed - timedelta(hours=1),
        closes_at=closed,
        overtime_until=closed,
    )
    date.refresh_from_db()


def test_who_is_too_early_hears_the_one_sentence_and_gets_the_facts_by_mail(ivo, tomorrow):
    assert call_from(IVO) == [REFUSAL] == call_from(cast.STRANGER)
    assert (Delivery.objects.count(), asked_of_twilio()) == (0, [])

    minute_passes()

    mail = Message.objects.get()
    assert (mail.to, mail.channel, mail.subject) == ("ivo@example.com", "email", "Budget: the doors are not open yet")
    zone = tomorrow.conference.time_zone
    assert mail.body == (
        "Your call for Budget came too early.\n\n"
        f"The doors open on {spelled_out(tomorrow.opens_at, zone)}.\n\n"
        f"It starts on {spelled_out(tomorrow.starts_at, zone)}.\n\n"
        "The number to dial: +1 202-555-0100.\n\n"
        "You get this mail because somebody called from a telephone of yours, or with your roster number.\n\n"
        "Calls can be forged: if it was not you, you need do nothing. An answer to this mail reaches nobody.\n"
    )
    assert "(time zone America/New York, UTC-0" in mail.body


def test_the_day_and_the_zone_are_spelled_out_on_both_sides_of_daylight_saving(budget):
    zone = budget.time_zone
    moment = timezone.datetime.fromisoformat
    assert spelled_out(moment("2026-10-31T13:00Z"), zone) == (
        "Saturday, 31 October 2026, 09:00 (time zone America/New York, UTC-04:00)"
    )
    assert spelled_out(moment("2026-11-02T14:00Z"), zone) == (
        "Monday, 2 November 2026, 09:00 (time zone America/New York, UTC-05:00)"
    )


def test_who_is_too_late_is_told_that_it_is_over(ivo, tomorrow):
    over(tomorrow, timedelta(hours=3))
    assert call_from(IVO) == [REFUSAL]
    minute_passes()
    assert arrived() == [("ivo@example.com", "Budget: the doors are closed")]
    closed = spelled_out(tomorrow.closes_at, tomorrow.conference.time_zone)
    assert f"nobody new has been let in since {closed}." in Message.objects.get().body


def test_a_moderator_is_told_when_the_doors_open_to_moderators(ivo, budget):
    budget.moderator_doors = 45
    budget.save()
    ivo.invitations.update(role=Invitation.Role.MODERATOR)
    date = cast.occurrence_of(budget)
    assert date.moderators_open_at < date.opens_at
    call_from(IVO)
    minute_passes()
    opens = spelled_out(date.moderators_open_at, budget.time_zone)
    assert f"The doors open on {opens}." in Message.objects.get().body


def test_of_two_conferences_the_nearer_one_is_told(ivo, budget):
    later = cast.conference(budget.team, "Choir", budget.starts_at + timedelta(hours=3))
    cast.invite(later, ivo)
    call_from(IVO)
    minute_passes()
    assert arrived() == [("ivo@example.com", "Budget: the doors are not open yet")]


def test_doors_that_open_at_the_start_say_one_time(ivo, budget):
    budget.doors = budget.moderator_doors = 0
    budget.save()
    call_from(IVO)
    minute_passes()
    body = Message.objects.get().body
    assert "The doors open on" in body
    assert "It starts on" not in body


def test_while_something_else_is_open_a_roster_number_tells_who_is_early(ivo, room):
    number = ivo.invitations.get().roster_number
    heard = call_from("+12025550150", number)
    other = call_from("+12025550151", "10000000")
    assert heard == other == [ASKED_WHO, heard[1]]
    minute_passes()
    assert arrived() == [("ivo@example.com", "Budget: the doors are not open yet")]


def test_whose_room_is_full_is_told_so(room, ana, bo):
    cast.mailbox(ana, "ana@example.com")
    room.seats = 2
    room.save()
    other = cast.person(room.team, "Cy", "+12025550160")
    cast.invite(room, other)
    for number in ("+12025550160", cast.ANA):
        phone = Phone(number)
        phone.dial()
        phone.press(phone.text_code())
    assert phone.heard[0].startswith("Board meeting is full.")
    minute_passes()
    assert arrived() == [("ana@example.com", "Board meeting: the room is full")]
    assert "A seat may become free: call again later." in Message.objects.get(channel="email").body


def test_each_is_told_once_however_often_they_call(ivo, tomorrow):
    for _call in range(3):
        call_from(IVO)
        minute_passes()
    assert len(arrived()) == 1
    over(tomorrow, timedelta(minutes=1))
    call_from(IVO)
    minute_passes()
    call_from(IVO)
    minute_passes()
    assert [subject for _to, subject in arrived()] == [
        "Budget: the doors are not open yet",
        "Budget: the doors are closed",
    ]


def test_two_workers_at_once_owe_it_once(ivo):
    call_from(IVO)
    assert (tell_callers(), tell_callers()) == (1, 0)
    Attempt.objects.update(at=timezone.now() - DAY)
    Delivery.objects.all().delete()
    assert tell_callers() == 0  # news of yesterday


def test_whoever_has_a_language_is_written_to_in_it(ivo, tomorrow):
    ivo.language = "es"
    ivo.save()
    call_from(IVO)
    minute_passes()
    mail = Message.objects.get()
    assert mail.subject == "Budget: todavía no se puede entrar"
    assert mail.body.startswith("Su llamada para Budget llegó demasiado temprano.\n\nPuede entrar a partir del ")
    assert "zona horaria America/New York" in mail.body
    assert Delivery.objects.get().language == "es"


# Who is told nothing


@pytest.mark.parametrize("away", [timedelta(hours=25), timedelta(days=300)])
def test_nobody_is_told_of_what_is_far_away(ivo, tomorrow, away):
    with travel(tomorrow.opens_at - away, tick=False):
        assert call_from(IVO) == [REFUSAL]
        minute_passes()
    with travel(tomorrow.closes_at + away, tick=False):
        assert call_from(IVO) == [REFUSAL]
        minute_passes()
    assert arrived() == []


def test_nobody_is_told_where_the_operator_wants_it_so(ivo, settings):
    settings.TELL_CALLERS_WITHIN = timedelta(0)
    call_from(IVO)
    minute_passes()
    assert arrived() == []


@pytest.mark.parametrize("change", ["draft", "not invited"])
def test_nobody_is_told_of_what_is_not_theirs_or_not_to_be(ivo, budget, tomorrow, change):
    def happens() -> None:
        if change == "not invited":
            ivo.invitations.all().delete()
        else:
            type(budget).objects.update(status=change)

    call_from(IVO)
    happens()  # between the call and the worker
    minute_passes()
    call_from(IVO)
    minute_passes()
    assert arrived() == []


def test_a_person_of_another_team_with_the_same_number_is_not_told(ivo):
    quay = cast.team("Quay")
    other = cast.person(quay, "Other", IVO)
    cast.mailbox(other, "other@example.com")
    cast.invite(cast.conference(quay, "Far", timezone.now() + timedelta(days=40)), other)
    call_from(IVO)
    minute_passes()
    assert arrived() == [("ivo@example.com", "Budget: the doors are not open yet")]


def test_a_line_that_two_people_share_says_of_neither_that_they_called(ivo, budget):
    fay = cast.person(budget.team, "Fay", IVO, texts="+12025550122")
    cast.mailbox(fay, "fay@example.com")
    cast.invite(budget, fay)
    call_from(IVO)
    minute_passes()
    assert (arrived(), Attempt.objects.get().participant) == ([], None)


def test_without_a_mailbox_and_without_consent_to_texts_nobody_is_told(ivo):
    ivo.contacts.get(channel="email").delete()
    call_from(IVO)
    minute_passes()
    assert (arrived(), asked_of_twilio()) == ([], [])


# By text, with consent


def test_with_consent_on_record_a_text_has_the_facts(ivo, tomorrow):
    ivo.contacts.get(channel="email").delete()
    cast.agree_to_texts(ivo.contacts.get())
    call_from(IVO)
    minute_passes()
    text = Message.objects.get()
    zone = tomorrow.conference.time_zone
    assert (text.to, text.channel) == (IVO, "sms")
    assert text.body == (
        "Your call for Budget came too early. "
        f"The doors open on {spelled_out(tomorrow.opens_at, zone)}. "
        f"It starts on {spelled_out(tomorrow.starts_at, zone)}. "
        "The number to dial: +1 202-555-0100. Answer STOP to get no more texts."
    )


def test_all_of_a_text_is_in_the_language_of_whoever_reads_it(ivo):
    ivo.contacts.get(channel="email").delete()
    cast.agree_to_texts(ivo.contacts.get())
    Participant.objects.filter(pk=ivo.pk).update(language="es")
    call_from(IVO)
    minute_passes()
    text = Message.objects.get().body
    assert text.startswith("Su llamada para Budget llegó demasiado temprano. ")
    assert text.endswith("Responda STOP para no recibir más mensajes de texto.")


def test_consent_that_was_withdrawn_before_it_was_sent_counts(ivo):
    ivo.contacts.get(channel="email").delete()
    contact = cast.agree_to_texts(ivo.contacts.get())
    call_from(IVO)
    assert tell_callers() == 1
    contact.withdraw_texts()
    contact.save()
    minute_passes()
    assert (arrived(), asked_of_twilio()) == ([], [])
    owed = Delivery.objects.get()
    assert (owed.state, owed.last_error) == ("withdrawn", "They have not agreed to texts, or want no more.")


def test_stop_withdraws_consent_in_every_book(ivo):
    ivo.contacts.get(channel="email").delete()
    other = cast.person(cast.team("Quay"), "Other", IVO)
    for person in (ivo, other):
        cast.agree_to_texts(person.contacts.get())
    Fault.objects.inject("messages.create", 21610)
    call_from(IVO)
    minute_passes()
    assert Delivery.objects.get().last_error == "They have answered STOP, and get no texts from us any more."
    assert [contact.may_be_texted for contact in Contact.objects.all()] == [False, False]


# An attacker, who can forge any calling line


def test_a_number_that_the_carriers_say_is_forged_tells_nobody(ivo):
    phone = Phone(IVO)
    phone.extra_fields = {"StirVerstat": "TN-Validation-Failed"}
    phone.dial()
    assert phone.heard == [REFUSAL]
    minute_passes()
    assert (arrived(), Attempt.objects.get().participant) == ([], None)


def test_a_forger_who_calls_for_everything_has_few_mails_sent(ivo, harbour):
    for number in range(6):
        early = cast.conference(harbour, f"Early {number}", timezone.now() + timedelta(hours=3 + number))
        ivo.invitations.update(conference=early)
        call_from(IVO)
        minute_passes()
    assert [to for to, _subject in arrived()] == ["ivo@example.com"] * 3
    assert set(attempts()) == {"nothing open"}


def test_a_new_address_gets_nothing_for_two_days(ivo, tomorrow):
    with travel(timezone.now() + timedelta(hours=1), tick=False):
        ivo.contacts.get(channel="email").delete()
        cast.mailbox(ivo, "thief@example.com")
        call_from(IVO)
        minute_passes()
    assert [to for to, _subject in arrived()] == ["ivo@example.com"]  # of the removal
    assert not Message.objects.filter(subject__contains="Budget").exists()


def test_a_title_with_a_line_break_or_marks_in_it_forges_no_header_and_no_page(ivo, budget):
    budget.title = "Budget\nBcc: thief@example.com <b>now</b>"
    budget.save()
    call_from(IVO)
    minute_passes()
    assert Message.objects.get().to == "ivo@example.com"
    assert "<b>" not in Delivery.objects.get().html
    assert "&lt;b&gt;now" in Delivery.objects.get().html
