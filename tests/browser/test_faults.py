"""What can go wrong, heard and seen on the phone page."""

from playwright.sync_api import expect

from tests.browser.phones import LONG, code_in_text, get_in, phone, shows


def heard(page, name):
    return phone(page, name).get_by_role("log")


def test_verify_is_down_and_comes_up_again(window):
    page = window().page
    down = page.get_by_role("switch", name="Verify is down")
    down.check()
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    expect(heard(page, "Ana Bell")).to_contain_text("We are sending you a text", timeout=LONG)
    expect(phone(page, "Ana Bell").get_by_text("None yet. They arrive here.")).to_be_visible()

    down.uncheck()
    phone(page, "Ana Bell").get_by_role("button", name="star").click()
    phone(page, "Ana Bell").get_by_role("button", name="pound").click()

    assert len(code_in_text(page, "Ana Bell")) == 6


def test_everything_comes_twice_and_nobody_notices(window):
    page = window().page
    phone(page, "Ana Bell").get_by_text("What can go wrong").click()
    phone(page, "Ana Bell").get_by_role("switch", name="Twilio sends everything twice").check()

    get_in(page, "Ana Bell")

    shows(page, "Ana Bell", "In the waiting room")
    expect(heard(page, "Ana Bell").get_by_text("Thank you, Ana Bell.")).to_have_count(1)
    expect(phone(page, "Ana Bell").locator(".text")).to_have_count(1)


def test_nothing_is_pressed_and_then_the_battery_dies(window):
    page = window().page
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    phone(page, "Ana Bell").get_by_text("What can go wrong").click()
    code_in_text(page, "Ana Bell")
    before = heard(page, "Ana Bell").get_by_role("listitem").count()
    phone(page, "Ana Bell").get_by_role("button", name="I press nothing").click()
    expect(heard(page, "Ana Bell").get_by_role("listitem")).not_to_have_count(before)

    phone(page, "Ana Bell").get_by_role("button", name="My battery dies").click()

    shows(page, "Ana Bell", "The call is over.")


def test_a_line_that_is_gone_is_said_so_and_found_again(window):
    one = window()
    page = one.page
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    code_in_text(page, "Ana Bell")
    page.context.set_offline(True)
    expect(page.locator("#problem")).to_have_text("The line cannot be reached. Is it still running?")

    page.context.set_offline(False)

    expect(page.locator("#problem")).to_be_hidden()
    one.forgive("ERR_INTERNET_DISCONNECTED")
