"""An organizer at the admin, by what is on the page: the login, and every page that the site has."""

from __future__ import annotations

import re
from datetime import date

from playwright.sync_api import Page, expect

from conferenceline.management.commands.seed_demo import PASSWORD
from tests.browser import chromium

SKIPPED = re.compile(r"/(logout|jsi18n|autocomplete|r)/|export")


def log_in(window: chromium.Window, name: str = "admin") -> None:
    window.page.get_by_label("Username").fill(name)
    window.page.get_by_label("Password").fill(PASSWORD)
    window.page.get_by_role("button", name=re.compile("Log in|Sign in")).click()
    expect(window.page.get_by_role("heading", name="Overview")).to_be_visible()


def every_page(page: Page, address: str) -> list[str]:
    """The lists of the home page, and of each its page for a new row and that of its first row."""
    page.goto(f"{address}/admin/")
    lists = links(page, "#content-main .module th a")
    found = ["/admin/", "/admin/password_change/", *lists]
    for each in lists:
        page.goto(address + each)
        found += links(page, ".object-tools a.addlink")[:1] + links(page, "#result_list tbody th a")[:1]
    return [path for path in dict.fromkeys(found) if not SKIPPED.search(path)]


def links(page: Page, where: str) -> list[str]:
    found: list[str] = page.locator(where).evaluate_all("all => all.map(a => a.getAttribute('href').split('?')[0])")
    base = re.sub(r"^https?://[^/]+", "", page.url.split("?")[0])
    return [path if path.startswith("/") else base + path for path in found]


def fill_when(page: Page, title: str, day: date, clock: str = "10:00") -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_label("Date", exact=True).fill(day.isoformat())
    page.get_by_label("Time", exact=True).fill(clock)
