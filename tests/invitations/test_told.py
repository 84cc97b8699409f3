"""What those who were invited are told afterwards: changes, that it is called off, and two reminders; each once."""

from datetime import timedelta
from email import message_from_bytes
from email.utils import parseaddr

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import travel

from conferenceline.outbox import send_due
from participants import schedule
from participants.admin.plans import spelled_out
from participants.invitations import Whom, invite
from participants.models import CalendarEntry, Conference, Delivery, DialInNumber, Occurrence, Participant
from participants.notices import day_and_time
from participants.reminders import remind
from sandbox.models import Fault, Message
from tests import cast
from tests.admin.conftest import log_of, login
from tests.admin.page import fields_of, save
from tests.invitations.conftest import arrived, mailed
from tests.invitations.read import first_of, lines_of, moments
from verification.models import Attempt

pytestmark = pytest.mark.django_db


def change(browser: Client, conference: Conference, **typed: str) -> None:
    without = typed.pop("without", ())
    page = f"/admin/participants/conference/{conference.pk}/change/"
    assert save(browser, page, without=without, **typed).status_code == 302


def test_another_time_is_told_to_those_who_were_invited_and_moves_their_entry(organizer, invited):
    before = Delivery.objects.get(address="ana@example.com").calendar

    change(organizer, invited, starts_at_1="23:30")

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget")]
    mail = Delivery.objects.get(kind="changed", channel="mail")
    assert "The time or the dates have changed.\n" in mail.body
    assert "23:30 (time zone America/New York" in mail.body
    assert (first_of(before, "SEQUENCE"), first_of(mail.calendar, "SEQUENCE")) == ("0", "1")
    assert first_of(before, "UID") == first_of(mail.calendar, "UID")
    assert first_of(before, "DTSTART") != first_of(mail.calendar, "DTSTART")


def test_what_is_not_relied_upon_is_not_told(organizer, invited):
    change(organizer, invited, seats="20", doors="5")
    assert arrived() == []


def test_nobody_is_told_where_the_organizer_says_so(organizer, invited):
    change(organizer, invited, title="Budget talk", without=("tell",))
    assert arrived() == []

    change(organizer, Conference.objects.get(), starts_at_1="23:30")

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget talk")]
    assert first_of(Delivery.objects.get(kind="changed", channel="mail").calendar, "SEQUENCE") == "2"


def test_what_is_called_off_is_told_and_leaves_the_calendar_and_comes_back(organizer, invited):
    change(organizer, invited, status="cancelled")

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Called off: Budget")]
    mail = Delivery.objects.get(kind="called off", channel="mail")
    assert "METHOD:CANCEL" in lines_of(mail.calendar)
    Message.objects.all().delete()

    change(organizer, invited, status="scheduled")

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget")]
    assert "It takes place after all." in Delivery.objects.get(kind="changed", channel="mail").body


def test_a_date_that_is_called_off_on_its_page_is_told(organizer, invited):
    page = f"/admin/participants/occurrence/{Occurrence.objects.get().pk}/change/"
    assert save(organizer, page, cancelled="on").status_code == 302

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Called off: Budget")]


def test_saving_twice_tells_once(organizer, invited):
    for _time in range(2):
        change(organizer, Conference.objects.get(), title="Budget talk")
    assert len(arrived()) == 2


def test_an_invitation_that_waits_goes_out_as_it_is_then_and_alone(organizer, budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)

    change(organizer, budget, title="Budget talk")

    assert arrived() == [("ana@example.com", "Invitation: Budget talk")]


