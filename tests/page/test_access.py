"""Who may see the phone page: this machine alone, and only beside the sandbox."""

import runpy

import pytest
from django.test import Client

from sandbox.models import Handset

GETS = ["", "desk/", "1/"]
POSTS = ["add/", "verify/", "1/remove/", "1/dial/", "1/press/"]


@pytest.fixture
def phone(client, ana, bo) -> int:
    """A phone on the desk of this browser."""
    return client.get("/phone/desk/").json()["phones"][0]["id"]


def every_answer(client: Client, phone: int, **extra: str) -> set[int]:
    paths = [(client.get, path) for path in GETS] + [(client.post, path) for path in POSTS]
    return {ask(f"/phone/{path.replace('1/', f'{phone}/')}", **extra).status_code for ask, path in paths}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.10", "::1"])
def test_this_machine_sees_the_page(client, ana, bo, address):
    assert client.get("/phone/", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.7", "::", "2001:db8::1", "", "unix:", "0.0.0.0"])  # noqa: S104
def test_another_machine_sees_nothing(client, phone, address):
    assert every_answer(client, phone, REMOTE_ADDR=address) == {404}
    assert Handset.objects.filter(pk=phone).exists()


@pytest.mark.parametrize(
    "header", ["FORWARDED", "X_FORWARDED_FOR", "X_FORWARDED_HOST", "X_FORWARDED_PROTO", "X_REAL_IP", "VIA"]
)
def test_whoever_comes_through_a_proxy_sees_nothing(client, phone, header):
    assert every_answer(client, phone, **{f"HTTP_{header}": "127.0.0.1"}) == {404}


def test_without_the_sandbox_there_is_no_page(client, phone, settings):
    settings.SANDBOX = False

    assert every_answer(client, phone) == {404}


@pytest.mark.parametrize(("on", "routes"), [(True, ["phone/"]), (False, [])])
def test_the_page_has_addresses_only_beside_the_sandbox(settings, on, routes):
    settings.SANDBOX = on
    patterns = runpy.run_path(str(settings.BASE_DIR / "conferenceline" / "urls.py"))["urlpatterns"]

    assert [route for each in patterns if (route := str(each.pattern)).startswith("phone")] == routes


@pytest.mark.parametrize(("on", "where"), [(True, "/phone/"), (False, "/admin/")])
def test_the_bare_address_leads_on(client, settings, on, where):
    settings.SANDBOX = on

    assert client.get("/").headers["Location"] == where


@pytest.mark.parametrize("path", POSTS)
def test_nothing_is_done_without_the_token(phone, client, path):
    careless = Client(enforce_csrf_checks=True)
    careless.cookies = client.cookies

    assert careless.post(f"/phone/{path.replace('1/', f'{phone}/')}").status_code == 403
    assert Handset.objects.filter(pk=phone, leg=None).exists()


@pytest.mark.parametrize("path", POSTS)
def test_looking_does_nothing(phone, client, path):
    assert client.get(f"/phone/{path.replace('1/', f'{phone}/')}").status_code == 405


def test_a_phone_on_another_desk_is_not_there(phone, ana, bo):
    stranger = Client()

    assert stranger.get(f"/phone/{phone}/").status_code == 404
    assert stranger.post(f"/phone/{phone}/dial/").status_code == 404
    assert stranger.post(f"/phone/{phone}/remove/").status_code == 404
    assert Handset.objects.filter(pk=phone, leg=None).exists()


@pytest.mark.parametrize("path", ["/phone/", "/phone/desk/", "/admin/login/", "/no-such-page/"])
def test_every_page_has_the_strict_policy(client, ana, bo, path):
    policy = client.get(path).headers["Content-Security-Policy"]

    assert sorted(policy.split("; ")) == [
        "base-uri 'self'",
        "default-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]


def test_the_templates_have_no_script_and_no_style_of_their_own(settings):
    for template in (settings.BASE_DIR / "sandbox" / "templates").rglob("*.html"):
        text = template.read_text()
        assert "style=" not in text
        assert "<style" not in text
        assert "onclick" not in text
        assert text.count("<script") == text.count('<script type="module" src=')
