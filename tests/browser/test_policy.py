"""The strict policy holds for the admin too."""

import pytest
from playwright.sync_api import expect

from conferenceline.management.commands.seed_demo import PASSWORD

PAGES = [
    "/admin/",
    "/admin/participants/conference/",
    "/admin/participants/conference/add/",
    "/admin/participants/participant/",
    "/admin/participants/participant/add/",
    "/admin/participants/invitation/",
    "/admin/verification/attempt/",
    "/admin/password_change/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_of_the_admin_breaks_the_policy(window, address, scheme):
    one = window(path="/admin/", scheme=scheme)
    one.page.get_by_label("Username").fill("admin")
    one.page.get_by_label("Password").fill(PASSWORD)
    one.page.get_by_role("button", name="Log in").click()
    expect(one.page.get_by_role("link", name="Conferences").first).to_be_visible()
    one.forgive("/favicon.ico")
    for page in PAGES:
        assert one.page.goto(address + page).status == 200, page
        one.require_clean()
