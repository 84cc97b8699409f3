"""The watch itself: each way to break the contract is noticed, in words that name it."""

import json
from collections.abc import Mapping
from functools import partial

import pytest

from conferenceline.telephony.verify import VerifyCodes
from sandbox.rest import observers
from tests import cast
from tests.contracts.documents import NAMES, documents_in
from tests.contracts.sample import CALL, SAMPLE, SERVICE, VERIFICATION
from tests.contracts.watch import Watch

ALL = f"https://verify.twilio.com/v2/Services/{SERVICE}/Verifications"
GONE = object()
ASKED = {"To": cast.ANA, "Channel": "sms"}
ANSWER = {
    "sid": VERIFICATION,
    "channel": "sms",
    "reason": None,
    "valid": False,
    "date_created": "2015-07-30T20:00:00Z",
    "date_updated": "Thu, 30 Jul 2015 20:00:00 +0000",
    "price_unit": "USD",
    "subresource_uris": {"calls": "/2010-04-01/Calls.json"},
    "lookup": {"anything": 1},
}
PAGE = {"verifications": [ANSWER], "next_page_uri": "/v2/Services?Page=1", "page": 0}

WRONG_FIELDS = [
    ({"Colour": "red"}, "'Colour' was unexpected"),
    ({"Channel": "voice"}, "$.Channel: 'voice' is not one of"),
    ({"Channel": GONE}, "'Channel' is a required property"),
    ({"TemplateSid": CALL}, "$.TemplateSid: "),
    ({"Muted": "True"}, "'True' is not of type 'boolean'"),
    ({"Url": "line.example.com"}, "is not a 'uri'"),
    ({"Url": "https://line.example.com/a b"}, "is not a 'uri'"),
    ({"Twiml": "<Response><Sing/></Response>"}, "is not a 'twiml'"),
]
WRONG_ANSWERS = [
    ({"valid": GONE}, "'valid' is a required property"),
    ({"colour": "red"}, "'colour' was unexpected"),
    ({"sid": CALL}, "sid: "),
    ({"sid": VERIFICATION[:-1]}, "sid: "),
    ({"channel": "voice"}, "channel: 'voice' is not one of"),
    ({"channel": None}, "None is not of type 'string'"),
    ({"reason": "bored"}, "'bored' is not one of"),
    ({"valid": "false"}, "'false' is not of type 'boolean'"),
    ({"date_created": "2015-07-30 20:00:00"}, "is not a 'date-time'"),
    ({"date_created": "2015-07-32T20:00:00Z"}, "is not a 'date-time'"),
    ({"date_updated": "2015-07-30T20:00:00Z"}, "is not a 'date-time-rfc-2822'"),
    ({"price_unit": "dollars"}, "is not a 'currency'"),
    ({"subresource_uris": {"calls": "Calls.json"}}, "is not a 'uri-map'"),
]
WRONG_QUERIES = [
    ({"PageSize": "0"}, "0 is less than the minimum of 1"),
    ({"PageSize": "many"}, "'many' is not of type 'integer'"),
    ({"Day": GONE}, "'Day' is a required property"),
    ({"Day": "24 November"}, "is not a 'date'"),
]


@pytest.fixture
def watch() -> Watch:
    return Watch([SAMPLE])


def changed(values: Mapping[str, object], change: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in {**values, **change}.items() if value is not GONE}


def broken(method: str, url: str, fields: Mapping[str, object], status: int, answer: object = None) -> str:
    """What the watch says of this exchange, "" where it fits."""
    watch = Watch([SAMPLE])
    watch(
        method,
        url,
        {name: str(value) for name, value in fields.items()},
        status,
        answer if isinstance(answer, str) else json.dumps(answer),
    )
    return "\n".join(watch.faults)


send = partial(broken, "POST", ALL)
look = partial(broken, "GET", f"{ALL}?PageSize=5")
drop = partial(broken, "DELETE", fields={})


