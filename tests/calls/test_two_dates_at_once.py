"""Two dates of one conference open at once: doors that open early, or dates from before they were refused."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import Occurrence, Passcode, Policy
from tests import cast
from tests.calls.test_rooms import ASK_AROUND, crowd, proved
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


def one_more(first: Occurrence, by: timedelta) -> Occurrence:
    """A date of the same conference, so much later."""
    names = ("moderators_open_at", "opens_at", "starts_at", "closes_at", "overtime_until")
    times = {name: getattr(first, name) + by for name in names}
    return Occurrence.objects.create(
        conference=first.conference, recurrence_id=f"{times['starts_at']:%Y%m%dT%H%M%S}", own_times=True, **times
    )


def test_nobody_is_asked_which_and_all_are_brought_together(clock, room, ana, bo):
    first = cast.occurrence_of(room)  # began five minutes ago, until in 55
    second = one_more(first, 4 * MINUTE)  # began a minute ago
    third = one_more(first, 7 * MINUTE)  # begins in two minutes, and its doors are open
    early = proved(cast.ANA)
    assert early.room == room_name(second)
    clock.shift(3 * MINUTE)
    assert proved(cast.BO).room == room_name(second)  # where Ana is
    Admission.objects.all().delete()
    early.hang_up()
    assert proved(cast.BO).room == room_name(third)
    Admission.objects.all().delete()
    Occurrence.objects.filter(pk=third.pk).update(locked=True)
    assert proved(cast.ANA).room == room_name(second)
    Occurrence.objects.filter(pk=second.pk).update(locked=True)
    [cy] = crowd(room, "Cy")
    assert proved(cy).heard == ["Board meeting is locked. Nobody new is let in. " + ASK_AROUND]


def test_nor_whoever_comes_by_passcode_alone(clock, harbour):
    choir = cast.conference(harbour, "Choir", admission=Policy.PASSCODE, starts_with="anyone")
    second = one_more(cast.occurrence_of(choir), 4 * MINUTE)
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.press(choir.number)
    phone.press(Passcode.objects.make(choir))
    assert phone.room == room_name(second)
