"""Takes the pictures of the documentation from a line that runs, and looks at every page with open eyes.

    .venv/bin/python docs/pictures.py [ADDRESS]

ADDRESS is http://127.0.0.1:8000 unless said otherwise: ./run starts a line there. Fails on anything on the console, on
a violation of the policy, and on what axe-core finds serious. Keeps the pictures that a page of the documentation has;
the others, dark and narrow, are only looked at. What it needs: requirements-browser.txt, Chromium, npm.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()  # for the password of the demo

from playwright.sync_api import Browser, Locator, Page  # noqa: E402

from tests.browser import chromium  # noqa: E402
from tests.browser.admin import log_in  # noqa: E402
from tests.browser.invitations import Story  # noqa: E402
from tests.browser.phones import code_in_text, get_in, phone, says_next, shows  # noqa: E402

PICTURES = ROOT / "docs" / "pictures"
ADMIN_PAGES = {
    "home": "",
    "conferences": "participants/conference/",
    "conference": "participants/conference/",
    "people": "participants/participant/",
    "log": "verification/attempt/",
}
ADMIN_LOOKS = (("light", 1280, 820), ("dark", 1280, 900), ("narrow", 390, 844))
GUEST, HOST = "Ana Bell", "Mia Stone"


def main(address: str) -> None:
    PICTURES.mkdir(exist_ok=True)
    with chromium.started() as browser:
        for name, width, height, scheme in (
            ("phone-light", 1280, 860, "light"),
            ("phone-dark", 1280, 860, "dark"),
            ("phone-narrow", 390, 844, "light"),
        ):
            picture(browser, address, PICTURES / f"{name}.png", width, height, scheme)
        for name, width, height in ADMIN_LOOKS:
            admin_pictures(browser, address, f"admin-{name}", width, height, "dark" if name == "dark" else "light")
        organizer_pictures(browser, address)


def keep(page: Page, file: Path) -> None:
    """Takes the picture, if README or a page in docs/ shows it."""
    pages = (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
    if any(f"pictures/{file.name}" in each.read_text() for each in pages):
        page.screenshot(path=file)
        print(file.relative_to(ROOT))


def picture(browser: Browser, address: str, file: Path, width: int, height: int, scheme: str) -> None:
    """The story up to where there is most to see: one waits with music, the other is asked for the code."""
    window = chromium.Window(browser, width=width, height=height, scheme=scheme)
    page = window.page
    page.goto(f"{address}/phone/")
    says_next(page, f"Press Dial on {GUEST}’s phone.")
    window.require_accessible()
    get_in(page, GUEST)
    shows(page, GUEST, "In the waiting room")
    dial(page, HOST)
    shows(page, HOST, "The line")
    window.require_accessible()
    page.mouse.move(0, 0)
    phone(page, GUEST if width > height else HOST).evaluate("phone => phone.scrollIntoView()")
    keep(page, file)
    page.keyboard.type(code_in_text(page, HOST))
    shows(page, GUEST, "In the room.")
    window.require_accessible()
    window.require_no_sideways_scrolling()
    for name in (HOST, GUEST):
        phone(page, name).get_by_role("button", name=re.compile("^Remove")).click()
    says_next(page, "Add a phone to begin.")
    window.require_clean()
    window.close()


def admin_pictures(browser: Browser, address: str, name: str, width: int, height: int, scheme: str) -> None:
    """The pages that organizers use most, as the demo fills them: no taller than a screen, to stay small."""
    window = chromium.Window(browser, width=width, height=height, scheme=scheme)
    page = window.page
    page.goto(f"{address}/admin/")
    window.require_accessible()
    log_in(window)
    for part, path in ADMIN_PAGES.items():
        page.goto(f"{address}/admin/{path}")
        if part == "conference":
            page.get_by_role("link", name="Harbour board").first.click()
        window.require_clean()
        window.require_accessible()
        window.require_no_sideways_scrolling()
        keep(page, PICTURES / f"{name}-{part}.png")
    window.close()


def organizer_pictures(browser: Browser, address: str) -> None:
    """From the login to twenty invitations that arrived. Each stage is looked at in all looks, and kept in one."""
    width, height = 1100, 620
    window = chromium.Window(browser, width=width, height=height)
    page = window.page

    def stage(name: str, at: Locator | None) -> None:
        for _look in window.in_each_look():
            window.require_accessible()
            window.require_no_sideways_scrolling()
        page.set_viewport_size({"width": width, "height": height})
        page.mouse.move(0, 0)
        page.evaluate("window.scrollTo(0, 0)")
        if at:
            at.evaluate("part => part.scrollIntoView({block: 'center'})")
        keep(page, PICTURES / f"inviting-{name}.png")

    page.goto(f"{address}/admin/")
    story = Story(page, stage)
    story.logs_in()
    story.schedules()
    story.pastes()
    story.invites()
    story.sees_them_arrive("Ada Birk", "Tom Urban")
    window.require_clean()
    window.close()


def dial(page: Page, name: str) -> None:
    phone(page, name).get_by_role("button", name="Dial").click()
    code_in_text(page, name)


if __name__ == "__main__":
    try:
        main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
    except (AssertionError, RuntimeError, subprocess.SubprocessError) as problem:
        sys.exit(f"No pictures: {problem}")