def test_what_fits_is_silent():
    everything = {"Locale": "en", "Muted": "true", "TemplateSid": "HJ" + "a" * 32, "Tags": "{}", "Url": "/a/"}
    assert send(ASKED | everything | {"Twiml": "<Response><Hangup/></Response>"}, 201, ANSWER) == ""
    assert look({"PageSize": "5", "Day": "2026-11-24"}, 200, PAGE | {"next_page_uri": None}) == ""
    assert drop(f"{ALL}/{VERIFICATION}", status=204, answer="") == ""
    assert drop(f"{ALL}/Newest", status=204, answer="") == ""
    nulls = dict.fromkeys(("sid", "date_created", "date_updated", "price_unit", "lookup"))
    assert send(ASKED, 201, ANSWER | nulls) == ""


@pytest.mark.parametrize(("change", "named"), WRONG_FIELDS)
def test_a_wrong_field_of_a_form_is_named(change, named):
    said = send(changed(ASKED, change), 201, ANSWER)
    assert named in said
    assert said.startswith(f"POST {ALL} (201): $")


@pytest.mark.parametrize(("change", "named"), WRONG_QUERIES)
def test_a_wrong_field_of_a_query_is_named(change, named):
    assert named in look(changed({"PageSize": "5", "Day": "2026-11-24"}, change), 200, PAGE)


@pytest.mark.parametrize(("change", "named"), WRONG_ANSWERS)
def test_a_wrong_property_of_an_answer_is_named(change, named):
    wrong = changed(ANSWER, change)
    assert named in send(ASKED, 201, wrong)
    assert named in look({"Day": "2026-11-24"}, 200, PAGE | {"verifications": [ANSWER, wrong]})


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", f"{ALL}/{VERIFICATION}"),
        ("POST", f"{ALL}/"),
        ("POST", ALL.replace("verify", "api")),
        ("POST", ALL.replace("v2", "v1")),
        ("POST", f"{ALL}/{VERIFICATION}/Again"),
    ],
)
def test_an_address_that_is_not_documented_is_named(method, url):
    assert broken(method, url, ASKED, 201, ANSWER) == f"{method} {url} (201): no such request is documented"


def test_a_sid_of_the_wrong_shape_in_the_address_is_named():
    assert "$.Sid: " in drop(f"{ALL}/{CALL}", status=204, answer="")
    assert "$.ServiceSid: " in broken("POST", ALL.replace(SERVICE, SERVICE[:-1]), ASKED, 201, ANSWER)


def test_answers_have_the_documented_status_and_body():
    assert "the status 200 is not documented" in send(ASKED, 200, ANSWER)
    assert "a body where none belongs" in drop(f"{ALL}/{VERIFICATION}", status=204, answer=ANSWER)
    assert "the body is not JSON" in send(ASKED, 201, "<html>")
    assert "'message' is a required property" in send(ASKED, 429, {"code": 20429})
    assert send(ASKED, 429, {"code": 20429, "message": "Too many requests"}) == ""
    assert send(ASKED, 500, "<html>") == ""


def test_what_was_refused_for_its_parameters_need_not_fit(watch):
    watch("POST", ALL, {"To": cast.ANA, "Channel": "voice"}, 400, "{}")
    watch.settle()
    assert "0 requests (sample 0) and 0 answers. Not held: 1 requests that were refused with 400." in watch.summary


def test_what_does_not_fit_fails_once(watch):
    watch("POST", ALL, ASKED, 201, "")
    with pytest.raises(AssertionError, match=r"Verifications \(201\): the body is not JSON"):
        watch.settle()
    watch.settle()


def test_every_request_to_the_sandbox_comes_by(watch, db):
    observers.append(watch)
    try:
        VerifyCodes().send(channel="sms", address=cast.ANA, language="en")
    finally:
        observers.remove(watch)
    with pytest.raises(AssertionError, match="'send_code_attempts'"):
        watch.settle()
    assert "1 requests (sample 1) and 1 answers." in watch.summary


def test_without_documents_nothing_is_held_and_that_is_said(tmp_path):
    for name in NAMES[:-1]:
        (tmp_path / f"twilio_{name}.json").write_text('{"paths": {}}')
    assert documents_in(tmp_path) == []
    watch = Watch([])
    watch("POST", "https://api.twilio.com/", {}, 200, "")
    watch.settle()
    assert watch.summary.endswith(": no request was held against them.")


def test_documents_are_taken_when_all_are_there(tmp_path):
    for name in NAMES:
        (tmp_path / f"twilio_{name}.json").write_text('{"paths": {}}')
    assert [document.name for document in documents_in(tmp_path)] == list(NAMES)
