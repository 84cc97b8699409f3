"""Words for a whole room, by REST."""

import pytest
from django.http import HttpResponse
from twilio.base.exceptions import TwilioRestException

from sandbox.models import Webhook
from sandbox.twiml import BadTwiml
from tests.sandbox.rooms import EVERYTHING, events, names, room

pytestmark = pytest.mark.usefixtures("meeting")

URL = "https://line.example.com/announcement/"


@pytest.fixture
def full(line, ana, bo):
    line["/voice/"] = room(statusCallbackEvent=f"{EVERYTHING} announcement")
    for phone in (ana, bo):
        phone.dial()
    return ana.membership.room


def test_everybody_in_the_room_hears_it_and_the_line_is_told_of_its_end(full, twilio, line, ana, bo):
    line["/announcement/"] = "<Say>Two minutes left.</Say><Pause/><Play>https://line.example.com/bell.wav</Play>"
    answer = twilio.conferences(full.sid).update(announce_url=URL)
    assert (answer.sid, answer.status) == (full.sid, "in-progress")
    assert (ana.heard, bo.heard) == (["Two minutes left."], ["Two minutes left."])
    [asked] = Webhook.objects.filter(kind="announce")
    assert (asked.method, asked.url, asked.fields["ConferenceSid"]) == ("POST", URL, full.sid)
    assert names()[-1] == "announcement-end"
    assert (events()[-1]["AnnounceUrl"], events()[-1]["ConferenceSid"]) == (URL, full.sid)
    assert ana.in_room


def test_it_is_asked_for_with_get_where_rest_says_so(full, twilio, line, ana):
    line["/announcement/"] = "<Say>Two minutes left.</Say>"
    twilio.conferences(full.sid).update(announce_url=URL, announce_method="GET")
    assert ana.heard == ["Two minutes left."]
    [asked] = Webhook.objects.filter(kind="announce")
    assert asked.method == "GET"
    assert asked.url.startswith(f"{URL}?")


def test_it_goes_on_at_another_address_but_not_for_ever(full, twilio, line, ana):
    line["/announcement/"] = "<Say>One.</Say><Redirect>/more/</Redirect>"
    line["/more/"] = "<Say>Two.</Say><Redirect/>"
    twilio.conferences(full.sid).update(announce_url=URL)
    assert ana.heard == ["One.", *["Two."] * 9]


def test_an_address_that_fails_is_told_and_heard_by_nobody(full, twilio, line, ana):
    line["/announcement/"] = HttpResponse(status=500)
    twilio.conferences(full.sid).update(announce_url=URL)
    assert ana.heard == []
    assert names()[-1] == "announcement-fail"
    assert "500" in events()[-1]["ReasonAnnouncementFailed"]


def test_it_may_not_hang_up(full, twilio, line, ana):
    line["/announcement/"] = "<Hangup/>"
    twilio.conferences(full.sid).update(announce_url=URL)
    with pytest.raises(BadTwiml, match="<Hangup>"):
        ana.go_on()


def test_whoever_is_on_hold_does_not_hear_it(full, twilio, line, ana, bo):
    line["/announcement/"] = "<Say>Two minutes left.</Say>"
    twilio.conferences(full.sid).participants(ana.sid).update(hold=True)
    twilio.conferences(full.sid).update(announce_url=URL)
    assert (ana.heard, bo.heard) == ([], ["Two minutes left."])


def test_there_is_none_in_a_room_that_has_ended(full, twilio, line, ana, bo):
    for phone in (ana, bo):
        phone.hang_up()
    with pytest.raises(TwilioRestException) as refused:
        twilio.conferences(full.sid).update(announce_url=URL)
    assert refused.value.status == 404


def test_one_that_was_asked_for_before_the_room_ended_is_not_fetched(full, twilio, ana, bo):
    twilio.conferences(full.sid).update(announce_url=URL)
    twilio.conferences(full.sid).update(status="completed")
    ana.go_on()
    assert not Webhook.objects.filter(kind="announce").exists()
