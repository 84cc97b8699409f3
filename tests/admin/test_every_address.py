"""Every address of the project, asked by everybody, for what is theirs and for what is not."""

import re
from html import unescape

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey
from django.test import Client

from participants.models import Conference
from tests.admin.addresses import (
    ADMINISTRATOR,
    HIDDEN,
    LOOKS,
    LOOPBACK,
    NEIGHBOUR,
    NOBODY,
    OPEN,
    ORGANIZER,
    RIGHTS,
    STAFF,
    WEBHOOK,
    WHO,
    WRITING_VIEWS,
    UnknownAddressError,
    addresses,
    expected,
    may_write,
    snapshot,
)
from tests.admin.conftest import FOREIGN_WORDS, login
from tests.admin.walk import everything_of

OUR_WORDS = ("Board meeting", "5550101", "CAharbour")
STRANGERS = [who for who in WHO if who != ADMINISTRATOR]
HOSTILE = {"post": "yes", "name": "taken", "title": "taken", "username": "taken", "role": "listener", "format": "1"}


@pytest.fixture
def clerk(organizers: Group, db) -> Client:
    """The browser of somebody with the permissions of every role and no team."""
    user = User.objects.create_user("clerk", is_staff=True)
    user.groups.set(Group.objects.all())
    return login(user)


@pytest.fixture
def browser(request, both, who: str) -> Client:
    return request.getfixturevalue(who)


def words_hidden_from(who: str) -> tuple[str, ...]:
    if who == ADMINISTRATOR:
        return ()
    if who in (NOBODY, "clerk"):
        return (*OUR_WORDS, *FOREIGN_WORDS)
    return OUR_WORDS if who == NEIGHBOUR else FOREIGN_WORDS


def assert_nothing_leaks(who: str, answer, where: object) -> None:
    body = answer.content.decode() if not answer.streaming else ""
    leaked = [word for word in words_hidden_from(who) if word in body or word in answer.headers.get("Location", "")]
    assert not leaked, f"{where} shows {leaked} to {who}"


@pytest.mark.usefixtures("both")
def test_of_every_address_it_is_said_who_may_open_it(ours):
    named = {str(address.name) for address in addresses(everything_of(ours))}

    assert {"home", "voice", "participants_conference_export", "auth_user_password_change"} <= named
    assert {model._meta.label for model in admin.site._registry} <= set(RIGHTS)


@pytest.mark.usefixtures("both")
def test_an_address_of_which_nothing_is_said_is_not_passed_over(ours, settings):
    settings.ROOT_URLCONF = "tests.admin.one_more_address"

    with pytest.raises(UnknownAddressError, match=r"/surprise/ \(surprise\): who may open it\?"):
        addresses(everything_of(ours))


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("whose", ["ours", "secret"])
def test_every_page_of_the_admin_opens_for_whom_it_should(browser, who, whose, request):
    conference, seen = request.getfixturevalue(whose), ""
    for address in addresses(everything_of(conference)):
        if not address.model:
            continue
        answer = browser.get(address.at)
        assert answer.status_code in expected(who, address, whose == "ours"), f"{address} to {who}"
        assert_nothing_leaks(who, answer, address)
        if who == NOBODY:
            assert answer.url.startswith("/admin/login/"), address
        seen += answer.content.decode()
    if who == ADMINISTRATOR or who in (LOOKS if whose == "ours" else {NEIGHBOUR}):  # or this could not fail
        assert all(word in seen for word in (OUR_WORDS if whose == "ours" else ("anzibar", "5550130", "77777777")))


@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("whose", ["ours", "secret"])
def test_nobody_writes_by_any_post_where_they_may_not(browser, who, whose, request):
    conference: Conference = request.getfixturevalue(whose)
    before = snapshot()
    for address in addresses(everything_of(conference)):
        if not address.model or (may_write(who, address, whose == "ours") and address.view != "changelist"):
            continue
        answer = browser.post(address.at, HOSTILE)
        assert_nothing_leaks(who, answer, f"POST {address}")
        adds = address.view == "add" and may_write(who, address, whose != "ours")  # in a team of their own
        if address.view in ("add", "delete", "change", *WRITING_VIEWS.values()) and not adds:
            assert answer.status_code in (302, 403, 405), f"POST {address} by {who}"
    assert snapshot() == before


