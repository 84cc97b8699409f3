"""Only what Twilio signed goes in. Anything else is refused with 403, and never ends in a 500."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from tests import cast
from tests.edge.signed import FORM, call_fields, post, signature
from verification.models import Call

WEBHOOKS = [
    "/voice/",
    "/voice/turn/1/",
    "/voice/status/",
    "/voice/trouble/",
    "/voice/trouble/?try=1&turn=2",
    "/texts/",
    "/texts/00000000-0000-4000-8000-000000000000/",
    "/rooms/00000000-0000-4000-8000-000000000000/events/",
    "/rooms/00000000-0000-4000-8000-000000000000/waiting/",
    "/rooms/00000000-0000-4000-8000-000000000000/ending/",
]


def test_twilios_own_example_has_the_signature_that_twilio_publishes():
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security"""
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    computed = RequestValidator("12345").compute_signature("https://example.com/myapp.php?foo=1&bar=2", fields)
    assert computed == "L/OH5YylLD5NRKLltdqwSvS0BnU="


def test_every_webhook_of_the_project_is_in_this_file():
    routes = {
        str(route.pattern) + str(inner.pattern)
        for route in get_resolver().url_patterns
        if str(route.pattern) in ("voice/", "rooms/")
        for inner in route.url_patterns
    }
    routes |= {path for route in get_resolver().url_patterns if (path := str(route.pattern)).startswith("texts/")}
    assert routes == {
        "voice/",
        "voice/turn/<int:turn>/",
        "voice/status/",
        "voice/trouble/",
        "texts/",
        "texts/<uuid:delivery>/",
        "rooms/<uuid:room>/events/",
        "rooms/<uuid:room>/waiting/",
        "rooms/<uuid:room>/ending/",
    }


@pytest.mark.parametrize("path", WEBHOOKS)
def test_an_unsigned_request_is_refused(db, path):
    response = post(path, call_fields(), signed="")
    assert (response.status_code, response.content) == (403, b"")
    assert not Call.objects.exists()


@pytest.mark.parametrize("path", WEBHOOKS)
def test_a_signed_request_is_let_in(db, path):
    assert post(path, call_fields()).status_code in (200, 204)


@pytest.mark.parametrize("path", WEBHOOKS)
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post_is_a_webhook(db, path, method):
    response = getattr(Client(SERVER_NAME="line.example.com"), method)(path, secure=True)
    assert response.status_code == 405


@pytest.mark.parametrize(
    "change",
    [
        {"From": cast.BO},
        {"Digits": "123456"},
        {"CallSid": "CA" + "b" * 32},
        {"Extra": ""},
    ],
)
def test_a_field_changed_after_signing_is_noticed(db, change):
    signed = signature("/voice/", call_fields())
    assert post("/voice/", call_fields() | change, signed=signed).status_code == 403


def test_a_signature_for_another_address_is_refused(db):
    assert post("/voice/turn/2/", call_fields(), signed=signature("/voice/turn/1/", call_fields())).status_code == 403


def test_the_next_token_counts_during_a_rotation_and_a_foreign_one_never(db, settings):
    settings.TWILIO_AUTH_TOKEN_NEXT = "the next token"
    assert post("/voice/", call_fields()).status_code == 200
    assert (
        post("/voice/", call_fields(), signed=signature("/voice/", call_fields(), "the next token")).status_code == 200
    )
    assert post("/voice/", call_fields(), signed=signature("/voice/", call_fields(), "foreign")).status_code == 403


def test_without_a_token_nothing_is_let_in(db, settings):
    """An empty key is a key to HMAC: whoever signs with it must not be believed."""
    settings.TWILIO_AUTH_TOKEN = settings.TWILIO_AUTH_TOKEN_NEXT = ""
    assert post("/voice/", call_fields(), signed=signature("/voice/", call_fields(), "")).status_code == 403


def test_public_url_is_what_was_signed_whatever_the_host_header_says(db, settings):
    settings.ALLOWED_HOSTS = ["line.example.com", "internal.example.com"]
    fields = call_fields()
    signed = signature("/voice/", fields)
    inside = Client(SERVER_NAME="internal.example.com")
    answered = inside.post("/voice/", urlencode(fields), content_type=FORM, headers={"X-Twilio-Signature": signed})
    assert answered.status_code == 200


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "multipart/form-data", "text/plain", "", "multipart/form-data; boundary=x"],
)
def test_what_is_no_form_is_refused(db, content_type):
    assert post("/voice/", call_fields(), content_type=content_type).status_code == 403


@pytest.mark.parametrize("charset", ["latin-1", "utf-16"])
def test_a_strange_charset_is_refused_or_read_but_never_an_error(db, charset):
    response = post("/voice/", call_fields(), content_type=f"{FORM}; charset={charset}")
    assert response.status_code in (200, 403)


def test_a_form_of_too_many_fields_is_refused(db):
    fields = call_fields() | {f"Field{number}": "" for number in range(2000)}
    assert post("/voice/", fields).status_code == 403


@given(st.text(max_size=40).filter(lambda text: "\n" not in text and "\r" not in text))
def test_no_signature_made_up_is_right_or_an_error(made_up):
    response = post("/voice/", call_fields(), signed=made_up.encode("ascii", "replace").decode())
    assert response.status_code == 403


@pytest.mark.parametrize("field", ["CallSid", "From", "To", "Digits", "CallStatus", "ErrorUrl"])
@pytest.mark.parametrize("value", ["", "\x00", "0" * 5000, "💥", "' OR 1=1 --", "+", "sip:", "<b>"])
def test_a_signed_request_with_odd_values_ends_in_words(db, field, value):
    for path in ("/voice/", "/voice/turn/1/", "/voice/trouble/", "/voice/status/"):
        response = post(path, call_fields(**{field: value}))
        assert response.status_code in (200, 204)


def test_the_turn_in_the_address_may_be_any_number(db):
    for number in ("1", "99999", "9" * 30):
        response = post(f"/voice/turn/{number}/", call_fields())
        assert (response.status_code, b"Goodbye." in response.content) == (200, True)
    assert not Call.objects.exists()


def test_fallback_addresses_take_odd_numbers(db):
    for query in ("?try=x&turn=y", "?try=-1&turn=-1", f"?try={'9' * 30}&turn={'9' * 30}", "?turn=%00"):
        assert post(f"{reverse('voice-trouble')}{query}", call_fields()).status_code == 200
