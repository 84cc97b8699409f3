"""Every page of the admin: policy, console, accessibility and width, in light and dark, wide and narrow."""

import re

from playwright.sync_api import expect

from tests.accounts.people import App
from tests.browser.admin import WITHOUT_LOGIN, fill_the_lists, log_in, named_pages, pages_of_rows, type_password
from tests.browser.chromium import NARROW_AND_DARK, WIDE_AND_LIGHT

# What nobody may do, and a link that holds no token any more. The page that says so is looked at like any other.
REFUSED = {
    403: re.compile(
        r"^/admin/((verification/(?!block)\w+|participants/(delivery|occurrence)|auth/group)/(add|\d+/delete)"
        r"|accounts/logininvitation/\d+/delete)/$"
    ),
    410: re.compile(r"^/account/welcome/$"),
}


def look_at(one, found: list[str]) -> None:
    for look in one.in_each_look():
        checks = [one.require_clean, one.require_no_sideways_scrolling]
        if look in (WIDE_AND_LIGHT, NARROW_AND_DARK):  # both colours and both widths: axe takes its time
            checks.append(one.require_accessible)
        for check in checks:
            try:
                check()
            except AssertionError as fault:
                found.append(f"{one.page.url} ({one.look}): {fault}")
                one.faults.clear()


def test_no_page_of_the_admin_is_at_fault(window, address):
    one = window()
    fill_the_lists(one, address)
    pages = [*named_pages(), *pages_of_rows(one.page, address)]
    assert len(pages) > 70, pages
    found: list[str] = []
    for path in pages:
        status = one.page.goto(address + path).status
        if status in REFUSED and REFUSED[status].search(path):
            one.forgive(f"{status} (")
        elif status != 200:
            found.append(f"{path}: {status}")
        look_at(one, found)
    assert not found, "\n".join(found)


def test_no_page_before_the_login_is_at_fault(window, address):
    one = window(path="/admin/")
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
