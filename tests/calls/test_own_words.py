"""What an organizer wrote for the callers of a conference."""

import pytest

from participants.models import Conference, Participant
from sandbox.models import Utterance
from tests import cast
from tests.calls.log import wrong
from tests.phone import Phone

pytestmark = pytest.mark.django_db

GREETING = 'Bienvenidos </Say><Hangup/> & "silencio", por favor.'


def own_words(phone: Phone, words: str) -> list[str]:
    """In which voices these words were said."""
    said = phone.utterances()
    return [each.voice for each in said if each.kind == Utterance.Kind.SAY and words in each.text]


def test_words_of_welcome_are_said_to_whoever_is_let_in_and_to_nobody_before(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(greeting=GREETING, language="es")
    Participant.objects.filter(pk=ana.pk).update(language="en")

    stranger, first = Phone(cast.STRANGER), Phone(cast.ANA)
    stranger.dial()
    stranger.press("12345678")
    first.dial()
    first.press(wrong(first.text_code()))
    first.stay_silent()
    assert not own_words(stranger, "Bienvenidos")
    assert not own_words(first, "Bienvenidos")

    first.press(first.text_code())
    assert first.heard == ["Thank you, Ana. You are the first.", GREETING]
    assert own_words(first, GREETING) == ["Polly.Lupe-Neural"]
    assert first.in_room

    moderator = Phone(cast.BO)
    moderator.dial()
    moderator.press(moderator.text_code())
    assert moderator.heard == ["Gracias, Bo. Hay una persona presente.", GREETING]


def test_without_a_language_the_words_are_read_in_that_of_the_number_dialled(room, ana):
    Conference.objects.filter(pk=room.pk).update(greeting="Good morning.")
    Participant.objects.filter(pk=ana.pk).update(language="es", slow_pace=True)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert own_words(phone, "Good morning.") == ["Polly.Joanna-Neural"]
    assert '<prosody rate="80%">Good morning.</prosody>' in phone.webhooks[1].body
