"""While nobody has started the room: a word every half minute, and music or silence between."""

import wave
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.db import OperationalError, connection
from django.utils import translation

from conferenceline.telephony import twiml
from participants.models import Conference, Participant
from rooms.waiting import status
from sandbox.models import Utterance
from sandbox.phone import Clock
from sandbox.twiml import Pause, Play, Redirect, Say, read
from tests import cast
from tests.calls.log import wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission

TEN = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MUSIC = "/static/waiting.wav"
Kind = Utterance.Kind


@pytest.fixture
def board(harbour) -> Conference:
    """Begins in ten minutes; its doors are open."""
    with time_machine.travel(TEN, tick=False):
        return cast.conference(harbour, "Board", TEN + timedelta(minutes=10), time_zone="America/New_York")


def invited(board: Conference, name: str, number: str, role: str = "participant", **fields: str | bool) -> None:
    person = cast.person(board.team, name, number)
    Participant.objects.filter(pk=person.pk).update(**fields)
    cast.invite(board, person, role=role)


def comes_in(number: str, clock: Clock) -> Phone:
    phone = Phone(number, clock=clock)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    return phone


def test_the_music_is_there_and_as_long_as_the_page_takes_it_for():
    with wave.open(finders.find(twiml.MUSIC)) as music:
        assert music.getnframes() == twiml.MUSIC_SECONDS * music.getframerate()


def test_whoever_waits_is_told_for_whom_every_half_minute_until_the_room_starts(board):
    invited(board, "Luz", cast.ANA, language="es", time_zone="UTC")
    invited(board, "Bo", cast.BO, role="moderator")
    with time_machine.travel(TEN, tick=False) as clock:
        guesser, luz = Phone(cast.ANA, clock=clock), Phone(cast.ANA, clock=clock)
        guesser.dial()
        guesser.press(wrong(guesser.text_code()))
        guesser.wait(35)
        assert "Board" not in " ".join(guesser.everything_heard)
        luz.dial()
        luz.press(luz.text_code())
        assert luz.heard == ["Gracias, Luz. Es la primera persona en llegar."]
        [music] = [each for each in luz.utterances() if each.kind == Kind.PLAY]
        assert music.text.endswith(MUSIC)

        luz.wait(29)
        assert luz.heard == []
        luz.wait(1)
        status = "Todavía no ha llegado quien modera. Board empieza a las 10:10."
        assert luz.heard == [status]
        assert luz.utterances()[-1].voice == "Polly.Lupe-Neural"
        luz.wait(14 * 60)
        assert 13 < luz.heard.count(status) < 19  # until it should have begun
        assert luz.heard[-1] == "Todavía no ha llegado quien modera. Board debía empezar a las 10:10."
        assert len([each for each in luz.webhooks if each.kind == "wait"]) == 2

        comes_in(cast.BO, clock)
        luz.wait(120)
        assert luz.heard == []


def test_a_moderator_alone_waits_in_silence_where_the_conference_has_no_music(board):
    invited(board, "Bo", cast.BO, role="moderator", slow_pace=True)
    Conference.objects.filter(pk=board.pk).update(waiting_music="silence")
    with time_machine.travel(TEN, tick=False) as clock:
        phone = comes_in(cast.BO, clock)
        phone.wait(30)
        assert phone.heard == ["Nobody else is here yet. Board begins at 05:10."]
        said = [(each.kind, each.text) for each in phone.utterances()]
        assert ("pause", "30 s") in said
        assert "play" not in [kind for kind, _text in said]
        assert phone.utterances()[-1].rate < 1


@pytest.mark.parametrize(
    ("changes", "seconds", "words"),
    [
        ({}, 0, "The moderator is not here yet. Board begins at 05:10."),
        ({}, 600, "The moderator is not here yet. Board was to begin at 05:10."),
        ({}, -6 * 3600, "The moderator is not here yet. Board begins on Tuesday at 05:10."),
        ({"always_open": True}, 0, "The moderator is not here yet."),
        ({"starts_with": "anyone"}, 0, "Nobody else is here yet. Board begins at 05:10."),
    ],
)
def test_what_is_said_follows_from_the_conference_and_the_time(board, changes, seconds, words):
    Conference.objects.filter(pk=board.pk).update(**changes)
    date = board.occurrences.select_related("conference").get()
    with translation.override("en"):
        assert status(Admission(role="participant"), date, TEN + timedelta(seconds=seconds)) == words


def test_nobody_is_put_out_and_nobody_without_a_seat_is_told_a_word(board, caplog):
    invited(board, "Ana", cast.ANA)
    with time_machine.travel(TEN, tick=False) as clock:
        ana = comes_in(cast.ANA, clock)
        path = f"/rooms/{board.occurrences.get().uuid}/waiting/"
        for_her, for_another = (read(post(path, call_fields(CallSid=sid)).content.decode()) for sid in (ana.sid, "CA2"))
        ana.hang_up()
        after = read(post(path, call_fields(CallSid=ana.sid)).content.decode())

        def down(*_args):
            raise OperationalError("the database is down")

        with connection.execute_wrapper(down):
            broken = read(post(path, call_fields(CallSid=ana.sid)).content.decode())
            silent = read(post(path + "?silence", call_fields(CallSid=ana.sid)).content.decode())
    assert [type(verb) for verb in for_her[:3]] == [Play, Say, Play]
    for verbs, sound in ((for_another, Play), (after, Play), (broken, Play), (silent, Pause)):
        assert [type(verb) for verb in verbs] == [sound, Redirect]
    assert caplog.messages == ["a waiting page without words"] * 2
