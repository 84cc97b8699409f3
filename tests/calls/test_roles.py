"""What a role and the organizer's choices do to a room: who starts it, who ends it, who is heard, what it is called."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from participants.models import Conference, Invitation, Participant
from tests import cast
from tests.phone import Phone
from verification.models import Admission, Attempt

pytestmark = pytest.mark.django_db

CARL = "+12025550103"


@pytest.fixture
def carl(room) -> Participant:
    person = cast.person(room.team, "Carl", CARL)
    cast.invite(room, person)
    return person


def proved(number: str) -> Phone:
    """Somebody who has dialled and typed the right code."""
    phone = Phone(number)
    phone.dial()
    phone.press(phone.text_code())
    return phone


def test_participants_wait_for_the_moderator_however_many_they_are(ana, carl, bo):
    waiting = [proved(cast.ANA), proved(CARL)]
    assert [phone.hears_music for phone in waiting] == [True, True]
    moderator = proved(cast.BO)
    assert [phone.hears_music for phone in [*waiting, moderator]] == [False, False, False]


def test_a_participant_who_leaves_ends_the_room_for_nobody(room, ana, carl, bo):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    phones = [proved(cast.ANA), proved(CARL), proved(cast.BO)]
    phones[0].hang_up()
    assert [phone.in_room for phone in phones] == [False, True, True]


def test_participants_and_moderators_are_heard_and_only_listeners_are_not(room, ana, bo):
    cast.invite(room, cast.person(room.team, "Lena", "+12025550104"), role=Invitation.Role.LISTENER)
    phones = [proved(number) for number in (cast.ANA, cast.BO, "+12025550104")]
    assert [phone.membership.muted for phone in phones] == [False, False, True]


def test_a_room_is_named_for_the_date_so_that_two_holdings_never_meet(settings, room, ana):
    settings.ROOM_NAME_PREFIX = "harbour"
    assert proved(cast.ANA).room == f"harbour-{cast.occurrence_of(room).uuid}"


def test_a_role_that_was_taken_away_while_the_code_was_typed_is_gone(room, bo):
    phone = Phone(cast.BO)
    phone.dial()
    Invitation.objects.filter(participant=bo).update(role=Invitation.Role.LISTENER)
    phone.press(phone.text_code())
    assert (phone.membership.start_on_enter, phone.membership.muted) == (False, True)
    assert Admission.objects.get().role == "listener"


def test_an_admission_and_a_refusal_say_who_and_where(room, ana, carl):
    Conference.objects.filter(pk=room.pk).update(seats=2)
    proved(cast.ANA)
    proved(CARL)
    said = Attempt.objects.exclude(occurrence=None).order_by("pk").values_list("outcome", "participant", "occurrence")
    date = cast.occurrence_of(room).pk
    assert list(said) == [("admitted", ana.pk, date), ("full", carl.pk, date)]


def test_in_overtime_the_sweep_ends_nobodys_call(ana):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        phone = proved(cast.ANA)
        clock.shift(timedelta(minutes=70))  # of 60, and 30 of overtime
        call_command("sweep", stdout=StringIO())
        assert phone.in_room
        assert Admission.objects.get().released_at is None
