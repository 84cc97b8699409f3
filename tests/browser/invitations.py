"""An organizer who has never seen the line: from the login to twenty invitations that arrived, by what is to be read.

Nothing but words on the page leads on: labels, buttons and links. Used by the test and by docs/pictures.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Locator, Page, expect

from conferenceline.management.commands.seed_demo import PASSWORD
from tests.browser.phones import phone

TITLE = "Pilots' hour"
NAMES = [
    "Ada Birk",
    "Bea Cork",
    "Cal Dorn",
    "Dan Elm",
    "Eve Farr",
    "Fay Gold",
    "Gus Hale",
    "Hal Ives",
    "Ida Jung",
    "Jon Kerr",
    "Kim Lowe",
    "Leo Mann",
    "May Nash",
    "Ned Oaks",
    "Ola Pike",
    "Pia Quin",
    "Quy Rand",
    "Ray Shaw",
    "Sue Tate",
    "Tom Urban",
]
LIST = "\n".join(
    f"{name}, 202-555-01{60 + n}, {name.lower().replace(' ', '.')}@example.com" for n, name in enumerate(NAMES)
)
LONG = 30_000  # milliseconds: the worker sends at its own pace

Stage = Callable[[str, Locator | None], None]


class Story:
    """What the organizer does, and how often they click, choose or type."""

    def __init__(self, page: Page, stage: Stage = lambda name, at: None) -> None:
        """Args: stage: is told where the story stands, and what of the page there is to see."""
        self.page, self.stage, self.acts = page, stage, 0

    def click(self, role: str, name: str, *, at: Page | Locator | None = None) -> None:
        self.acts += 1
        (at or self.page).get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def type(self, label: str, words: str) -> None:
        self.acts += 1
        self.page.get_by_label(label, exact=True).fill(words)

    def choose(self, name: str, words: str, *, at: Page | Locator | None = None) -> None:
        self.acts += 1
        (at or self.page).get_by_role("combobox", name=name).select_option(label=words)

    def logs_in(self) -> None:
        self.type("Username:", "organizer")
        self.type("Password:", PASSWORD)
        self.click("button", "Log in")

    def schedules(self) -> None:
        page = self.page
        self.click("link", "Schedule a conference")
        self.type("Title:", TITLE)
        self.choose("Time zone:", "America/New York")
        self.type("Date", (date.today() + timedelta(days=1)).isoformat())
        self.type("Time", "10:00")
        self.choose("Repeats:", "by weeks, on chosen days")
        dates = page.get_by_role("group", name="Repeats")
        expect(dates.get_by_text("Every week on")).to_be_visible()
        expect(dates.get_by_role("listitem")).to_have_count(10)
        self.stage("dates", dates)
        self.choose("The room starts with:", "the first person")
        self.stage("list", page.get_by_role("button", name="Save, and add people from a list"))
        self.click("button", "Save, and add people from a list")

    def pastes(self) -> None:
        self.type("People, one a line:", LIST)
        self.click("button", "Show what becomes of it")
        what_becomes = self.page.get_by_text(re.compile("20 (new|the same)"))
        expect(what_becomes).to_be_visible()
        self.stage("plan", what_becomes)
        self.click("button", "Put them on the roster")
        expect(self.page.get_by_text("20 people of the list are on the roster")).to_be_visible()
        self.stage("roster", None)

    def invites(self) -> None:
        self.click("link", "Invite those on the roster")
        self.stage("invite", None)
        self.click("button", "Send the invitations")
        expect(self.page.get_by_role("status")).to_have_text("20 sent", timeout=LONG)
        self.stage("sent", None)

    def sees_them_arrive(self, *names: str) -> None:
        page = self.page
        self.click("link", "Phones", at=page.get_by_role("main"))
        for name, holder in zip(names, ("Ana Bell", "Mia Stone"), strict=False):
            self.acts += 1
            phone(page, holder).get_by_text("Be somebody else").click()
            self.choose("Who calls", self.as_listed(name), at=phone(page, holder))
            expect(phone(page, name).get_by_role("listitem").filter(has_text=f"Invitation: {TITLE}")).to_be_visible()
        self.stage("arrived", phone(page, names[-1]).get_by_role("heading", name="Messages"))

    def as_listed(self, name: str) -> str:
        found = self.page.get_by_role("option").filter(has_text=name).first.text_content()
        assert found
        return found
