"""Conferences and calls by REST, on rooms with people in them."""

import pytest

from sandbox.rest import conferences
from tests.sandbox.rooms import events, names, room

pytestmark = pytest.mark.usefixtures("meeting")


@pytest.fixture
def full(line, ana, bo):
    line["/voice/"] = room(participantLabel="ana")
    ana.dial()
    line["/voice/"] = room(participantLabel="bo")
    bo.dial()
    return ana.membership.room


def test_conferences_are_listed_by_name_and_status(full, twilio):
    found = twilio.conferences.list(friendly_name="line-1", status="in-progress")
    assert [(conference.sid, conference.friendly_name, conference.status) for conference in found] == [
        (full.sid, "line-1", "in-progress")
    ]
    assert twilio.conferences.list(friendly_name="line-2") == []
    assert twilio.conferences.list(status="completed") == []


def test_participants_are_found_by_call_and_by_label(full, twilio, ana, bo):
    people = twilio.conferences(full.sid).participants
    assert {person.call_sid: person.label for person in people.list()} == {ana.sid: "ana", bo.sid: "bo"}
    assert people(ana.sid).fetch().label == "ana"
    assert people("bo").fetch().call_sid == bo.sid


def test_lists_come_in_pages(full, twilio):
    people = twilio.conferences(full.sid).participants
    assert len(people.list(page_size=1)) == 2
    assert len(people.list(limit=1)) == 1


def test_mute_hold_and_modify_are_told_once(full, twilio, ana):
    person = twilio.conferences(full.sid).participants(ana.sid)
    assert person.update(muted=True).muted
    person.update(muted=True)
    person.update(hold=True)
    assert ana.hears_music
    person.update(hold=False, end_conference_on_exit=True)
    assert not ana.hears_music
    assert names()[3:] == ["participant-mute", "participant-hold", "participant-unhold", "participant-modify"]
    assert events()[-1]["EndConferenceOnExit"] == "true"


def test_a_kicked_caller_goes_on_with_the_action(full, twilio, ana, bo):
    assert twilio.conferences(full.sid).participants("ana").delete()
    assert not ana.in_room
    assert ana.heard == ["Left: in-progress."]
    assert bo.in_room


def test_ending_the_conference_sends_everybody_on(full, twilio, ana, bo):
    ended = twilio.conferences(full.sid).update(status="completed")
    assert (ended.status, ended.reason_conference_ended) == ("completed", "conference-ended-via-api")
    assert ana.is_over
    assert bo.heard == ["Left: in-progress."]
    assert twilio.conferences(full.sid).participants.list() == []


def test_hanging_up_by_rest_ends_the_call_at_once(full, twilio, ana):
    assert twilio.calls(ana.sid).update(status="completed").status == "completed"
    assert not ana.in_room
    assert ana.is_over
    assert [webhook.kind for webhook in ana.webhooks] == ["call", "call", "status"]


def test_a_call_can_be_given_another_document(full, twilio, ana, bo, line):
    line["/voice/announcement/"] = "<Say>Somebody wants you.</Say>"
    twilio.calls(ana.sid).update(url="https://line.example.com/voice/announcement/")
    assert not ana.in_room
    assert ana.heard == ["Somebody wants you."]
    twilio.calls(bo.sid).update(twiml="<Response><Say>And you.</Say></Response>")
    assert bo.heard == ["And you."]


def test_two_who_wait_are_in_progress_for_rest_and_one_is_not(line, twilio, ana, bo):
    line["/voice/"] = room(startConferenceOnEnter="false")
    ana.dial()
    assert conferences.shown_status(ana.membership.room) == "init"
    bo.dial()
    assert [conference.status for conference in twilio.conferences.list()] == ["in-progress"]