def test_the_mail_has_the_calendar_as_the_part_that_is_preferred(invited, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    invite(invited, Whom.NEW)
    send_due()

    sent = message_from_bytes(mailoutbox[0].message().as_bytes(linesep="\r\n"))  # as it goes to the mail server
    alternatives, file = sent.get_payload()
    parts = alternatives.get_payload()
    owed = Delivery.objects.get(address="cy@example.com")

    assert (sent.get_content_type(), alternatives.get_content_type()) == ("multipart/mixed", "multipart/alternative")
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html", "text/calendar"]
    assert (parts[2].get_param("method"), parts[2].get_content_charset()) == ("REQUEST", "utf-8")
    assert parts[2].get_content_disposition() is None  # an attachment is no invitation
    assert parts[2].get_payload(decode=True).rstrip() == owed.calendar.rstrip().encode()
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_payload(decode=True) == owed.calendar.encode()
    organizer = f"ORGANIZER;CN=Harbour:mailto:{parseaddr(sent['From'])[1]}"
    assert organizer in owed.calendar  # Outlook and Google take a change from nobody else


def at(moment, *, times: int = 2) -> list[tuple[str, str]]:
    """What arrives at this moment, with several workers."""
    Message.objects.all().delete()
    with travel(moment, tick=False):
        for _worker in range(times):
            remind()
        return arrived()


def test_two_reminders_a_day_before_and_when_the_doors_open(invited):
    date = cast.occurrence_of(invited)
    before = date.starts_at - timedelta(hours=24)

    assert at(before - timedelta(minutes=1)) == []
    assert at(before) == [("+12025550111", ""), ("ana@example.com", "Reminder: Budget")]
    assert at(before + timedelta(hours=1)) == []
    assert at(date.opens_at) == [("+12025550111", ""), ("ana@example.com", "The doors are open: Budget")]
    assert at(date.opens_at + timedelta(minutes=5)) == []
    assert not Delivery.objects.filter(kind="reminder").exclude(calendar="").exists()


def test_whoever_is_invited_after_that_gets_no_reminder_of_it(invited):
    with travel(cast.occurrence_of(invited).starts_at - timedelta(hours=2), tick=False):
        invite(invited, Whom.NEW)
        send_due()
        assert at(timezone.now()) == [("+12025550111", ""), ("ana@example.com", "Reminder: Budget")]


@pytest.mark.parametrize(
    "fields", [{"remind_hours": 0, "remind_at_doors": False}, {"status": "cancelled"}, {"always_open": True}]
)
def test_nobody_is_reminded_of_what_wants_no_reminders_or_is_not_held(invited, fields):
    date = cast.occurrence_of(invited)
    Conference.objects.update(**fields)

    assert at(date.starts_at - timedelta(hours=23)) == []
    assert at(date.opens_at) == []


def test_only_those_are_reminded_and_told_whom_the_invitation_reached_and_who_are_of_the_team(organizer, invited):
    Delivery.objects.filter(address="ana@example.com").update(state="failed")
    Participant.objects.filter(name="Bo").update(team=cast.team("Quay"))
    date = cast.occurrence_of(invited)

    assert at(date.starts_at - timedelta(hours=23)) == at(date.opens_at) == []
    change(organizer, invited, title="Budget talk")
    assert arrived() == []
    assert invite(invited, Whom.ALL).new == 2  # Ana and Cy


def test_a_reminder_that_waits_is_not_sent_of_what_was_called_off_meanwhile(invited):
    date = cast.occurrence_of(invited)
    with travel(date.opens_at, tick=False):
        assert remind() == 2
        Occurrence.objects.update(cancelled=True)
        assert arrived() == []
    assert set(Delivery.objects.filter(kind="doors open").values_list("state", "last_error")) == {
        ("withdrawn", "The conference was called off.")
    }


def test_a_reminder_that_waits_goes_no_more_once_the_doors_are_open_and_of_a_locked_room_none_is_owed(invited):
    date = cast.occurrence_of(invited)
    with travel(date.starts_at - timedelta(hours=23), tick=False):
        assert remind() == 2
    Occurrence.objects.update(locked=True)
    assert at(date.opens_at) == []
    assert set(Delivery.objects.filter(kind="reminder").values_list("last_error", flat=True)) == {
        "It could not be sent in time."
    }
    assert not Delivery.objects.filter(kind="doors open").exists()


def test_whoever_does_not_know_of_a_change_is_told_later_once_and_of_all_of_it(organizer, invited):
    invite_page = f"/admin/participants/conference/{invited.pk}/invite/"
    assert "do not know of the last change" not in organizer.get(invite_page).content.decode()
    change(organizer, invited, title="Budget talk", without=("tell",))
    change(organizer, Conference.objects.get(), starts_at_1="23:30", without=("tell",))
    change(organizer, Conference.objects.get(), seats="20")  # tells of nothing, with the box ticked
    assert arrived() == []
    assert "2 people do not know of the last change" in organizer.get(invite_page).content.decode()

    for _press in range(2):
        assert organizer.post(invite_page, {"_catch_up": "1"}).status_code == 302

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget talk")]
    body = Delivery.objects.get(kind="changed", channel="mail").body
    assert body.startswith("The title has changed.\n\nThe time or the dates have changed.\n")
    page = organizer.get(invite_page).content.decode()
    assert "Everybody has been told already: nothing was sent twice." in page
    assert "do not know of the last change" not in page


def test_an_unticked_box_says_where_to_tell_them_later(organizer, invited):
    change(organizer, invited, title="Budget talk", without=("tell",))

    page = organizer.get("/admin/participants/conference/").content.decode()

    assert "2 people who are invited do not know of the change." in page
    assert f'<a href="/admin/participants/conference/{invited.pk}/invite/">Tell them later</a>' in page


def test_a_change_that_did_not_arrive_can_be_told_again(organizer, invited):
    Fault.objects.inject("mail.send", 550, status=550, to="ana@example.com")
    change(organizer, invited, title="Budget talk")
    assert arrived() == [("+12025550111", "")]

    organizer.post(f"/admin/participants/conference/{invited.pk}/invite/", {"_catch_up": "1"})

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget talk")]


def test_what_was_called_off_unsaid_can_be_told_later(organizer, invited):
    change(organizer, invited, status="cancelled", without=("tell",))

    organizer.post(f"/admin/participants/conference/{invited.pk}/invite/", {"_catch_up": "1"})

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Called off: Budget")]


def test_another_number_to_dial_can_be_told_without_saving_the_conference(organizer, invited):
    DialInNumber.objects.update(number="+12025550105")

    organizer.post(f"/admin/participants/conference/{invited.pk}/invite/", {"_catch_up": "1"})

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget")]
    assert "Number to dial: +1 202-555-0105\n" in Delivery.objects.get(kind="changed", channel="mail").body


def test_whoever_only_looks_tells_nobody(auditor, neighbour, organizer, invited):
    change(organizer, invited, title="Budget talk", without=("tell",))
    for browser in (auditor, neighbour):
        answer = browser.post(f"/admin/participants/conference/{invited.pk}/invite/", {"_catch_up": "1"})
        assert answer.status_code in (302, 403)
    assert arrived() == []


def test_somebody_invited_twice_is_told_that_it_is_called_off_though_the_second_mail_still_waits(organizer, invited):
    invite(invited, Whom.ALL, seen=timezone.now() + timedelta(minutes=1))

    change(organizer, invited, status="cancelled")

    assert ("ana@example.com", "Called off: Budget") in arrived()
    assert ("ana@example.com", "Invitation: Budget") not in arrived()


def test_a_conference_that_was_held_gets_a_new_time_and_keeps_the_date_that_was(harbourmaster, organizer, invited):
    held = cast.occurrence_of(invited)
    ana = invited.invitations.get(participant__name="Ana")
    log_of(ana, "+12025550110", "then")
    stays = f"{spelled_out(invited, held.starts_at)} is over: it stays, with its log."
    page = f"/admin/participants/conference/{invited.pk}/change/"
    assert "is over" not in organizer.get(page).content.decode()
    with travel(held.closes_at + timedelta(days=1)):
        organizer = login(harbourmaster)
        later = invited.local(timezone.now() + timedelta(days=6)).replace(hour=10, minute=0, second=0, microsecond=0)
        form = organizer.get(page)
        assert f"{stays} Another start is one more date, with the same roster." in form.content.decode()
        typed = fields_of(form) | {"starts_at_0": f"{later:%Y-%m-%d}", "starts_at_1": f"{later:%H:%M}"}
        preview = organizer.get("/admin/participants/conference/dates/", typed | {"conference": invited.pk})
        assert f'<li class="fate">{stays}</li>' in preview.content.decode()
        Message.objects.all().delete()
        assert organizer.post(page, typed).status_code == 302

        assert list(invited.occurrences.values_list("pk", "starts_at")) == [
            (held.pk, held.starts_at),
            (invited.occurrences.last().pk, later),
        ]
        assert Attempt.objects.get(participant=ana.participant).occurrence == held
        assert ("ana@example.com", "Changed: Budget") in arrived()
        moved = Delivery.objects.get(kind="changed", channel="mail").calendar
        assert moments(moved, later + timedelta(days=1), invited.time_zone) == [(later, later + timedelta(hours=1))]
        assert "is over" not in organizer.get(page).content.decode()


def test_what_failed_and_is_sent_again_goes_out_as_it_stands_then(organizer, invited):
    Fault.objects.inject("mail.send", 550, status=550, to="cy@example.com")
    invite(invited, Whom.NEW)
    assert arrived() == []
    change(organizer, invited, starts_at_1="23:30", without=("tell",))
    failed = Delivery.objects.get(address="cy@example.com")

    again = {"action": "send_again", "_selected_action": str(failed.pk)}
    organizer.post("/admin/participants/delivery/", again)

    assert arrived() == [("cy@example.com", "Invitation: Budget")]
    failed.refresh_from_db()
    assert "23:30 (time zone America/New York" in failed.body
    assert first_of(failed.calendar, "SEQUENCE") == "1"


def test_a_date_that_is_moved_is_reminded_of_at_its_new_time_once_and_never_at_the_old_one(invited):
    date, day = cast.occurrence_of(invited), timedelta(days=1)
    times = {name: getattr(date, name) for name in schedule.TIMES}
    reminded = [("+12025550111", ""), ("ana@example.com", "Reminder: Budget")]
    assert at(date.starts_at - day) == reminded

    Occurrence.objects.update(**{name: value + day for name, value in times.items()})
    with travel(date.starts_at, tick=False):
        assert (remind(), remind()) == (2, 0)
        Occurrence.objects.update(**{name: value + 2 * day for name, value in times.items()})
    assert at(date.starts_at + timedelta(minutes=1)) == []
    assert set(Delivery.objects.filter(state="withdrawn").values_list("last_error", flat=True)) == {
        "The date was moved."
    }
    Occurrence.objects.update(**{name: value + day for name, value in times.items()})  # and back again
    assert at(date.starts_at + timedelta(minutes=2)) == reminded
    assert (
        day_and_time(date.starts_at + day, invited.time_zone) in Delivery.objects.filter(kind="reminder").first().body
    )


def test_a_reminder_that_waits_says_how_it_stands_when_it_goes(invited):
    with travel(cast.occurrence_of(invited).starts_at - timedelta(hours=23), tick=False):
        assert remind() == 2
        Conference.objects.update(title="Budget talk")
        CalendarEntry.objects.note(Conference.objects.get())
        assert arrived() == [("+12025550111", ""), ("ana@example.com", "Reminder: Budget talk")]


def test_what_is_a_draft_again_is_called_off_for_those_who_count_on_it_and_invites_the_others_later(organizer, invited):
    invite(invited, Whom.NEW)  # Cy's waits
    change(organizer, invited, status="draft")
    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Called off: Budget")]
    Message.objects.all().delete()

    change(organizer, Conference.objects.get(), status="scheduled")
    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Changed: Budget")]

    assert [invite(invited, Whom.NEW).new for _press in range(2)] == [1, 0]
    assert ("cy@example.com", "Invitation: Budget") in arrived()
    invite(invited, Whom.ALL, seen=timezone.now() + timedelta(minutes=1))
    for each in Delivery.objects.filter(state="waiting"):
        each.withdraw()
    assert invite(invited, Whom.NEW).new == 0  # they have another
