"""Codes by another way than a text, as somebody at the page gets them."""

import pytest
from playwright.sync_api import expect

from tests.browser.phones import LONG, focus_is_kept, phone, says_next, shows


def be(page, name: str, other: str) -> None:
    """The phone of the one becomes that of the other."""
    phone(page, name).get_by_text("Be somebody else").click()
    choice = phone(page, name).get_by_label("Who calls")
    choice.select_option(choice.locator("option").filter(has_text=other).get_attribute("value"))
    expect(phone(page, other)).to_be_visible()


def dial(page, name: str) -> None:
    phone(page, name).get_by_role("button", name="Dial").click()


def type_code(page, name: str) -> None:
    code = phone(page, name).get_by_role("listitem").filter(has_text="verification code is").first
    page.keyboard.type(code.locator("strong").inner_text(timeout=LONG))


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_another_phone_rings_and_says_the_code_after_a_key(window, width, scheme):
    one = window(width=width, scheme=scheme)
    page = one.page
    be(page, "Ana Bell", "Rolf Kern")
    dial(page, "Rolf Kern")

    says_next(page, "Another phone rings for Rolf Kern")
    one.require_accessible()
    key = phone(page, "Rolf Kern").get_by_role("button", name="Press a key on it")
    key.focus()
    page.keyboard.press("Enter")

    says_next(page, "Type the code from the newest message on Rolf Kern’s phone")
    focus_is_kept(page, "Rolf Kern")
    type_code(page, "Rolf Kern")
    shows(page, "Rolf Kern", "In the waiting room")


@pytest.mark.parametrize(("name", "arrived"), [("Pia Holt", "WhatsApp"), ("Sue Dean", "Mail")])
def test_a_code_arrives_beside_the_phone_by_whichever_way(window, name, arrived):
    page = window().page
    be(page, "Ana Bell", name)
    dial(page, name)

    expect(phone(page, name).locator(".text .head").first).to_contain_text(arrived, timeout=LONG)
    phone(page, name).focus()
    type_code(page, name)
    shows(page, name, "In the waiting room")


def test_what_twilio_answers_can_be_chosen_and_another_way_follows(window):
    page = window().page
    be(page, "Ana Bell", "Pia Holt")
    phone(page, "Pia Holt").get_by_text("What can go wrong").click()
    answer = phone(page, "Pia Holt").get_by_label("Twilio’s next answer")
    answer.select_option(label="68008: no WhatsApp sender")
    dial(page, "Pia Holt")

    expect(phone(page, "Pia Holt").get_by_role("log")).to_contain_text("We try another way.", timeout=LONG)
    expect(phone(page, "Pia Holt").locator(".text .head").first).to_contain_text("Text message", timeout=LONG)
    expect(answer).to_have_value("")
