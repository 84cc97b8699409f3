"""What becomes of a call that came too early: the doors open, or it is called off. Each is told once."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from time_machine import travel

from participants import reminders
from participants.models import Conference, Delivery, Invitation, Occurrence
from participants.notices import spelled_out
from sandbox.models import Message
from tests import cast
from tests.calls.log import REFUSAL
from tests.phone import Phone
from tests.told.test_callers import IVO, arrived, call_from, minute_passes
from verification.models import Attempt
from verification.told_later import follow_up

pytestmark = pytest.mark.django_db

EARLY = ("ivo@example.com", "Budget: the doors are not open yet")
OPEN = ("ivo@example.com", "The doors are open: Budget")
OFF = ("ivo@example.com", "Called off: Budget")


def worker_looks() -> None:
    call_command("remind", verbosity=0)
    minute_passes()


def test_who_called_too_early_is_told_once_when_the_doors_open(ivo, tomorrow):
    """Nobody sent an invitation, so that no reminder goes to them either."""
    call_from(IVO)
    worker_looks()
    with travel(tomorrow.opens_at - timedelta(seconds=1), tick=False):
        worker_looks()
        assert arrived() == [EARLY]
    with travel(tomorrow.opens_at, tick=False):
        assert (follow_up(), follow_up()) == (1, 0)
        worker_looks()
        assert arrived() == [EARLY, OPEN]
        assert "The doors of Budget are open: you can call now." in Message.objects.latest("pk").body
    owed = Delivery.objects.get(kind="doors open")
    assert owed.key == reminders.key_of("doors open", tomorrow, ivo)


def test_a_reminder_that_they_get_anyway_is_not_doubled(ivo, tomorrow):
    invitation = ivo.invitations.get()
    Delivery.objects.owe(
        "doors open",
        "mail",
        "ivo@example.com",
        participant=ivo,
        occurrence=tomorrow,
        invitation=invitation,
        edition=reminders.edition(tomorrow),
    )
    call_from(IVO)
    worker_looks()
    with travel(tomorrow.opens_at, tick=False):
        assert follow_up() == 0


def test_a_moderator_is_told_when_the_doors_open_to_moderators(ivo, budget):
    budget.moderator_doors = 45
    budget.save()
    ivo.invitations.update(role=Invitation.Role.MODERATOR)
    date = cast.occurrence_of(budget)
    call_from(IVO)
    worker_looks()
    with travel(date.moderators_open_at, tick=False):
        assert follow_up() == 1
        Delivery.objects.filter(kind="doors open").delete()
        ivo.invitations.update(role=Invitation.Role.PARTICIPANT)
        assert follow_up() == 0


@pytest.mark.parametrize("change", ["locked", "off the roster", "never called"])
def test_nobody_is_told_of_open_doors_that_are_not_open_to_them(ivo, tomorrow, change):
    if change != "never called":
        call_from(IVO)
        worker_looks()
    if change == "locked":
        Occurrence.objects.update(locked=True)
    if change == "off the roster":
        ivo.invitations.all().delete()
    with travel(tomorrow.opens_at, tick=False):
        assert follow_up() == 0


@pytest.mark.parametrize("what", ["the date", "all of it"])
def test_who_calls_for_what_is_called_off_hears_what_all_hear_and_is_told_once(ivo, budget, tomorrow, what):
    ivo.time_zone = "Europe/Madrid"
    ivo.save()
    Occurrence.objects.update(cancelled=what == "the date")
    Conference.objects.update(status="cancelled" if what == "all of it" else "scheduled")
    with travel(tomorrow.starts_at, tick=False):
        assert call_from(IVO) == [REFUSAL] == call_from(cast.STRANGER)
        call_from(IVO)
        minute_passes()
        worker_looks()
        assert arrived() == [OFF]
        when = spelled_out(tomorrow.starts_at, ivo.time_zone)
        assert f"Budget does not take place: {when}." in Message.objects.get().body
        assert "Europe/Madrid" in when
        assert Attempt.objects.filter(participant=ivo).count() == 2
    Delivery.objects.all().delete()
    with travel(tomorrow.closes_at, tick=False):
        later = cast.conference(budget.team, "Choir", timezone.now() + timedelta(hours=2))
        cast.invite(later, ivo)
        call_from(IVO)
        minute_passes()
        assert [(owed.kind, owed.conference) for owed in Delivery.objects.all()] == [("too early", later)]


def test_who_was_told_when_it_opens_is_told_that_it_does_not(ivo, tomorrow):
    call_from(IVO)
    worker_looks()
    with travel(timezone.now() + timedelta(hours=2), tick=False):  # the call is no news any more
        Occurrence.objects.update(cancelled=True)
        assert (follow_up(), follow_up()) == (1, 0)
        worker_looks()
        assert arrived() == [EARLY, OFF]
    with travel(tomorrow.opens_at, tick=False):
        assert follow_up() == 0


def test_who_is_told_by_whoever_calls_it_off_is_not_told_again(ivo, budget):
    call_from(IVO)
    worker_looks()
    invitation = ivo.invitations.get()
    Delivery.objects.owe(
        "called off",
        "mail",
        "ivo@example.com",
        participant=ivo,
        conference=budget,
        invitation=invitation,
        subject="Off",
    )
    Occurrence.objects.update(cancelled=True)
    worker_looks()
    assert arrived() == [EARLY, ("ivo@example.com", "Off")]
    assert not Delivery.objects.filter(kind="not held").exists()
    call_from(IVO)  # though they were told
    worker_looks()
    assert arrived()[-1] == OFF


def test_another_date_that_is_open_is_not_held_up_by_one_that_is_called_off(ivo, budget, tomorrow):
    held = cast.conference(budget.team, "Choir", budget.starts_at)
    cast.invite(held, ivo)
    Occurrence.objects.filter(pk=tomorrow.pk).update(cancelled=True)
    with travel(tomorrow.starts_at, tick=False):
        phone = Phone(IVO)
        phone.dial()
        assert phone.hears("We have sent you a text")
        minute_passes()
        assert arrived() == []
