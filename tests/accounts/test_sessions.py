"""A session ends when nobody is there, and its cookie is for the server alone."""

import pytest

from tests.accounts.people import Browser

pytestmark = pytest.mark.usefixtures("harbourmaster")


def test_a_login_is_over_after_two_hours_without_a_request(clock):
    browser = Browser().log_in()
    for _hour in range(3):
        clock.shift(3600)
        assert browser.is_in()

    clock.shift(2 * 3600 + 1)

    assert not browser.is_in()


def test_cookies_are_kept_from_scripts_and_other_sites(settings):
    settings.SESSION_COOKIE_SECURE = True
    browser = Browser().log_in()

    for name in ("sessionid", "known_browser"):
        cookie = browser.cookies[name]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax"), name


def test_nobody_may_choose_the_session_that_one_signs_in_with():
    browser = Browser()
    browser.cookies["sessionid"] = "chosenbyastranger0000000000000000"
    browser.log_in()

    assert browser.cookies["sessionid"].value != "chosenbyastranger0000000000000000"


def test_ones_own_sign_in_is_a_click_away_on_every_page():
    browser = Browser().log_in()

    assert '<a href="/account/">My sign-in</a>' in browser.sees
    assert "None: your password alone opens this login." in browser.go("/account/").sees


def test_the_way_on_stays_on_this_site():
    browser = Browser()
    answer = browser.post(
        "/admin/login/?next=https://evil.example.com/",
        {"username": "harbourmaster", "password": "correct horse battery"},
    )

    assert answer.headers["Location"] == "/admin/"
