"""Guessing: a stranger gets few tries, and cannot lock out the person whose name they use."""

import pytest
from axes.models import AccessAttempt

from conferenceline.accounts.addresses import client_address
from tests.accounts.people import ELSEWHERE, PASSWORD, Browser, organizer

LOCKED = "There were too many wrong passwords or codes."
pytestmark = pytest.mark.usefixtures("harbourmaster")


def fail(browser: Browser, times: int, name: str = "harbourmaster") -> None:
    for number in range(times):
        browser.log_in(name, f"wrong {number}")


def test_after_five_wrong_passwords_the_right_one_is_not_looked_at_either(clock):
    browser = Browser()
    fail(browser, 4)
    assert browser.answer.status_code == 200
    assert "Please enter the correct username and password" in browser.sees

    fail(browser, 1)
    assert browser.answer.status_code == 429
    assert LOCKED in browser.sees
    assert browser.log_in().answer.status_code == 429
    assert not browser.is_in()

    clock.shift(15 * 60 + 1)
    assert browser.log_in().is_in()


def test_trying_on_does_not_make_it_longer(clock):
    browser = Browser()
    fail(browser, 5)
    clock.shift(14 * 60)
    fail(browser, 3)
    clock.shift(61)

    assert browser.log_in().is_in()


def test_the_page_says_when_and_sets_no_script_to_work():
    browser = Browser()
    fail(browser, 5)

    assert browser.answer.headers["Retry-After"] == "900"
    assert "unsafe" not in browser.answer.headers["Content-Security-Policy"]


def test_a_stranger_fails_a_hundred_times_from_elsewhere_and_the_owner_gets_in():
    stranger = Browser(ELSEWHERE)
    fail(stranger, 100)
    assert stranger.log_in().answer.status_code == 429

    assert Browser().log_in().is_in()


def test_a_stranger_with_a_hundred_addresses_gets_fifty_tries_and_the_owner_gets_in():
    used = Browser().log_in()
    used.post("/admin/logout/")
    for number in range(100):
        fail(Browser(f"198.51.100.{number}"), 1)

    assert Browser("203.0.113.1").log_in().answer.status_code == 429, "the right guess is refused with the wrong ones"
    assert AccessAttempt.objects.count() == 50
    assert used.log_in().is_in()


def test_meanwhile_a_browser_never_used_before_is_let_in_by_mail(mailoutbox):
    for number in range(60):
        fail(Browser(f"198.51.100.{number}"), 1)
    fresh = Browser("203.0.113.9")
    assert fresh.log_in().answer.status_code == 429

    fresh.fill_in("/account/forgotten/", email="harbourmaster@example.com")
    link = next(line for line in mailoutbox[0].body.splitlines() if "://" in line)
    page = fresh.go(link.removeprefix("https://line.example.com")).is_at
    fresh.fill_in(page, new_password1="another horse battery", new_password2="another horse battery")

    assert fresh.log_in(password="another horse battery").is_in()


def test_a_stranger_beside_the_owner_does_not_lock_a_browser_that_was_used_before():
    used = Browser().log_in()
    used.post("/admin/logout/")
    stranger = Browser()
    fail(stranger, 10)
    assert stranger.log_in().answer.status_code == 429

    assert used.log_in().is_in()


def test_a_browser_that_was_used_before_gets_five_tries_as_well(clock):
    used = Browser().log_in()
    used.post("/admin/logout/")
    fail(used, 5)
    assert used.log_in().answer.status_code == 429

    clock.shift(15 * 60 + 1)
    assert used.log_in().is_in()


def test_the_mark_of_one_persons_browser_is_worth_nothing_for_another_name():
    organizer("neighbour", is_superuser=True)
    theirs = Browser().log_in("neighbour")
    theirs.post("/admin/logout/")
    fail(Browser(), 5)  # of the harbourmaster, from the same address

    assert theirs.log_in().answer.status_code == 429
    assert theirs.log_in("neighbour").is_in()


@pytest.mark.parametrize("forged", ["", "x", "WyJoYXJib3VybWFzdGVyIiwgIm1hcmsiXQ:1w:forged"])
def test_an_invented_mark_is_none(forged):
    stranger = Browser()
    stranger.cookies["known_browser"] = forged
    fail(stranger, 5)

    assert stranger.log_in().answer.status_code == 429


def test_one_address_does_not_try_every_name():
    stranger = Browser(ELSEWHERE)
    for number in range(100):
        fail(stranger, 1, f"name{number}")

    assert stranger.log_in("name100").answer.status_code == 429
    assert Browser().log_in().is_in()


def test_a_right_password_does_not_give_the_tries_back_before_the_code_is_right(required, clock):
    owner = Browser()
    app, _codes = owner.log_in().set_up()
    thief = Browser(ELSEWHERE)
    for _try in range(5):
        clock.shift(120)
        thief.log_in()
        thief.fill_in("/account/code/", code="000000")

    assert thief.answer.status_code == 429
    assert thief.log_in().answer.status_code == 429
    clock.shift(120)
    assert owner.log_in().fill_in("/account/code/", code=app.code()).is_in()


def test_tries_are_kept_without_what_was_typed():
    fail(Browser(), 2)
    attempt = AccessAttempt.objects.get()

    assert "wrong 0" not in attempt.post_data
    assert attempt.username == "harbourmaster"
    assert PASSWORD not in attempt.post_data


@pytest.mark.parametrize(
    ("proxy", "sent", "address"),
    [
        (False, {}, "192.0.2.1"),
        (False, {"HTTP_X_FORWARDED_FOR": "203.0.113.5"}, "192.0.2.1"),
        (True, {"HTTP_X_FORWARDED_FOR": "203.0.113.5"}, "203.0.113.5"),
        (True, {"HTTP_X_FORWARDED_FOR": "9.9.9.9, 203.0.113.5"}, "203.0.113.5"),
        (True, {}, "192.0.2.1"),
        (True, {"HTTP_X_FORWARDED_FOR": "203.0.113.5, nonsense"}, None),
        (False, {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::"),
        (False, {"REMOTE_ADDR": "::ffff:203.0.113.5"}, "203.0.113.5"),
        (False, {"REMOTE_ADDR": ""}, None),
    ],
)
def test_where_a_visitor_comes_from_cannot_be_invented(rf, settings, proxy, sent, address):
    settings.BEHIND_PROXY = proxy

    assert client_address(rf.get("/", **{"REMOTE_ADDR": "192.0.2.1", **sent})) == address
