"""Codes that are sent and not typed: told to those who can do something about it, and in the log."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command

from participants.models import Participant
from tests.admin.test_costs_page import NOON, PAGE
from verification.alarms import alarms_for
from verification.models import Call, Challenge

pytestmark = pytest.mark.django_db

WORDS = "{}: of 20 codes only 9 were typed. They may not arrive, or nobody waits for them."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def codes(person: Participant, count: int, state: str, minutes: int = 30, **fields) -> None:
    """As so many calls leave them, so many minutes ago."""
    conference = person.invitations.get().conference
    at = NOON - timedelta(minutes=minutes)
    for number in range(count):
        call = Call.objects.create(
            sid=f"CA{conference.pk:08}{state[:3].encode().hex()}{minutes:08}{number:010}",
            rang_at=at,
            conference=conference,
        )
        made = {"channel": "sms", "address": "+12025550101", "state": state, "sent_at": at, "sends": 1} | fields
        Challenge.objects.create(call=call, contact=person.contacts.first(), **made)


def lost(person: Participant) -> None:
    codes(person, 9, "approved")
    codes(person, 11, "pending")


def test_fewer_than_half_is_told_to_administrators_and_to_the_team(
    ours, secret, ana, admin_user, harbourmaster, zanzibari, organizer
):
    lost(ana)
    title = ana.invitations.get().conference.title
    by_channel, for_conference = WORDS.format("Text message"), WORDS.format(title)
    assert [alarm.words for alarm in alarms_for(admin_user)] == [by_channel, for_conference]
    assert [(alarm.words, alarm.address) for alarm in alarms_for(harbourmaster)] == [(for_conference, PAGE)]
    assert alarms_for(zanzibari) == []
    assert for_conference in organizer.get("/admin/").content.decode()


def test_chance_withdrawn_codes_and_those_that_may_still_be_typed_say_nothing(ana, admin_user, settings):
    codes(ana, 9, "approved")
    codes(ana, 10, "pending")
    codes(ana, 20, "cancelled")
    codes(ana, 20, "pending", minutes=9)
    codes(ana, 20, "pending", minutes=121)
    codes(ana, 20, "failed", sends=0)
    assert alarms_for(admin_user) == []
    settings.CONVERSION_CODES = 19
    assert len(alarms_for(admin_user)) == 2


def test_it_is_in_the_log_once_in_its_stretch_of_time(ana, caplog, clock):
    def minute_passes() -> list[str]:
        caplog.clear()
        call_command("notice_unusual", verbosity=0)
        return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]

    lost(ana)
    conference = ana.invitations.get().conference_id
    said = ["few codes are typed: 9 of 20 by sms", f"few codes are typed: 9 of 20 for conference {conference}"]
    assert minute_passes() == said
    assert minute_passes() == []
    clock.shift(timedelta(hours=2, seconds=1))
    assert minute_passes() == []  # nothing new since
    Challenge.objects.update(sent_at=NOON + timedelta(hours=1))
    assert minute_passes() == said
