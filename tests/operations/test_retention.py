"""What is kept of a call, and for how long."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from axes.conf import settings as axes_settings
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from conferenceline.accounts.models import LoginInvitation
from participants.models import ContactChange, Delivery, Participant
from tests import cast
from tests.phone import Phone
from verification.models import Admission, Attempt, Block, Call, Challenge, Unlock, Vouch
from verification.retention import old_rows


def says(*arguments: str) -> str:
    out = StringIO()
    call_command("forget_old", *arguments, stdout=out)
    return out.getvalue()


def forgotten(*arguments: str) -> dict[str, int]:
    """How many of each kind it says, but for kinds of which there are none."""
    told = says(*(arguments if "--days" in arguments else ("--days", "90", *arguments)))
    counted = re.findall(r"(\d+) ([a-z -]+)[,.]", told.rpartition("UTC): ")[2])
    return {kind: int(count) for count, kind in counted if int(count)}


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
    assert says("--dry-run", "--days", "90").startswith("Would delete what is older than 90 days (")
    assert forgotten("--dry-run") == {"calls": 1, "attempts": 2, "codes": 1, "seats": 1}
    assert Call.objects.count() == 2


def test_an_old_call_goes_with_its_numbers_and_a_younger_one_stays(an_old_call_and_a_new_one):
    assert forgotten() == {"calls": 1, "attempts": 2, "codes": 1, "seats": 1}
    assert list(Call.objects.values_list("line", flat=True)) == [cast.BO]
    assert list(Challenge.objects.values_list("address", flat=True)) == [cast.BO]
    assert [seat.participant.name for seat in Admission.objects.all()] == ["Bo"]
    assert Attempt.objects.count() == 2
    assert Participant.objects.count() == 2


def test_again_there_is_nothing_to_delete(an_old_call_and_a_new_one):
    forgotten()

    assert forgotten() == {}


def test_what_may_be_going_on_still_is_kept(db):
    with pytest.raises(CommandError, match="2 days at least"):
        says("--days", "1")


def test_old_changes_go_and_younger_ones_stay(ana):
    ana.name = "Ana Bell"
    ana.save()
    history = type(ana).history.filter(id=ana.pk)
    assert history.count() == 2
    history.filter(history_type="+").update(history_date=timezone.now() - timedelta(days=91))

    assert forgotten() == {"changes": 1}
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

    assert forgotten("--dry-run") == {"changes": 1}
    assert forgotten() == {"changes": 1}
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

    assert forgotten("--dry-run") == {"mails and texts": 1}
    assert forgotten() == {"mails and texts": 1}
    assert not Delivery.objects.filter(subject="old").exists()
    assert Delivery.objects.count() == 4

    for name in ("moderators_open_at", "opens_at", "starts_at", "closes_at", "overtime_until"):
        setattr(occurrence, name, getattr(occurrence, name) - timedelta(days=91))
    occurrence.save()
    assert forgotten() == {"mails and texts": 2}
    assert set(Delivery.objects.values_list("subject", flat=True)) == {"young", "owed still"}


def test_old_wrong_sign_ins_go_and_younger_ones_stay(client, db):
    for name in ("old", "young"):
        client.post("/admin/login/", {"username": name, "password": "a guess"})
    AccessAttempt.objects.filter(username="old").update(attempt_time=timezone.now() - timedelta(days=91))

    assert forgotten() == {"wrong sign-ins": 1}
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["young"]


def test_what_was_done_by_hand_goes(ana, room):
    """Who let somebody in or unlocked them, what the admin wrote down of it, and a number that is blocked no more."""
    organizer = User.objects.create_superuser("organizer")
    for age in (91, 1):
        moment = timezone.now() - timedelta(days=age)
        Unlock.objects.create(participant=ana, made_by=organizer, made_at=moment, done_at=moment)
        Block.objects.create(number=f"+120255501{age:02}", until=moment)
        vouch = Vouch.objects.make(
            room.invitations.get(), cast.occurrence_of(room), by=organizer, reason="I know her voice"
        )
        Vouch.objects.filter(pk=vouch.pk).update(made_at=moment)
        (entry,) = LogEntry.objects.log_actions(organizer.pk, [ana], CHANGE, "Renamed.")
        LogEntry.objects.filter(pk=entry.pk).update(action_time=moment)
    Block.objects.create(number="+12025550190")

    told = {"changes": 1, "helped by hand": 2, "blocks that are over": 1}
    assert forgotten("--dry-run") == told
    assert forgotten() == told
    assert set(Block.objects.values_list("number", flat=True)) == {"+12025550101", "+12025550190"}
    assert [model.objects.count() for model in (Vouch, Unlock, LogEntry)] == [1, 1, 1]


def test_invitations_to_log_in_go_once_they_are_over_and_sessions_too(harbour):
    now = timezone.now()
    for name, fields in {
        "accepted": {"accepted_at": now - timedelta(days=3)},
        "withdrawn": {"withdrawn_at": now - timedelta(days=3)},
        "void": {"mailed_at": now - timedelta(days=8)},
        "good still": {"mailed_at": now - timedelta(days=3)},
        "accepted today": {"accepted_at": now, "mailed_at": now},
    }.items():
        LoginInvitation.objects.create(name=name, mail=f"{name.replace(' ', '.')}@example.com", team=harbour, **fields)
    for key, hours in (("over", -1), ("going-on", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now + timedelta(hours=hours))

    assert forgotten("--days", "2") == {"invitations to log in": 3, "sign-ins that are over": 1}
    assert set(LoginInvitation.objects.values_list("name", flat=True)) == {"good still", "accepted today"}
    assert Session.objects.get().session_key == "going-on"


# Tables that keep their rows until somebody deletes them in the admin, or until something else does, and why.
KEPT = {
    "admin of people and rooms": {"Team", "Membership", "Participant", "CallingLine", "Contact", "Conference"},
    "and of their dates and rosters": {"Occurrence", "Invitation", "ModeratorNumber", "Passcode", "DialInNumber"},
    "what of a conference is in calendars, nobody's name": {"CalendarEntry"},
    "and of groups of people": {"PeopleGroup", "GroupMember"},
    "logins": {"User", "Group", "Permission", "ContentType", "TOTPDevice", "StaticDevice", "StaticToken"},
    "swept every five minutes": {"Tally", "UsedCode"},
    "goes with its attempt": {"AccessAttemptExpiration"},
    "goes with its file": {"ImportRow"},
    "goes with a text heard a week later": {"HeardText"},
    "goes with its person or its conference; no number, address or name": {"HeardNotice"},
    "goes with its date": {"EndWarning"},
    "turned off": {"AccessLog", "AccessFailureLog"},
}


def test_every_table_is_forgotten_or_said_to_be_kept(settings):
    """A table more is a decision: does it hold a number, an address, a name, and until when?"""
    models = {model for model in apps.get_models() if model._meta.app_label != "sandbox"}
    rows = [each for queries in old_rows(timezone.now()).values() for each in queries]
    goes = {query.model for query in rows} | {Call, Attempt, Challenge, Admission}
    kept = {name for names in KEPT.values() for name in names}

    assert {model.__name__ for model in models - goes} == kept
    assert settings.AXES_DISABLE_ACCESS_LOG
    assert not axes_settings.AXES_ENABLE_ACCESS_FAILURE_LOG
