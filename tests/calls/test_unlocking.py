"""Unlocking: an organizer gives a person all their tries back, and the worker has the code withdrawn."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone
from huey.contrib.djhuey import HUEY

from conferenceline import tasks
from participants.models import Membership
from sandbox.models import Fault, Verification
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio, wrong
from tests.phone import Phone
from verification import throttle
from verification.models import Challenge, Tally, Unlock
from verification.unlocking import unlock, unlock_due, used_up

pytestmark = pytest.mark.django_db


@pytest.fixture
def mia(harbour) -> User:
    """Organizes Harbour."""
    user = User.objects.create_user("mia", is_staff=True)
    harbour.add(user, Membership.Role.ORGANIZER)
    return user


def dialled(number: str = cast.ANA) -> Phone:
    phone = Phone(number)
    phone.dial()
    return phone


def lock_out() -> None:
    """Somebody who shows Ana's number types so many wrong codes that nobody's are checked."""
    for _call in range(2):
        phone = dialled()
        while not phone.is_over:
            phone.press(wrong(phone.text_code()))
    assert dialled().heard == [REFUSAL]


def gets_in(phone: Phone) -> bool:
    phone.press(phone.text_code())
    return phone.in_room


def test_the_member_who_is_locked_out_gets_in_with_a_fresh_code(ana, mia):
    lock_out()
    spoilt = Verification.objects.get()
    unlock(ana, mia)
    assert unlock_due() == 1
    spoilt.refresh_from_db()
    assert (spoilt.status, asked_of_twilio()[-1][0]) == ("canceled", "verify.update")
    phone = dialled()
    assert phone.heard == [ASKED_FOR_CODE]
    assert phone.text_code() != spoilt.code
    assert gets_in(phone)


def test_the_worker_carries_it_out_once_it_is_committed_and_once(ana, mia, django_capture_on_commit_callbacks):
    lock_out()
    HUEY.storage.flush_all()
    with django_capture_on_commit_callbacks(execute=True):
        unlock(ana, mia)
    assert HUEY.storage.queue_size() == 1
    assert HUEY.dequeue().name == "unlock_due"
    tasks.unlock_due.call_local()
    done = Unlock.objects.get()
    assert (done.done_at is not None, done.made_by, done.participant) == (True, mia, ana)
    asked = asked_of_twilio()
    assert unlock_due() == 0
    tasks.every_minute.call_local()
    assert asked_of_twilio() == asked
    assert gets_in(dialled())


def test_nothing_is_done_before_the_worker_does_it(ana, mia):
    lock_out()
    unlock(ana, mia)
    assert dialled().heard == [REFUSAL]


def test_what_a_dead_worker_left_is_carried_out_after_its_lease_and_not_before(ana, mia):
    lock_out()
    owed = unlock(ana, mia)
    assert owed.claim(timezone.now())
    assert unlock_due() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
        assert unlock_due() == 1
        assert gets_in(dialled())


@pytest.mark.parametrize("kind", ["timeout", "refused", "http_500"])
def test_a_twilio_that_withdraws_nothing_keeps_nobody_locked_out(ana, mia, kind, caplog):
    """The spoilt code is void within ten minutes; the limits are free at once."""
    lock_out()
    Fault.objects.inject("verify.update", kind=kind)
    unlock(ana, mia)
    assert unlock_due() == 1
    assert "a code could not be withdrawn" in caplog.text
    assert not Challenge.objects.typeable().exists()
    assert dialled().heard == [ASKED_FOR_CODE]


def test_every_limit_of_the_person_is_free_also_of_attested_calls_and_nobody_elses(ana, bo, mia):
    gone = [
        f"{limit}{apart}"
        for limit in (
            f"sends_per_contact sms {cast.ANA}",
            f"wrong_codes_per_contact {cast.ANA}",
            f"sends_per_line {cast.ANA}",
            f"roster_numbers_per_line {cast.ANA}",
        )
        for apart in ("", " attested")
    ]
    kept = ["sends_per_hour", "sends_per_day", "roster_numbers", f"sends_per_contact sms {cast.BO}"]
    for key in gone + kept:
        Tally.objects.create(key=key, hits=9, resets_at=timezone.now() + timedelta(hours=1))
    unlock(ana, mia)
    unlock_due()
    assert set(Tally.objects.exclude(key__startswith="unlocks").values_list("key", flat=True)) == set(kept)


def test_the_code_of_somebody_else_stays_good(ana, bo, mia):
    other = dialled(cast.BO)
    lock_out()
    unlock(ana, mia)
    unlock_due()
    assert gets_in(other)


def test_what_is_used_up_is_said_in_words_and_kept_with_the_unlocking(ana, mia):
    with time_machine.travel("2026-03-03 12:00:00Z", tick=False):
        Tally.objects.create(
            key=f"wrong_codes_per_contact {cast.ANA}", hits=5, resets_at=timezone.now() + timedelta(minutes=9)
        )
        Tally.objects.create(
            key=f"sends_per_line {cast.ANA}", hits=9, resets_at=timezone.now() + timedelta(minutes=9)
        )  # one is left
        words = f"5 of 5 wrong codes for text message {cast.ANA}, free again at 12:09 UTC"
        assert [str(each) for each in used_up(ana)] == [words]
        assert unlock(ana, mia).used_up == words


def test_unlocking_has_a_limit_of_its_own_or_it_would_be_a_way_round_the_others(ana, mia):
    for _time in range(3):
        unlock(ana, mia)
    with pytest.raises(throttle.OverLimitError):
        unlock(ana, mia)
    assert Unlock.objects.count() == 3
