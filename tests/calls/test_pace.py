"""The slow pace: slower speech, a longer wait for keys, one reminder more. Kept with the person for each call."""

import xml.etree.ElementTree as ET

import pytest

from participants.models import Participant
from tests import cast
from tests.calls.log import wrong
from tests.phone import Phone
from verification.models import Call


@pytest.fixture
def slow_ana(ana: Participant) -> Participant:
    Participant.objects.filter(pk=ana.pk).update(slow_pace=True)
    return ana


def reply() -> ET.Element:
    return ET.fromstring(Call.objects.latest("pk").reply)  # noqa: S314 (our own words)


def heard_in_silence(number: str, times: int) -> list[str]:
    phone = Phone(number)
    phone.dial()
    said = list(phone.heard)
    for _time in range(times):
        phone.stay_silent()
        said += phone.heard
    return said


def test_somebody_who_needs_time_is_spoken_to_slowly_and_has_twice_as_long(slow_ana, bo):
    Phone(cast.ANA).dial()
    assert reply().find("Gather").get("timeout") == "40"
    assert reply().find("Gather/Say/prosody").get("rate") == "80%"
    assert reply().find("Gather/Say/prosody").text.startswith("Welcome. We have sent you a text")

    Phone(cast.BO).dial()
    assert reply().find("Gather").get("timeout") == "20"
    assert reply().find("Gather/Say/prosody") is None


def test_one_reminder_more_before_the_line_only_stays(slow_ana, bo):
    usual, slow = heard_in_silence(cast.BO, 4), heard_in_silence(cast.ANA, 5)
    assert slow == [*usual[:-1], usual[-2], usual[-1]]
    assert usual[-1].startswith("We stay on the line.")


def test_the_pace_is_kept_in_the_call_and_for_the_next(slow_ana):
    for _call in range(2):
        phone = Phone(cast.ANA)
        phone.dial()
        phone.press("000#")
        assert reply().find("Gather").get("timeout") == "40"
        phone.press(phone.text_code())
        assert phone.in_room
        assert reply().find("Say/prosody").text.startswith("Thank you, Ana.")
        phone.hang_up()


def test_a_line_that_two_share_is_slow_for_both_until_it_is_known_who_calls(slow_ana, room):
    couple = cast.person(room.team, "Emil", cast.ANA)
    cast.invite(room, couple)
    phone = Phone(cast.ANA)
    phone.dial()
    assert reply().find("Gather").get("timeout") == "40"
    phone.press(phone.text_code())
    phone.press("2")
    assert phone.heard[0].startswith("Thank you, Emil.")
    assert reply().find("Say/prosody") is None


def test_tries_and_codes_are_as_many_as_for_everybody(slow_ana, settings):
    phone = Phone(cast.ANA)
    phone.dial()
    for _try in range(settings.WRONG_CODES_PER_CALL):
        phone.press(wrong(phone.text_code()))
    assert phone.is_over