@pytest.mark.parametrize("who", WHO)
def test_what_belongs_to_no_model_shows_nothing_of_a_team(browser, who, ours):
    for address in addresses(everything_of(ours)):
        if address.page not in (OPEN, STAFF):
            continue
        for answer in (browser.get(address.at), browser.get(f"{address.at}?next=/admin/&q=plans")):
            assert answer.status_code != 500, address
            assert_nothing_leaks(who, answer, address)
            if address.page == STAFF and who == NOBODY:
                assert answer.status_code in (302, 403, 404), address


@pytest.mark.parametrize("who", WHO)
def test_webhooks_listen_to_twilio_alone(browser, who, ours):
    before = snapshot()
    for address in addresses(everything_of(ours)):
        if address.page == WEBHOOK:
            assert browser.get(address.at).status_code == 405, address
            for headers in ({}, {"X-Twilio-Signature": "forged"}):
                answer = browser.post(address.at, {"CallSid": "CAharbour", "From": "+12025550101"}, headers=headers)
                assert answer.status_code == 403, address
                assert_nothing_leaks(who if who != ADMINISTRATOR else NOBODY, answer, address)
    assert snapshot() == before


@pytest.mark.parametrize("who", WHO)
def test_the_phones_are_for_this_machine_alone(browser, who, ours):
    for address in addresses(everything_of(ours)):
        if address.page == LOOPBACK:
            for ask in (browser.get, browser.post):
                assert ask(address.at, REMOTE_ADDR="192.0.2.1").status_code == 404, address


def foreign_keys() -> list[tuple[str, str, str]]:
    return [
        (model._meta.app_label, model._meta.model_name, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
    ]


@pytest.mark.parametrize("who", ["nobody", "organizer"])
def test_completion_of_every_foreign_key_tells_nothing_of_another_team(browser, who):
    for app, model, field in foreign_keys():
        query = {"app_label": app, "model_name": model, "field_name": field}
        for term in ("", "plans"):
            answer = browser.get("/admin/autocomplete/", query | {"term": term})
            assert answer.status_code in ((302,) if who == NOBODY else (200, 403)), query
            assert_nothing_leaks(who, answer, query)


def lists() -> list[str]:
    return [
        f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
        if RIGHTS[model._meta.label] != HIDDEN
    ]


@pytest.mark.usefixtures("both")
def test_every_filter_that_an_administrator_is_offered_tells_others_nothing(administrator, organizer):
    """Dates and choices: whatever the administrator's page links to, typed by somebody else."""
    for page in lists():
        links = set(re.findall(r'href="(\?[^"]+)"', administrator.get(page).content.decode()))
        for query in sorted(unescape(link) for link in links if not link.startswith("?o=")):
            assert_nothing_leaks(ORGANIZER, organizer.get(page + query, follow=True), page + query)


@pytest.mark.parametrize("who", ["clerk", "auditor", "chair", "organizer"])
def test_every_action_of_every_list_leaves_another_team_alone(browser, who, administrator, admin_user, rf, secret):
    """By whoever may not write, ours too."""
    everything, before = everything_of(secret), snapshot()
    request = rf.get("/")
    request.user = admin_user
    for model, page in admin.site._registry.items():
        for action in page.get_actions(request):
            row = everything.get(model)
            chosen = {"action": action, "_selected_action": [row.pk if row else 1], "post": "yes", "index": "0"}
            for extra in ({}, {"select_across": "1"} if who != "organizer" else {}):
                address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
                assert_nothing_leaks(who, browser.post(address, chosen | extra), f"{action} at {address}")
    assert snapshot() == before
