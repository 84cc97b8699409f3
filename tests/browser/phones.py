"""The phone page as somebody sees it: by the names and words on it, and by the keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

TABS = 80  # more than there are things to go to
LONG = 30_000  # milliseconds: the line speaks in real time


def phone(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def shows(page: Page, name: str, words: str) -> None:
    """Waits until this phone says where its call stands in these words."""
    expect(phone(page, name).locator(".state")).to_contain_text(words, timeout=LONG)


def says_next(page: Page, words: str) -> None:
    expect(page.locator("#hint")).to_contain_text(words, timeout=LONG)


def code_in_text(page: Page, name: str) -> str:
    """The code that is to be read in the newest text message, once the line speaks of it."""
    shows(page, name, "The line")
    text = phone(page, name).get_by_role("listitem").filter(has_text="verification code is").first
    return text.locator("strong").inner_text(timeout=LONG)


def tab_to(page: Page, words: str, name: str = "") -> None:
    """Presses Tab until the control with these words (of this person's phone) has the focus."""
    for _press in range(TABS):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
                const at = document.activeElement;
                const label = at.labels?.[0]?.textContent ?? at.getAttribute("aria-label") ?? at.textContent;
                return [label.trim(), at.closest(".phone")?.querySelector(".name").textContent ?? ""];
            }"""
        )
        if here == [words, name]:
            return
    raise AssertionError(f"The keyboard does not lead to {words!r} of {name!r}.")


def focus_is_kept(page: Page, name: str) -> None:
    """The focus is in this person's phone, and not lost to the page."""
    assert page.evaluate("document.activeElement.closest('.phone')?.querySelector('.name').textContent") == name


def get_in(page: Page, name: str) -> None:
    """By mouse or finger: Dial, read the text, press its digits."""
    phone(page, name).get_by_role("button", name="Dial").click()
    for digit in code_in_text(page, name):
        phone(page, name).get_by_role("button", name=digit, exact=True).click()
