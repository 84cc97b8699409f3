"""Rooms, held to the rules of https://www.twilio.com/docs/voice/twiml/conference."""

from email.utils import parsedate_to_datetime

import pytest

from sandbox.models import Switch, Webhook
from tests.sandbox.rooms import events, names, room

pytestmark = pytest.mark.usefixtures("meeting")


def test_a_lone_starter_hears_music_and_two_start_the_room(line, ana, bo):
    line["/voice/"] = room()
    ana.dial()
    assert ana.room == "line-1"
    assert ana.hears_music
    bo.dial()
    assert not ana.hears_music
    assert not bo.hears_music
    assert names() == ["participant-join", "participant-join", "conference-start"]


def test_two_without_a_starter_wait(line, ana, bo, cleo):
    line["/voice/"] = room(startConferenceOnEnter="false")
    ana.dial()
    bo.dial()
    assert ana.hears_music
    assert bo.hears_music
    line["/voice/"] = room(startConferenceOnEnter="true")
    cleo.dial()
    assert not ana.hears_music
    assert names()[-1] == "conference-start"


def test_callbacks_are_numbered_dated_and_say_who(line, ana, bo):
    line["/voice/"] = room(participantLabel="first")
    ana.dial()
    join = events()[0]
    assert join["SequenceNumber"] == "1"
    assert join["FriendlyName"] == "line-1"
    assert join["ConferenceSid"].startswith("CF")
    assert (join["CallSid"], join["ParticipantLabel"]) == (ana.sid, "first")
    assert (join["Muted"], join["StartConferenceOnEnter"], join["EndConferenceOnExit"]) == ("false", "true", "false")
    assert parsedate_to_datetime(join["Timestamp"]).utcoffset().total_seconds() == 0


def test_only_the_events_that_the_first_caller_asked_for(line, ana, bo):
    line["/voice/"] = room(statusCallbackEvent="join")
    ana.dial()
    line["/voice/"] = room(statusCallback="/elsewhere/")
    bo.dial()
    assert names() == ["participant-join", "participant-join"]
    assert {webhook.url for webhook in Webhook.objects.filter(kind="conference")} == {
        "https://line.example.com/rooms/events/"
    }


def test_hanging_up_leaves_the_room_and_asks_the_action(line, ana, bo):
    line["/voice/"] = room()
    ana.dial()
    bo.dial()
    bo.hang_up()
    assert bo.last_request.kind == "status"
    left = bo.webhooks[-2]
    assert (left.url, left.fields["CallStatus"], left.fields["DialCallStatus"]) == (
        "https://line.example.com/left/",
        "completed",
        "answered",
    )
    assert (events()[-1]["StatusCallbackEvent"], events()[-1]["ReasonParticipantLeft"]) == (
        "participant-leave",
        "participant_hung_up",
    )
    assert ana.in_room


def test_the_last_one_out_ends_the_room_and_its_name_is_free(line, ana, bo):
    line["/voice/"] = room()
    ana.dial()
    first = ana.membership.room.sid
    ana.hang_up()
    end = events()[-1]
    assert (end["StatusCallbackEvent"], end["ReasonConferenceEnded"]) == ("conference-end", "last-participant-left")
    assert end["CallSidEndingConference"] == ana.sid
    bo.dial()
    assert bo.room == "line-1"
    assert bo.membership.room.sid != first


def test_whoever_ends_the_room_sends_everybody_to_their_action(line, ana, bo):
    line["/voice/"] = room()
    ana.dial()
    line["/voice/"] = room(endConferenceOnExit="true")
    bo.dial()
    bo.hang_up()
    assert ana.heard == ["Left: in-progress."]
    assert ana.is_over
    assert names()[-3:] == ["participant-leave", "participant-leave", "conference-end"]
    assert events()[-2]["ReasonParticipantLeft"] == "moderator_ended_conference"
    assert events()[-1]["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"


def test_star_leaves_only_where_the_dial_says_so(line, ana, bo):
    line["/voice/"] = room()
    ana.dial()
    ana.press("*")
    assert ana.in_room
    line["/voice/"] = room(dial='hangupOnStar="true"')
    bo.dial()
    bo.press("5")
    assert bo.in_room
    bo.press("*")
    assert not bo.in_room
    assert bo.heard == ["Left: in-progress."]


def test_time_limit_takes_the_caller_out(line, ana, bo):
    line["/voice/"] = room(dial='timeLimit="60"')
    ana.dial()
    bo.dial()
    ana.wait(59)
    assert ana.in_room
    ana.wait(1)
    assert ana.heard == ["Left: in-progress."]
    assert bo.in_room


def test_label_that_is_taken_and_full_room_go_on_with_the_action(line, ana, bo, cleo):
    line["/voice/"] = room(participantLabel="same")
    ana.dial()
    bo.dial()
    assert bo.heard == ["Left: in-progress."]
    line["/voice/"] = room(maxParticipants="2")
    bo.dial()
    cleo.dial()
    assert bo.in_room
    assert cleo.heard == ["Left: in-progress."]


def test_room_without_action_goes_on_with_the_next_verb(line, ana):
    line["/voice/"] = '<Dial timeLimit="5"><Conference>line-1</Conference></Dial><Say>After the room.</Say>'
    ana.dial()
    ana.wait(5)
    assert ana.heard == ["After the room."]


def test_waiting_music_repeats_until_the_room_starts(line, ana, bo):
    line["/voice/"] = room(waitUrl="/wait/")
    ana.dial()
    assert ana.heard == ["Please wait."]
    ana.wait(25)
    assert ana.heard == ["Please wait.", "Please wait."]
    bo.dial()
    ana.wait(60)
    assert ana.heard == []
    waits = [webhook for webhook in ana.webhooks if webhook.kind == "wait"]
    assert len(waits) == 3
    assert waits[0].fields["CallSid"] == ana.sid


def test_empty_wait_url_is_silence_and_none_is_twilios_playlist(line, ana, bo):
    line["/voice/"] = room("quiet", waitUrl="")
    ana.dial()
    assert ana.hears_music
    assert ana.utterances() == []
    line["/voice/"] = room("loud")
    bo.dial()
    assert [utterance.kind for utterance in bo.utterances()] == ["music"]


def test_wait_url_that_fails_keeps_the_caller_out(line, ana):
    line["/voice/"] = room(waitUrl="/missing/")
    ana.dial()
    assert ana.heard == ["Left: in-progress."]
    assert not ana.in_room
    assert events()[1]["ReasonParticipantLeft"] == "participant_add_failed"


@pytest.mark.parametrize(
    ("how", "sequence"),
    [
        ("in order", ["1", "2", "3"]),
        ("twice", ["1", "1", "2", "2", "3", "3"]),
        ("never", []),
        ("held", []),
    ],
)
def test_callbacks_can_come_twice_late_or_never(line, ana, bo, how, sequence):
    Switch.deliver_room_callbacks(how)
    line["/voice/"] = room()
    ana.dial()
    bo.dial()
    assert [event["SequenceNumber"] for event in events()] == sequence


def test_held_callbacks_can_come_in_the_wrong_order(line, ana, bo):
    Switch.deliver_room_callbacks("held")
    line["/voice/"] = room()
    ana.dial()
    bo.dial()
    Switch.deliver_room_callbacks("reversed")
    ana.go_on()
    assert [event["SequenceNumber"] for event in events()] == ["3", "2", "1"]


def test_a_phone_can_call_again(line, ana):
    line["/voice/"] = room()
    ana.dial()
    first = ana.sid
    ana.hang_up()
    ana.dial()
    assert ana.in_room
    assert ana.sid != first
