"""The end of a room: told to everybody in it some minutes before, once, and kept where an organizer moves it."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from conferenceline import tasks
from participants.models import Conference, DialInNumber, Occurrence, Participant
from sandbox.models import Fault, Utterance
from sandbox.phone import Clock
from tests import cast
from tests.calls.log import asked_of_twilio, attempts
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
ENGLISH, SPANISH = "Your conference ends in 5 minutes.", "Su conferencia termina en 5 minutos."
BYE = "Your conference has ended. Thank you for calling. Goodbye."


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(second=0, microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def date(clock, room, ana, bo) -> Occurrence:
    """The board meeting of Ana and Bo, who moderates. It is open, and its room ends in 85 minutes."""
    return cast.occurrence_of(room)


def comes_in(number: str, clock: Clock) -> Phone:
    phone = Phone(number, clock=clock)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    return phone


def look(*phones: Phone) -> list[list[str]]:
    """What these phones hear because of one look of the worker."""
    said = Utterance.objects.filter(kind=Utterance.Kind.SAY).order_by("pk")
    before = said.count()
    tasks.rooms_every_minute.call_local()
    for phone in phones:
        phone.go_on()
    new = [(each.leg.sid, each.text) for each in said.select_related("leg")[before:]]
    return [[text for sid, text in new if sid == phone.sid] for phone in phones]


def minutes_before(date: Occurrence, minutes: float) -> datetime:
    return date.overtime_until - minutes * MINUTE


def announcements() -> int:
    return [operation for operation, _to in asked_of_twilio()].count("conferences.update")


def test_everybody_in_the_room_hears_once_that_it_ends(clock, date):
    phones = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 6))
    assert look(*phones) == [[], []]
    clock.move_to(minutes_before(date, 5))
    assert look(*phones) == [[ENGLISH]] * 2
    for minutes in (4, 3, 2, 1):
        clock.move_to(minutes_before(date, minutes))
        assert look(*phones) == [[], []]
    assert announcements() == 1
    assert all(phone.in_room for phone in phones)
    clock.move_to(date.overtime_until + MINUTE)
    assert look(*phones) == [[BYE], [BYE]]


def test_what_is_said_is_what_is_left_where_the_worker_looks_late(clock, room, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 1.2))
    assert look(ana, bo) == [["Your conference ends in one minute."]] * 2


@pytest.mark.parametrize(("left", "words"), [(5.4, "5 minutes"), (4.6, "5 minutes"), (4.4, "4 minutes")])
def test_a_look_a_minute_says_the_nearest_minute(clock, date, left, words):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, left))
    assert look(ana, bo) == [[f"Your conference ends in {words}."]] * 2


def test_an_organizer_chooses_when_it_is_said_or_never(clock, room, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    Conference.objects.update(warn_before=60)
    clock.move_to(minutes_before(date, 60))
    assert look(ana, bo) == [["Your conference ends in 60 minutes."]] * 2
    quiet = cast.conference(room.team, "Quiet", warn_before=0, starts_with="anyone", overtime=1)
    for n in (1, 2):
        cast.invite(quiet, cast.person(room.team, f"Guest {n}", f"+1202555017{n}"))
    guests = comes_in("+12025550171", clock), comes_in("+12025550172", clock)
    clock.move_to(minutes_before(cast.occurrence_of(quiet), 1))
    assert look(*guests) == [[], []]
    assert announcements() == 1


def test_nothing_is_said_where_nobody_is_in(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    for phone in (ana, bo):
        phone.hang_up()
    clock.move_to(minutes_before(date, 5))
    look()
    assert announcements() == 0


@pytest.mark.parametrize(
    ("theirs", "conference", "words", "voice"),
    [("es", "", ENGLISH, "en-US"), ("es", "en", ENGLISH, "en-US"), ("en", "es", SPANISH, "es-US")],
)
def test_the_room_hears_one_language_whatever_each_of_them_speaks(clock, date, theirs, conference, words, voice):
    Participant.objects.update(language=theirs)
    Conference.objects.update(language=conference)
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [[words]] * 2
    assert set(Utterance.objects.filter(text=words).values_list("language", flat=True)) == {voice}


def test_a_number_speaks_for_a_conference_without_a_language(clock, date, settings):
    DialInNumber.objects.create(number=settings.SANDBOX_LINE, language="es")
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 1))
    assert look(ana, bo) == [["Su conferencia termina en un minuto."]] * 2


def test_whoever_is_in_a_permanent_room_at_the_change_of_days_hears_that_they_can_call_again(clock, room, ana, bo):
    Conference.objects.filter(pk=room.pk).delete()
    lounge = cast.conference(ana.team, "Lounge", always_open=True, overtime=10, starts_with="anyone")
    for person in (ana, bo):
        cast.invite(lounge, person)
    today = lounge.occurrences.order_by("starts_at").first()
    clock.move_to(today.closes_at - 2 * MINUTE)
    phones = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(today, 5))
    assert look(*phones) == [["Your conference ends in 5 minutes. You can call again at once."]] * 2
    phones[0].hang_up()
    again = comes_in(cast.ANA, clock)
    assert again.room != phones[1].room


# An end that is moved while people are in


def moved(date: Occurrence, minutes: float) -> Occurrence:
    """Its end is so many minutes later."""
    date.closes_at += minutes * MINUTE
    date.overtime_until += minutes * MINUTE
    date.save()
    return date


def test_an_end_that_is_moved_is_told_anew_and_the_calls_go_on_until_then(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [[ENGLISH]] * 2
    first_end = date.overtime_until
    moved(date, 30)
    clock.move_to(first_end + timedelta(seconds=10))
    went_on = look(ana, bo)
    assert went_on[0][0].startswith("The conference goes on. Thank you, Ana.")
    assert went_on[1][0].startswith("The conference goes on. Thank you, Bo.")
    assert ana.in_room
    assert ana.room == bo.room
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [[ENGLISH]] * 2
    clock.move_to(date.overtime_until + MINUTE)
    assert look(ana, bo) == [[BYE], [BYE]]
    assert announcements() == 2


def test_whoever_is_in_stays_for_a_longer_overtime_though_the_doors_are_closed_and_the_room_is_locked(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    first_end = date.overtime_until
    Occurrence.objects.update(overtime_until=first_end + 10 * MINUTE, locked=True)
    clock.move_to(first_end + timedelta(seconds=10))
    look(ana, bo)
    assert (ana.in_room, bo.in_room) == (True, True)
    assert attempts().count("admitted") == 4


@pytest.mark.parametrize("off", [{"cancelled": True}, {}])
def test_nobody_goes_on_in_what_is_called_off(clock, room, date, off):
    ana = comes_in(cast.ANA, clock)
    first_end = date.overtime_until
    Occurrence.objects.update(overtime_until=first_end + 10 * MINUTE, **off)
    if not off:
        Conference.objects.update(status="cancelled")
    clock.move_to(first_end + timedelta(seconds=10))
    look(ana)
    assert ana.is_over


def test_a_room_whose_end_was_moved_forward_ends_then(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.shift(20 * MINUTE)
    moved(date, -30)
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [[ENGLISH]] * 2
    clock.move_to(date.overtime_until)
    assert look(ana, bo) == [[BYE], [BYE]]
    assert not Admission.objects.live(timezone.now()).exists()
    clock.shift(MINUTE)
    look()
    assert announcements() == 2  # the words, and the end


# What Twilio and the night may do


def test_two_workers_say_it_once(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    clock.move_to(minutes_before(date, 5))
    tasks.rooms_every_minute.call_local()
    assert look(ana, bo) == [[ENGLISH]] * 2
    assert announcements() == 1


def test_where_twilio_is_busy_it_is_said_a_minute_later(clock, date, caplog):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    Fault.objects.inject("conferences.update", 20429, status=429)
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [[], []]
    assert caplog.messages[-1] == f"room {date.uuid} is not told yet that it ends: Twilio is busy"
    clock.shift(MINUTE)
    assert look(ana, bo) == [["Your conference ends in 4 minutes."]] * 2


@pytest.mark.parametrize(("kind", "heard"), [("timeout", []), ("timeout_after", [ENGLISH])])
def test_without_an_answer_it_is_not_said_again_and_the_log_says_so(clock, date, caplog, kind, heard):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    Fault.objects.inject("conferences.update", kind=kind)
    clock.move_to(minutes_before(date, 5))
    assert look(ana, bo) == [heard] * 2
    assert caplog.messages[-1] == f"room {date.uuid} was perhaps not told that it ends: OutcomeUnknownError"
    clock.shift(MINUTE)
    assert look(ana, bo) == [[], []]


def test_an_announcement_that_fails_is_in_the_log(clock, date, caplog):
    fields = call_fields(StatusCallbackEvent="announcement-fail", ReasonAnnouncementFailed="HTTP status 500")
    assert post(f"/rooms/{date.uuid}/events/", fields).status_code == 204
    assert caplog.messages == [f"room {date.uuid} did not hear an announcement"]


def test_a_room_that_twilio_has_ended_by_itself_is_asked_about_once(clock, date):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    moved(date, -50)
    Fault.objects.inject("conferences.update", 20404, status=404)
    clock.move_to(date.overtime_until)
    look(ana, bo)
    clock.shift(MINUTE)
    look(ana, bo)
    assert announcements() == 1


def test_a_room_that_could_not_be_ended_is_tried_again(clock, date, caplog):
    ana, bo = comes_in(cast.ANA, clock), comes_in(cast.BO, clock)
    moved(date, -50)
    Fault.objects.inject("conferences.update", kind="timeout")
    clock.move_to(date.overtime_until)
    assert look(ana, bo) == [[], []]
    assert caplog.messages[-1] == "a room goes on beyond its end: OutcomeUnknownError"
    clock.shift(MINUTE)
    assert look(ana, bo) == [[BYE], [BYE]]
