"""Signing in with an authenticator, as somebody sees it: by its words and by the keyboard."""

import pytest
from playwright.sync_api import Page, expect

from conferenceline.management.commands.seed_demo import PASSWORD
from tests.accounts.people import App
from tests.browser.chromium import Window


def looked_at(one: Window) -> Page:
    """The page, once it has been found in order."""
    one.require_clean()
    one.require_accessible()
    one.require_no_sideways_scrolling()
    return one.page


def log_in(page: Page, address: str, password: str = PASSWORD) -> None:
    page.goto(f"{address}/admin/login/")
    page.get_by_label("Username").fill("organizer")
    page.get_by_label("Password").fill(password)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_an_authenticator_is_set_up_and_asked_for(window, address, width, scheme):
    one = window(path="/admin/login/", width=width, scheme=scheme)
    log_in(one.page, address)
    one.page.goto(f"{address}/account/")
    looked_at(one).get_by_role("link", name="Set up an authenticator").click()
    expect(one.page.get_by_role("img", name="QR code")).to_be_visible()
    app = App(looked_at(one).locator(".key").inner_text())
    one.page.get_by_label("Code from the app").fill(app.code())
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    code = looked_at(one).locator(".recovery-codes code").first.inner_text()
    one.page.get_by_role("link", name="I have kept them").click()
    expect(one.page.get_by_text("You have 10 recovery codes left.")).to_be_visible()
    looked_at(one).get_by_role("link", name="Remove, or move").click()
    looked_at(one)

    one.context.clear_cookies()
    log_in(one.page, address)
    expect(one.page.get_by_role("heading", name="Your code")).to_be_visible()
    looked_at(one).get_by_label("Code").fill(code.upper())
    with one.page.expect_navigation():
        one.page.keyboard.press("Enter")

    one.page.goto(f"{address}/account/")
    expect(looked_at(one).get_by_text("You have 9 recovery codes left.")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (360, "light")])
def test_a_password_is_forgotten_and_guessed_at(window, address, width, scheme):
    one = window(path="/admin/login/", width=width, scheme=scheme)
    looked_at(one).get_by_role("link", name="Forgotten").click()
    looked_at(one).get_by_label("Email").fill("nobody@example.com")
    one.page.keyboard.press("Enter")
    expect(one.page.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    looked_at(one)

    for _try in range(5):
        log_in(one.page, address, "wrong")
    expect(one.page.get_by_role("heading", name="Too many tries")).to_be_visible()
    one.forgive("429")
    looked_at(one)
