"""What an organizer wrote for the callers of a conference."""

import pytest

from participants.models import Conference, Participant, Passcode, Policy
from sandbox.models import Message, Utterance
from tests import cast
from tests.calls.log import wrong
from tests.edge.signed import SID, call_fields, post
from tests.phone import Phone
from verification.models import Admission, HeardNotice

pytestmark = pytest.mark.django_db

GREETING = 'Bienvenidos </Say><Hangup/> & "silencio", por favor.'
NOTICE, CHANGED = "Nobody may record this call.", "This call may be recorded."


def own_words(phone: Phone, words: str) -> list[str]:
    """In which voices these words were said."""
    said = phone.utterances()
    return [each.voice for each in said if each.kind == Utterance.Kind.SAY and words in each.text]


def test_words_of_welcome_are_said_to_whoever_is_let_in_and_to_nobody_before(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(greeting=GREETING, privacy_notice=NOTICE, language="es")
    Participant.objects.filter(pk=ana.pk).update(language="en")

    stranger, first = Phone(cast.STRANGER), Phone(cast.ANA)
    stranger.dial()
    stranger.press("12345678")
    first.dial()
    first.press(wrong(first.text_code()))
    first.stay_silent()
    assert not own_words(stranger, "Bienvenidos")
    assert not own_words(first, "Bienvenidos")
    assert not own_words(first, NOTICE)

    first.press(first.text_code())
    assert first.heard == ["Thank you, Ana. You are the first.", NOTICE, GREETING]
    assert own_words(first, GREETING) == ["Polly.Lupe-Neural"]
    assert first.in_room

    moderator = Phone(cast.BO)
    moderator.dial()
    moderator.press(moderator.text_code())
    assert moderator.heard == ["Gracias, Bo. Hay una persona presente.", NOTICE, GREETING]


def test_without_a_language_the_words_are_read_in_that_of_the_number_dialled(room, ana):
    Conference.objects.filter(pk=room.pk).update(greeting="Good morning.")
    Participant.objects.filter(pk=ana.pk).update(language="es", slow_pace=True)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert own_words(phone, "Good morning.") == ["Polly.Joanna-Neural"]
    assert '<prosody rate="80%">Good morning.</prosody>' in phone.webhooks[1].body


def comes_in(number: str, room: Conference, notice: str) -> list[str]:
    """With a code, into the room, on the way to which this notice is asked for: what is heard there."""
    Conference.objects.filter(pk=room.pk).update(privacy_notice=notice)
    phone = Phone(number, texts=number)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    return phone.heard


def test_the_privacy_notice_is_said_once_to_each_person_of_a_series_and_again_when_it_changes(room, ana, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "20/600"}
    thanks = "Thank you, Ana. You are the first."
    assert comes_in(cast.ANA, room, NOTICE) == [thanks, NOTICE]
    assert comes_in(cast.ANA, room, NOTICE) == [thanks]
    assert comes_in(cast.ANA, room, CHANGED) == [thanks, CHANGED]

    tides = cast.conference(room.team, "Tides")  # another series
    cast.invite(tides, ana)
    room.invitations.all().delete()
    assert comes_in(cast.ANA, tides, NOTICE) == [thanks, NOTICE]
    heard = HeardNotice.objects.order_by("pk").values_list("participant", "conference", "words")
    assert list(heard) == [(ana.pk, room.pk, NOTICE), (ana.pk, room.pk, CHANGED), (ana.pk, tides.pk, NOTICE)]


def test_whoever_hangs_up_before_the_room_hears_the_notice_again_and_a_copy_of_the_event_stores_it_once(room, ana):
    Conference.objects.filter(pk=room.pk).update(privacy_notice=NOTICE)
    fields = call_fields(CallSid=SID)
    post("/voice/", fields)
    answer = post("/voice/turn/1/", fields | {"Digits": Message.objects.latest("pk").code})
    assert NOTICE in answer.content.decode()
    post("/voice/status/", call_fields(CallSid=SID, CallStatus="completed"))
    assert not HeardNotice.objects.exists()

    assert comes_in(cast.ANA, room, NOTICE)[1] == NOTICE
    seat = Admission.objects.latest("pk")
    event = {"StatusCallbackEvent": "participant-join", "ParticipantLabel": seat.label, "ConferenceSid": "CF1"}
    copy = post(f"/rooms/{seat.occurrence.uuid}/events/", call_fields(CallSid=seat.call.sid) | event)
    assert copy.status_code == 204
    assert HeardNotice.objects.get().participant == ana


def test_a_nameless_caller_hears_the_notice_each_time(room):
    Conference.objects.filter(pk=room.pk).update(privacy_notice=NOTICE)
    room.refresh_from_db()
    room.admission = Policy.PASSCODE
    room.save()
    passcode = Passcode.objects.make(room)
    for _time in range(2):
        phone = Phone(cast.STRANGER)
        phone.dial()
        phone.press(room.number)
        assert NOTICE not in phone.everything_heard
        phone.press(passcode)
        assert phone.heard[1] == NOTICE
        assert Admission.objects.latest("pk").entered_at
        phone.hang_up()
    assert not HeardNotice.objects.exists()
