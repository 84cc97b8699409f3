"""Every page of the admin: policy, console, accessibility and width, in light and dark, wide and narrow."""

import re

import pytest
from playwright.sync_api import expect

from tests.accounts.people import App
from tests.browser.admin import WITHOUT_LOGIN, fill_the_lists, log_in, named_pages, pages_of_rows, type_password

LOOKS = [(1440, "light"), (1440, "dark"), (360, "light"), (360, "dark")]
READ_ONLY = re.compile(r"^/admin/(verification/\w+|participants/delivery|auth/group)/(add|\d+/delete)/$")


def look_at(one, found: list[str]) -> None:
    for check in (one.require_clean, one.require_accessible, one.require_no_sideways_scrolling):
        try:
            check()
        except AssertionError as fault:
            found.append(f"{one.page.url}: {fault}")
            one.faults.clear()


def test_no_page_of_the_admin_is_at_fault(window, address):
    first = window()
    fill_the_lists(first, address)
    pages = [*named_pages(), *pages_of_rows(first.page, address)]
    assert len(pages) > 70, pages
    found: list[str] = []
    for width, scheme in LOOKS:
        one = window(path="/admin/", scheme=scheme, width=width)
        log_in(one)
        for path in pages:
            status = one.page.goto(address + path).status
            if status == 403 and READ_ONLY.search(path):
                one.forgive("403 (Forbidden)")
            elif status != 200:
                found.append(f"{path}: {status}")
            look_at(one, found)
        one.close()
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_no_page_before_the_login_is_at_fault(window, address, width, scheme):
    one = window(path="/admin/", scheme=scheme, width=width)
    found: list[str] = []
    for path in WITHOUT_LOGIN:
        assert one.page.goto(address + path).status == 200, path
        look_at(one, found)
    one.page.goto(f"{address}/admin/")
    log_in(one)
    one.page.goto(f"{address}/account/authenticator/")
    look_at(one, found)
    key = one.page.locator(".key").inner_text().replace(" ", "")
    one.page.get_by_label("Code from the app").fill(App(key).code())
    one.page.get_by_role("button", name="Confirm").click()
    expect(one.page.get_by_text("They are not shown again.")).to_be_visible()
    for path in (None, "/account/", "/account/authenticator/remove/", "/account/recovery-codes/"):
        if path:
            one.page.goto(address + path)
        look_at(one, found)
    one.page.get_by_role("button", name="Log out").click()
    look_at(one, found)
    one.page.goto(f"{address}/admin/login/")
    type_password(one.page)
    expect(one.page.get_by_role("heading", name="Your code")).to_be_visible()
    look_at(one, found)
    assert not found, "\n".join(found)
