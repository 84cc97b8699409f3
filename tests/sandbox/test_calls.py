"""The calling half, held to the rules of https://www.twilio.com/docs/voice/twiml."""

import pytest
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect

from sandbox.exchange.documents import APPLICATION_ERROR
from sandbox.exchange.webhooks import EndlessLoopError
from sandbox.phone import PhoneError
from sandbox.twiml import BadTwiml
from tests.phone import Phone

ASK = '<Gather numDigits="6" action="/keys/"><Say>Your code?</Say></Gather><Say>Nothing typed.</Say>'


def echo(request):
    return f"<Say>You typed [{request.POST['Digits']}].</Say>"


def test_call_is_announced_with_the_documented_fields(line, ana):
    line["/voice/"] = "<Say>Hello.</Say>"
    ana.dial()
    fields = ana.webhooks[0].fields
    assert fields["CallSid"] == ana.sid
    assert fields["CallStatus"] == "ringing"
    assert fields["From"] == fields["Caller"] == "+12025550101"
    assert fields["To"] == fields["Called"] == settings.SANDBOX_LINE
    assert fields["AccountSid"] == settings.TWILIO_ACCOUNT_SID
    assert fields["FromCountry"] == "US"


def test_end_of_the_document_hangs_up_and_sends_the_status(line, ana):
    line["/voice/"] = '<Say voice="Polly.Joanna" language="en-US">Hello.</Say>'
    ana.dial()
    assert ana.heard == ["Hello."]
    assert ana.is_over
    assert ana.utterances()[0].voice == "Polly.Joanna"
    assert [(w.kind, w.fields["CallStatus"]) for w in ana.webhooks] == [("call", "ringing"), ("status", "completed")]
    assert ana.last_request.fields["CallDuration"] == "0"


def test_status_callback_can_be_missing(line, ana):
    line["/voice/"] = "<Say>Hello.</Say>"
    ana.send_no_status()
    ana.dial()
    assert ana.is_over
    assert [w.kind for w in ana.webhooks] == ["call"]


