"""What is kept of a call, and for how long."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants.models import ContactChange, Delivery, Participant
from tests import cast
from tests.phone import Phone
from verification.models import Admission, Attempt, Call, Challenge

NOTHING_ELSE = "0 mails and texts, 0 changes, 0 authenticator apps, 0 wrong sign-ins"


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
    assert told.endswith(f"): 1 calls, 2 attempts, 1 codes, 1 seats, {NOTHING_ELSE}.\n")
    assert Call.objects.count() == 2


def test_an_old_call_goes_with_its_numbers_and_a_younger_one_stays(an_old_call_and_a_new_one):
    told = says("--days", "90")

    assert told.endswith(f"): 1 calls, 2 attempts, 1 codes, 1 seats, {NOTHING_ELSE}.\n")
    assert list(Call.objects.values_list("line", flat=True)) == [cast.BO]
    assert list(Challenge.objects.values_list("address", flat=True)) == [cast.BO]
    assert [seat.participant.name for seat in Admission.objects.all()] == ["Bo"]
    assert Attempt.objects.count() == 2
    assert Participant.objects.count() == 2


def test_again_there_is_nothing_to_delete(an_old_call_and_a_new_one):
    says("--days", "90")

    assert says("--days", "90").endswith(f"): 0 calls, 0 attempts, 0 codes, 0 seats, {NOTHING_ELSE}.\n")


def test_what_may_be_going_on_still_is_kept(db):
    with pytest.raises(CommandError, match="2 days at least"):
        says("--days", "1")


def test_old_changes_go_and_younger_ones_stay(ana):
    ana.name = "Ana Bell"
    ana.save()
    history = type(ana).history.filter(id=ana.pk)
    assert history.count() == 2
    history.filter(history_type="+").update(history_date=timezone.now() - timedelta(days=91))

    assert says("--days", "90").endswith("0 mails and texts, 1 changes, 0 authenticator apps, 0 wrong sign-ins.\n")
    assert list(history.values_list("history_type", flat=True)) == ["~"]


def test_old_changes_of_contacts_go_with_the_addresses_in_them(ana):
    """They would keep a number that was taken away two years ago."""
    for number, age in (("+12025550171", 91), ("+12025550172", 1)):
        ContactChange.objects.create(
            participant=ana,
            what=ContactChange.What.REMOVED,
            old_channel="sms",
            old_address=number,
            at=timezone.now() - timedelta(days=age),
        )

    assert "0 mails and texts, 1 changes" in says("--days", "90", "--dry-run")
    assert "0 mails and texts, 1 changes" in says("--days", "90")
    assert list(ContactChange.objects.values_list("old_address", flat=True)) == ["+12025550172"]


def test_old_mail_goes_unless_it_is_owed_still_or_could_be_owed_again(ana, room):
    """A second invitation to what lies ahead must not go out because the first was forgotten."""
    occurrence = room.occurrences.get()
    for words, fields in {
        "old": {"participant": ana},
        "young": {"participant": ana},
        "owed still": {"participant": ana},
        "for a date ahead": {"participant": ana, "occurrence": occurrence},
        "for a conference ahead": {"participant": ana, "conference": room},
    }.items():
        Delivery.objects.owe("notice", "mail", "ana@example.com", subject=words, **fields)
    Delivery.objects.exclude(subject="owed still").update(state=Delivery.State.SENT)
    Delivery.objects.exclude(subject="young").update(created_at=timezone.now() - timedelta(days=91))

    assert "0 seats, 1 mails and texts, 0 changes" in says("--days", "90", "--dry-run")
    assert "0 seats, 1 mails and texts, 0 changes" in says("--days", "90")
    assert not Delivery.objects.filter(subject="old").exists()
    assert Delivery.objects.count() == 4

    for name in ("opens_at", "starts_at", "closes_at", "overtime_until"):
        setattr(occurrence, name, getattr(occurrence, name) - timedelta(days=91))
    occurrence.save()
    assert "0 seats, 2 mails and texts, 0 changes" in says("--days", "90")
    assert set(Delivery.objects.values_list("subject", flat=True)) == {"young", "owed still"}


def test_old_wrong_sign_ins_go_and_younger_ones_stay(client, db):
    for name in ("old", "young"):
        client.post("/admin/login/", {"username": name, "password": "a guess"})
    AccessAttempt.objects.filter(username="old").update(attempt_time=timezone.now() - timedelta(days=91))

    assert says("--days", "90").endswith("0 mails and texts, 0 changes, 0 authenticator apps, 1 wrong sign-ins.\n")
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["young"]
