"""Chromium with its eyes open: whatever a page does wrong (console, policy, accessibility) is noted, and is an error.

Used by the browser tests and by docs/pictures.py. The browser is the system's own; axe-core comes from npm.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

AXE = "axe-core@4.14.1"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NOTE_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
    console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI}`));
"""
SERIOUS = ("serious", "critical")
WIDE_AND_LIGHT, NARROW_AND_DARK = (1440, "light"), (360, "dark")
LOOKS = [WIDE_AND_LIGHT, (1440, "dark"), NARROW_AND_DARK, (360, "light")]  # each one change away from the last
HEIGHT = 900


def chromium_path() -> str:
    """Where the browser is. Raises RuntimeError where there is none."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not found:
        raise RuntimeError("Chromium is missing. Debian and Ubuntu: apt install chromium; elsewhere set CHROMIUM.")
    return found


@contextmanager
def started() -> Iterator[Browser]:
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A new visitor's window, and everything that went wrong in it."""

    def __init__(self, browser: Browser, *, width: int, height: int = HEIGHT, scheme: str = "light") -> None:
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-US",
        )
        self.context.add_init_script(NOTE_VIOLATIONS)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.look = f"{width} px, {scheme}"
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _note(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.faults.append(f"{said.text} ({said.location['url']})")

    def forgive(self, words: str) -> None:
        """What a test provoked is no fault. Raises AssertionError where it did not happen."""
        left = [fault for fault in self.faults if words not in fault]
        assert left != self.faults, f"Nothing of the kind happened: {words!r}"
        self.faults[:] = left

    def in_each_look(self) -> Iterator[tuple[int, str]]:
        """The page as it is, in light and dark, wide and narrow: as if its reader changed that. Yields LOOKS."""
        for width, scheme in LOOKS:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            self.look = f"{width} px, {scheme}"
            yield width, scheme

    def require_clean(self) -> None:
        """Raises AssertionError where the console or the policy complained."""
        assert not self.faults, f"{self.page.url}: {self.faults}"

    def require_accessible(self) -> None:
        """Raises AssertionError where axe-core finds something serious or critical on the page as it is now."""
        noted = list(self.faults)
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(axe_source())  # through the debugger, which no policy binds
        found = self.page.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)"
        )
        self.faults[:] = noted  # axe-core itself tries styles that the policy forbids
        serious = [
            f"{each['id']}: {each['help']} ({node['html'][:160]}; {node['failureSummary']})"
            for each in found
            for node in each["nodes"]
            if each["impact"] in SERIOUS
        ]
        assert not serious, "\n".join(serious)

    def require_no_sideways_scrolling(self) -> None:
        width = self.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert width[0] <= width[1], f"The page is {width[0]} px wide in a window of {width[1]} px."

    def close(self) -> None:
        self.context.close()


@cache
def axe_source() -> str:
    """The text of axe-core, fetched into a directory of its own and gone with it."""
    with tempfile.TemporaryDirectory() as directory:
        npm = ["npm", "install", "--prefix", directory, "--no-audit", "--no-fund", "--silent", AXE]
        subprocess.run(npm, check=True, capture_output=True, timeout=120)  # noqa: S603 (our own words)
        return (Path(directory) / "node_modules/axe-core/axe.min.js").read_text()
