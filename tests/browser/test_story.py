"""What a visitor does on the phone page, with nothing but what is to be seen."""

import pytest
from playwright.sync_api import expect

from tests.browser.phones import code_in_text, focus_is_kept, get_in, phone, says_next, shows, tab_to


def test_two_phones_meet_by_the_keyboard_alone(window):
    page = window().page

    tab_to(page, "Dial", "Ana Bell")
    page.keyboard.press("Enter")
    page.keyboard.type(code_in_text(page, "Ana Bell"))
    shows(page, "Ana Bell", "In the waiting room, with music.")
    focus_is_kept(page, "Ana Bell")

    tab_to(page, "Dial", "Mia Stone")
    page.keyboard.press("Space")
    page.keyboard.type(code_in_text(page, "Mia Stone"))
    shows(page, "Mia Stone", "In the room.")
    shows(page, "Ana Bell", "In the room.")
    expect(phone(page, "Ana Bell").get_by_text("Mia Stone hears everybody, and is heard")).to_be_visible()
    focus_is_kept(page, "Mia Stone")

    page.keyboard.press("Escape")
    shows(page, "Mia Stone", "The call is over.")
    focus_is_kept(page, "Mia Stone")
    shows(page, "Ana Bell", "The call is over.")


def test_a_first_visitor_does_what_the_hint_says(window):
    page = window(path="/").page

    says_next(page, "Press Dial on Ana Bell’s phone.")
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    says_next(page, "Type the code from the newest message on Ana Bell’s phone")
    page.keyboard.type(code_in_text(page, "Ana Bell"))
    says_next(page, "Press Dial on Mia Stone’s phone: the room starts with a moderator.")
    phone(page, "Mia Stone").get_by_role("button", name="Dial").click()
    says_next(page, "Type the code from the newest message on Mia Stone’s phone")
    page.keyboard.type(code_in_text(page, "Mia Stone"))
    says_next(page, "Ana Bell and Mia Stone are in the room together.")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (360, "dark"), (1440, "light"), (1440, "dark")])
def test_every_state_fits_and_is_accessible(window, width, scheme):
    one = window(width=width, scheme=scheme)
    page = one.page
    says_next(page, "Press Dial")
    look_at(one)
    get_in(page, "Ana Bell")
    shows(page, "Ana Bell", "In the waiting room")
    look_at(one)
    get_in(page, "Mia Stone")
    shows(page, "Ana Bell", "In the room.")
    for name in ("Ana Bell", "Mia Stone"):
        phone(page, name).get_by_text("Be somebody else").click()
        phone(page, name).get_by_text("What can go wrong").click()
    phone(page, "Ana Bell").get_by_role("button", name="I press nothing").click()
    expect(phone(page, "Ana Bell").get_by_role("alert")).to_have_text("In the room nobody waits for keys.")
    look_at(one)
    one.forgive("400 (Bad Request)")  # the browser's note on the refusal


def look_at(one):
    one.require_accessible()
    one.require_no_sideways_scrolling()


def test_a_reload_keeps_the_phones_and_their_calls(window):
    page = window().page
    page.get_by_role("button", name="Add another phone").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(3)
    get_in(page, "Ana Bell")
    shows(page, "Ana Bell", "In the waiting room")
    names = page.get_by_role("heading", level=2).all_inner_texts()

    page.reload()

    shows(page, "Ana Bell", "In the waiting room")
    assert page.get_by_role("heading", level=2).all_inner_texts() == names
    expect(phone(page, "Ana Bell").get_by_text("Thank you, Ana Bell.")).to_be_visible()


def test_a_phone_that_is_added_before_the_desk_is_laid_comes_after_the_others(window):
    page, held = window().page, []
    page.route("**/desk/", lambda route: held.append(route))
    with page.expect_request("**/desk/"):
        page.reload(wait_until="commit")
    page.get_by_role("button", name="Add another phone").click()
    held[0].continue_()
    expect(page.get_by_role("heading", level=2)).to_have_text(["Ana Bell", "Mia Stone", "Ben Ford"])


def test_somebody_else_takes_the_phone_by_the_keyboard(window):
    one = window()
    page = one.page
    tab_to(page, "Be somebody else", "Ana Bell")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("A stranger")
    expect(page.get_by_role("heading", name="A stranger")).to_be_visible()
    focus_is_kept(page, "A stranger")

    tab_to(page, "Calls from", "A stranger")
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    expect(phone(page, "A stranger").get_by_role("alert")).to_have_text(
        "'12' is too short or too long for a telephone number."
    )
    one.forgive("400 (Bad Request)")


def test_phones_come_and_go_and_the_focus_stays(window):
    one = window()
    page = one.page
    add = page.get_by_role("button", name="Add another phone")
    for _time in range(4):
        add.click()
    expect(page.get_by_role("heading", level=2)).to_have_count(6)
    add.click(force=True)
    expect(page.get_by_role("alert").first).to_have_text("6 phones are as many as fit on the desk.")
    one.forgive("400 (Bad Request)")

    page.get_by_role("button", name="Remove Mia Stone’s phone").click()
    expect(page.get_by_role("heading", level=2)).to_have_count(5)
    assert page.evaluate("document.activeElement.matches('.phone')")
