"""Somebody new schedules a room for tomorrow, by what is on the page alone: with a mouse, and without."""

from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.admin import fill_when, log_in

TOMORROW = date.today() + timedelta(days=1)
PEOPLE = [
    (f"(202) 555-018{n}", name) for n, name in enumerate(("Ivo Lund", "Jo Park", "Kai Ode", "Lea Fox", "Max Orr"))
]
NAME_OF_FOCUS = """(() => {
    const e = document.activeElement;
    const name = e.getAttribute("aria-label") || e.labels?.[0]?.innerText || e.value || e.innerText || "";
    return name.trim().replace(/:$/, "");
})()"""
MODERATOR = ("202-555-0195", "Nia Holm")


def group(page: Page, words: str):
    return page.get_by_role("group", name=words)


def reads_back(page: Page) -> None:
    """The page says what was typed, and what follows from it."""
    page.get_by_role("link", name="Tide tables").first.click()
    expect(page.get_by_role("heading", name="Tide tables")).to_be_visible()
    plan = page.get_by_role("group", name="What the line will do")
    expect(plan).to_contain_text("upcoming")
    expect(plan).to_contain_text("10:00–11:00, New York")
    expect(plan).to_contain_text("There are 50 seats for 6 people on the roster")
    expect(plan).to_contain_text("6 people get the code by text message.")
    for number, name in (*PEOPLE, MODERATOR):
        row = page.get_by_role("row").filter(has_text=name)
        expect(row).to_contain_text("+1202" + "".join(filter(str.isdigit, number))[3:])


def test_five_people_and_a_moderator_are_typed(window):
    one = window(path="/admin/")
    page = one.page
    log_in(one)
    page.get_by_role("link", name="Schedule a conference").click()
    fill_when(page, "Tide tables", TOMORROW)
    page.get_by_label("Team").select_option("Harbour")
    for n, (number, name) in enumerate(PEOPLE):
        group(page, "Who may enter").get_by_label("Number").nth(n).fill(number)
        group(page, "Who may enter").get_by_label("Name").nth(n).fill(name)
    group(page, "Moderators").get_by_label("Number").first.fill(MODERATOR[0])
    group(page, "Moderators").get_by_label("Name").first.fill(MODERATOR[1])
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("heading", name="Conferences")).to_be_visible()
    reads_back(page)
    one.require_accessible()


def tab_to(page: Page, label: str, most: int = 150) -> None:
    """Presses Tab until what has the focus is called this."""
    for _press in range(most):
        page.keyboard.press("Tab")
        named = page.evaluate(NAME_OF_FOCUS)
        if named.casefold() == label.casefold():
            return
    raise AssertionError(f"Tab does not come to {label!r}.")


def test_the_keyboard_alone_schedules_and_adds_a_row(window):
    one = window(path="/admin/")
    page = one.page
    log_in(one)
    tab_to(page, "Schedule a conference")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title")).to_be_visible()
    for label, typed in (("Title", "Tide tables"), ("Team", "Harbour"), ("Time zone", "America/New York")):
        tab_to(page, label)
        page.keyboard.type(typed)
    tab_to(page, "Date")
    page.keyboard.type(f"{TOMORROW:%m%d%Y}")
    tab_to(page, "Time")
    page.keyboard.type("1000AM")
    people = [*PEOPLE[:4], PEOPLE[4]]
    for number, name in people:
        tab_to(page, "Number")
        page.keyboard.type(number)
        tab_to(page, "Name")
        page.keyboard.type(name)
    tab_to(page, "Add another Person")
    page.keyboard.press("Enter")
    expect(group(page, "Who may enter").get_by_label("Number").filter(visible=True)).to_have_count(6)
    for label, typed in (("Number", MODERATOR[0]), ("Name", MODERATOR[1])):
        tab_to(page, label)
        page.keyboard.type(typed)
    tab_to(page, "Save")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Conferences")).to_be_visible()
    reads_back(page)
