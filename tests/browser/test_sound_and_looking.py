"""One phone is heard at a time, and a page that nobody sees asks for nothing."""

from playwright.sync_api import expect

from tests.browser.phones import code_in_text, phone, shows

REMEMBER_SPEECH = """
window.spoken = [];
Object.defineProperty(window, "speechSynthesis", {
    value: { speak: (sentence) => window.spoken.push(sentence.text), cancel: () => {} },
});
"""


def test_the_phone_in_hand_is_heard_and_no_other(window):
    page = window().page
    page.add_init_script(REMEMBER_SPEECH)
    page.reload()
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    code = code_in_text(page, "Ana Bell")
    page.keyboard.type(code)
    phone(page, "Mia Stone").get_by_role("button", name="Dial").click()
    code_in_text(page, "Mia Stone")
    shows(page, "Ana Bell", "In the waiting room")

    spoken = page.evaluate("window.spoken")

    assert [sentence.split(".")[0] for sentence in spoken][:: len(spoken) - 1] == ["Welcome", "Welcome"]


def test_the_page_is_silent_when_it_is_told_to_be_and_stays_so(window):
    page = window().page
    page.add_init_script(REMEMBER_SPEECH)
    page.get_by_role("button", name="Sound on").click()
    page.reload()
    expect(page.get_by_role("button", name="Sound off")).to_be_visible()

    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    code_in_text(page, "Ana Bell")

    assert page.evaluate("window.spoken") == []


def test_a_page_that_nobody_sees_asks_for_nothing(window):
    page = window().page
    page.clock.install()
    phone(page, "Ana Bell").get_by_role("button", name="Dial").click()
    code_in_text(page, "Ana Bell")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/phone/*/"):
        page.clock.run_for(3_000)

    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(3_000)
    asked.clear()
    page.clock.run_for(30_000)
    assert asked == []

    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    with page.expect_request("**/phone/*/"):
        page.clock.run_for(100)
