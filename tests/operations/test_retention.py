"""What is kept of a call, and for how long."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants.models import Participant
from tests import cast
from tests.phone import Phone
from verification.models import Admission, Attempt, Call, Challenge


def says(*arguments: str) -> str:
    out = StringIO()
    call_command("forget_old", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def an_old_call_and_a_new_one(ana, bo, settings):
    settings.RETENTION_DAYS = 90
    for number in (cast.ANA, cast.BO):
        phone = Phone(number)
        phone.dial()
        phone.press(phone.text_code())
        phone.hang_up()
    old = Call.objects.filter(line=cast.ANA)
    old.update(rang_at=timezone.now() - timedelta(days=91))
    Call.objects.filter(line=cast.BO).update(rang_at=timezone.now() - timedelta(days=89))


def test_first_it_says_what_would_go(an_old_call_and_a_new_one):
    told = says("--dry-run", "--days", "90")

    assert told.startswith("Would delete what is older than 90 days (")
    assert told.endswith("): 1 calls, 2 attempts, 1 codes, 1 seats.\n")
    assert Call.objects.count() == 2


def test_an_old_call_goes_with_its_numbers_and_a_younger_one_stays(an_old_call_and_a_new_one):
    told = says("--days", "90")

    assert told.endswith("): 1 calls, 2 attempts, 1 codes, 1 seats.\n")
    assert list(Call.objects.values_list("line", flat=True)) == [cast.BO]
    assert list(Challenge.objects.values_list("address", flat=True)) == [cast.BO]
    assert [seat.participant.name for seat in Admission.objects.all()] == ["Bo"]
    assert Attempt.objects.count() == 2
    assert Participant.objects.count() == 2


def test_again_there_is_nothing_to_delete(an_old_call_and_a_new_one):
    says("--days", "90")

    assert says("--days", "90").endswith("): 0 calls, 0 attempts, 0 codes, 0 seats.\n")


def test_what_may_be_going_on_still_is_kept(db):
    with pytest.raises(CommandError, match="2 days at least"):
        says("--days", "1")


def test_old_changes_go_and_younger_ones_stay(ana):
    ana.name = "Ana Bell"
    ana.save()
    history = type(ana).history.filter(id=ana.pk)
    assert history.count() == 2
    history.filter(history_type="+").update(history_date=timezone.now() - timedelta(days=91))

    assert says("--days", "90").endswith("0 mails and texts, 1 changes, 0 wrong sign-ins.\n")
    assert list(history.values_list("history_type", flat=True)) == ["~"]
