"""Setting up an authenticator app: from the organizer's button to a call, as somebody sees it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.accounts.people import App
from tests.browser.admin import type_password
from tests.browser.chromium import Window
from tests.browser.phones import LONG, phone, shows


def looked_at(one: Window, pictures: Path, name: str) -> None:
    one.page.screenshot(path=pictures / f"{name}.png", full_page=True)
    one.require_clean()
    one.require_accessible()
    one.require_no_sideways_scrolling()


def be(page: Page, name: str) -> None:
    """Gives the first phone to this person."""
    first = page.locator(".phone").first
    first.get_by_text("Be somebody else").click()
    value = first.locator("option").filter(has_text=name).first.get_attribute("value")
    first.get_by_label("Who calls").select_option(value)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")])
def test_from_the_button_to_the_room(window, address, width, scheme, tmp_path):
    admin = window(path="/admin/", width=width, scheme=scheme)
    type_password(admin.page)
    admin.page.goto(f"{address}/admin/participants/participant/?q=Uma+Frost")
    admin.page.get_by_role("link", name="Uma Frost").first.click()
    admin.page.get_by_role("button", name="Send the enrolment link").click()
    expect(admin.page.get_by_text("A mail with the link is on its way.")).to_be_visible()
    looked_at(admin, tmp_path, "admin")

    desk = window(width=width, scheme=scheme)
    mine = phone(desk.page, "Uma Frost")
    be(desk.page, "Uma Frost")
    expect(mine.get_by_role("link", name="/authenticator/")).to_be_visible(timeout=LONG)
    with desk.context.expect_page() as opened:
        mine.get_by_role("link", name="/authenticator/").click()
    page = opened.value
    one = desk
    one.page = page
    expect(page.get_by_role("heading", name="Set up your authenticator app")).to_be_visible()
    looked_at(one, tmp_path, "begin")
    page.get_by_role("button", name="Begin").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    looked_at(one, tmp_path, "picture")
    app = App(page.locator(".key").inner_text())
    page.get_by_label("Code from the app").fill(str((int(app.code()) + 1) % 10**6).zfill(6))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("That is not the code.")
    looked_at(one, tmp_path, "wrong")
    page.get_by_label("Code from the app").fill(app.code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Your authenticator app is set up")).to_be_visible()
    looked_at(one, tmp_path, "done")


def test_a_person_with_an_app_gets_in_by_what_it_shows(window):
    one = window()
    be(one.page, "Tess Quill")
    mine = phone(one.page, "Tess Quill")
    mine.get_by_role("button", name="Dial").click()
    shows(one.page, "Tess Quill", "The line")
    expect(one.page.locator("#hint")).to_contain_text("authenticator app on Tess Quill", timeout=LONG)
    for digit in mine.locator(".shows .code").inner_text():
        mine.get_by_role("button", name=digit, exact=True).click()
    shows(one.page, "Tess Quill", "In the waiting room")
    one.require_accessible()