def test_gather_submits_as_soon_as_all_digits_are_there(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    assert ana.heard == ["Your code?"]
    assert ana.is_asked_for_keys
    ana.press("12345")
    assert ana.heard == []
    ana.press("6")
    assert ana.heard == ["You typed [123456]."]
    assert ana.last_request.kind == "status"
    assert ana.webhooks[1].fields["CallStatus"] == "in-progress"


def test_finish_key_sends_what_was_typed_without_it(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    ana.press("*1#")
    assert ana.heard == ["You typed [*1]."]


def test_finish_key_first_falls_through(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    ana.press("#")
    assert ana.heard == ["Nothing typed."]


def test_silence_falls_through(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    ana.stay_silent()
    assert ana.heard == ["Nothing typed."]
    assert ana.is_over


def test_silence_after_some_digits_sends_them(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    ana.press("12")
    ana.stay_silent()
    assert ana.heard == ["You typed [12]."]


def test_silence_is_sent_where_empty_results_are_wanted(line, ana):
    line["/voice/"] = '<Gather action="/keys/" actionOnEmptyResult="true"/><Say>Never.</Say>'
    line["/keys/"] = echo
    ana.dial()
    ana.stay_silent()
    assert ana.heard == ["You typed []."]


def test_waiting_shorter_than_the_time_out_changes_nothing(line, ana):
    line["/voice/"] = '<Gather timeout="20"><Say>Your code?</Say></Gather><Say>Nothing typed.</Say>'
    ana.dial()
    ana.wait(19)
    assert ana.heard == []
    ana.wait(1)
    assert ana.heard == ["Nothing typed."]


def test_waiting_can_move_the_clock(line, time_machine):
    time_machine.move_to("2026-11-24 09:00:00+00:00", tick=False)
    line["/voice/"] = '<Gather timeout="20"/><Say>Nothing typed.</Say>'
    ana = Phone("+12025550101", clock=time_machine)
    ana.dial()
    ana.wait(19)
    assert ana.is_asked_for_keys
    ana.wait(2)
    assert ana.heard == ["Nothing typed."]


def test_gather_without_action_asks_its_own_document_again(line, ana):
    line["/voice/"] = lambda request: echo(request) if "Digits" in request.POST else '<Gather numDigits="1"/>'
    ana.dial()
    ana.press("7")
    assert ana.heard == ["You typed [7]."]


def test_keys_that_nobody_listens_for_are_lost(line, ana):
    line["/voice/"] = '<Gather numDigits="1" action="/keys/"/>'
    line["/keys/"] = lambda request: (
        f'<Gather numDigits="1" action="/more/"><Say>{request.POST["Digits"]}</Say></Gather>'
    )
    line["/more/"] = echo
    ana.dial()
    ana.press("12")
    assert ana.heard == ["1", "You typed [2]."]
    with pytest.raises(PhoneError, match="is over"):
        ana.press("3")


def test_nothing_runs_after_a_redirect(line, ana):
    line["/voice/"] = "<Redirect>/next/?a=1</Redirect><Say>Never.</Say>"
    line["/next/"] = lambda request: f"<Say>{request.method} {request.GET['a']}</Say><Hangup/><Say>Never.</Say>"
    ana.dial()
    assert ana.heard == ["POST 1"]


def test_redirect_by_get_signs_the_fields_in_the_url(line, ana):
    line["/voice/"] = '<Redirect method="GET">/next/?a=1</Redirect>'
    line["/next/"] = lambda request: f"<Say>{request.method} {request.GET['CallSid']}</Say>"
    ana.dial()
    assert ana.heard == [f"GET {ana.sid}"]


def test_endless_redirects_are_an_error(line, ana):
    line["/voice/"] = "<Redirect/>"
    with pytest.raises(EndlessLoopError):
        ana.dial()


def test_rejected_call_is_never_answered(line, ana):
    line["/voice/"] = '<Reject reason="busy"/>'
    ana.dial()
    assert ana.is_over
    assert ana.leg.status == "busy"
    assert ana.last_request.fields["CallDuration"] == "0"


def test_hanging_up_in_a_gather_is_told_by_the_status_alone(line, ana):
    line["/voice/"] = ASK
    ana.dial()
    ana.hang_up()
    assert [w.kind for w in ana.webhooks] == ["call", "status"]
    assert ana.is_over


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (HttpResponse(status=500), "11200"),
        (HttpResponse("<Response>", content_type="text/xml"), "12100"),
        (HttpResponse("{}", content_type="application/json"), "12300"),
        (HttpResponse(f"<Response>{' ' * 70_000}</Response>", content_type="text/xml"), "11750"),
    ],
)
def test_trouble_asks_the_fallback_url(line, ana, answer, code):
    line["/voice/"] = answer
    line["/voice/trouble/"] = lambda request: f"<Say>{request.POST['ErrorCode']} {request.POST['ErrorUrl']}</Say>"
    ana.dial()
    assert ana.heard == [f"{code} {settings.PUBLIC_URL}/voice/"]


def test_trouble_in_the_fallback_too_is_an_application_error(line, ana):
    line["/voice/"] = HttpResponse(status=503)
    ana.dial()
    assert ana.heard == [APPLICATION_ERROR]
    assert ana.is_over
    assert [w.kind for w in ana.webhooks] == ["call", "fallback", "status"]


def test_a_3xx_loses_the_form(line, ana):
    line["/voice/"] = HttpResponseRedirect("/voice")
    line["/voice"] = lambda request: f"<Say>{request.method} {len(request.GET)} {len(request.POST)}</Say>"
    ana.dial()
    assert ana.heard == ["GET 0 0"]


def test_too_many_3xx_end_at_the_fallback(line, ana):
    line["/voice/"] = HttpResponseRedirect("/voice/")
    line["/voice/trouble/"] = lambda request: f"<Say>{request.POST['ErrorCode']}</Say>"
    ana.dial()
    assert ana.heard == ["11215"]
    assert len([w for w in ana.webhooks if w.kind == "call"]) == 11


def test_lost_answer_goes_to_the_fallback(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    line["/voice/trouble/"] = "<Say>Trouble.</Say>"
    ana.dial()
    ana.lose_answers(1)
    ana.press("123456")
    assert ana.heard == ["Trouble."]
    assert [w.status for w in ana.webhooks] == [200, 200, 200, 200]


def test_lost_answer_is_asked_for_again_where_the_url_says_so(line, ana):
    line["/voice/"] = '<Gather numDigits="1" action="/keys/#rc=2&amp;rp=ct,rt"/>'
    line["/keys/"] = echo
    ana.dial()
    ana.lose_answers(2)
    ana.press("1")
    assert ana.heard == ["You typed [1]."]
    tries = [w for w in ana.webhooks if w.url.endswith("/keys/")]
    assert len(tries) == 3
    assert len({w.headers["I-Twilio-Idempotency-Token"] for w in tries}) == 1


def test_server_error_is_tried_again_only_where_the_url_says_so(line, ana):
    line["/voice/"] = "<Redirect>/down/#rc=3&amp;rp=5xx</Redirect>"
    line["/down/"] = HttpResponse(status=502)
    ana.dial()
    assert len([w for w in ana.webhooks if w.url.endswith("/down/")]) == 4


def test_duplicates_are_the_same_request_twice(line, ana):
    line["/voice/"] = "<Say>Hello.</Say>"
    ana.deliver_twice()
    ana.dial()
    assert ana.heard == ["Hello."]
    first, second, *_ = ana.webhooks
    assert (first.url, first.fields, first.headers) == (second.url, second.fields, second.headers)
    assert len(ana.webhooks) == 4


def test_replay_is_the_same_request_and_nobody_obeys_it(line, ana):
    line["/voice/"], line["/keys/"] = ASK, echo
    ana.dial()
    ana.press("123456")
    captured = ana.webhooks[1]
    answer = ana.replay(captured)
    assert (answer.status, answer.body) == (200, "<Response><Say>You typed [123456].</Say></Response>")
    assert ana.everything_heard == ["Your code?", "You typed [123456]."]
    assert ana.webhooks[-1].headers == captured.headers


def test_audio_is_played_and_plain_text_is_read(line, ana, bo):
    line["/voice/"] = HttpResponse(b"ID3", content_type="audio/mpeg")
    ana.dial()
    assert [(u.kind, u.text) for u in ana.utterances()] == [("play", f"{settings.PUBLIC_URL}/voice/")]
    line["/voice/"] = HttpResponse("Closed today", content_type="text/plain")
    bo.dial()
    assert bo.heard == ["Closed today"]


def test_broken_rule_is_loud(line, ana):
    line["/voice/"] = "<Say>Hello.</Say><Whisper>psst</Whisper>"
    with pytest.raises(BadTwiml, match="<Whisper> is unknown"):
        ana.dial()


def test_withheld_and_sip_callers(line):
    line["/voice/"] = "<Say>Hello.</Say>"
    hidden = Phone.withheld()
    hidden.dial()
    assert hidden.webhooks[0].fields["From"] == "+266696687"
    assert hidden.webhooks[0].fields["FromCountry"] == "LS"
    sip = Phone("sip:ana@pbx.example.com")
    sip.dial()
    fields = sip.webhooks[0].fields
    assert (fields["From"], fields["SipDomain"], fields["SipUsername"]) == (
        "sip:ana@pbx.example.com",
        "pbx.example.com",
        "ana",
    )
    assert "FromCountry" not in fields
