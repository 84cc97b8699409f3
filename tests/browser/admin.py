"""An organizer at the admin, by what is on the page: the login, and every page that the URL configuration has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from playwright.sync_api import Page, expect

from conferenceline.management.commands.seed_demo import PASSWORD
from tests.browser import chromium
from tests.browser.phones import get_in, shows

# Answers to a program, and what is nobody's page: a picture, a redirect, and what only a program's words or the link in
# a mail open.
NO_PAGE = re.compile(
    r"^metrics|^(voice|texts|rooms|phone|authenticator|account/welcome)/|/(logout|jsi18n|autocomplete)/$"
    r"|picture\.svg$|/conference/dates/$"
)
FULLEST = "Harbour board"  # of the conferences: all that a page can show is on this one's
NO_VIEWS = ("test-code", "authenticator", "still-theirs")  # which only take what a form sends
WITHOUT_LOGIN = (
    "/admin/login/",
    "/account/forgotten/",
    "/account/forgotten/sent/",
    "/account/password/changed/",
    "/account/password/MQ/no-such-token/",  # a link that does not work any more
)


def type_password(page: Page, name: str = "admin") -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_in(window: chromium.Window, name: str = "admin") -> None:
    type_password(window.page, name)
    expect(window.page.get_by_role("heading", name="Overview")).to_be_visible()


def named_pages() -> list[str]:
    """Every address of the project that needs nothing filled in, but those that are no pages."""
    addresses = [path for path in addresses_of(get_resolver()) if not re.search(r"[<^$(]", path)]
    return [f"/{path}" for path in addresses if not NO_PAGE.search(path)]


def addresses_of(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses_of(entry, path)
        elif isinstance(entry, URLPattern):
            yield path


def pages_of_rows(page: Page, address: str) -> list[str]:
    """Of every list of the admin, all that opens for its fullest row, or its first. Every list must have one."""
    found, empty = [], []
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page.goto(address + reverse(f"{name}_changelist"))
        rows = page.locator("#result_list tbody a[href*='/change/']")
        fullest = rows.filter(has_text=FULLEST)
        row = fullest.first if fullest.count() else rows.first
        if not row.count():
            empty.append(name)
            continue
        change = (row.get_attribute("href") or "").split("?")[0]
        found += [change, *(change.replace("/change/", f"/{what}/") for what in views_of_a_row(change))]
    assert not empty, f"There is nothing to open in {empty}: let the demo, or the test, fill these lists."
    return found


def views_of_a_row(change: str) -> list[str]:
    """What else the URL configuration has for this row, such as its history."""
    prefix = re.sub(r"[^/]+/change/$", "", change).strip("/")
    ends = (re.match(rf"{prefix}/<[^>]+>/([a-z-]+)/$", path) for path in addresses_of(get_resolver()))
    return sorted({end[1] for end in ends if end and end[1] not in ("change", *NO_VIEWS)})


def fill_the_lists(window: chromium.Window, address: str) -> None:
    """What the demo leaves out: a call that gets in, a code tested, somebody let in by hand or unlocked, a block."""
    page = window.page
    page.goto(f"{address}/phone/")
    get_in(page, "Ana Bell")
    shows(page, "Ana Bell", "In the waiting room")
    page.goto(f"{address}/admin/")
    log_in(window)
    page.goto(f"{address}/admin/participants/participant/?q=Cora+Lake")
    page.get_by_role("link", name="Cora Lake").click()
    page.get_by_role("button", name="Send a test code").first.click()
    page.get_by_role("link", name="Cannot get in?").click()
    page.get_by_label("Why").fill("I know her voice.")
    page.get_by_role("button", name="Let in once").click()
    expect(page.get_by_text("is let in on their next call")).to_be_visible()
    page.goto(f"{address}/admin/participants/participant/?q=Ana+Bell")
    page.get_by_role("link", name="Ana Bell").click()
    page.locator("#content").get_by_role("link", name="Unlock", exact=True).first.click()
    page.locator("#content").get_by_role("button", name="Unlock").click()
    expect(page.locator(".messagelist")).to_be_visible()
    page.goto(f"{address}/admin/verification/block/add/")
    page.get_by_label("Number").fill("+12025550199")
    page.get_by_label("Reason").fill("Rings at night.")
    save(page)
    page.goto(f"{address}/admin/accounts/logininvitation/add/")
    page.get_by_label("Name").first.fill("Rosa Kent")
    page.get_by_label("Mail address").fill("rosa.kent@example.com")
    page.get_by_label("Team").select_option("Harbour")
    save(page)


def save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Save|Send)")).first.click()
    expect(page.locator(".messagelist")).to_be_visible()


def fill_when(page: Page, title: str, day: date, clock: str = "10:00") -> None:
    page.get_by_label("Title").fill(title)
    page.get_by_label("Time zone").select_option("America/New_York")
    page.get_by_label("Date", exact=True).fill(day.isoformat())
    page.get_by_label("Time", exact=True).fill(clock)
