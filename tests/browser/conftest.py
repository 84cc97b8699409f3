"""Chromium on a line of its own. Not part of ./run test: docs/developing.md says how to run these."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import chromium, line


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.started() as started:
        yield started


@pytest.fixture(scope="session")
def port() -> int:
    """Where one line after the other answers."""
    return line.free_port()


@pytest.fixture(scope="session")
def demo(tmp_path_factory, worker_id: str, port: int) -> Path:
    """A database with the demo in it."""
    database = tmp_path_factory.mktemp("demo") / "line.sqlite3"
    own = tmp_path_factory.getbasetemp()
    line.prepare(database, port, run=own if worker_id == "master" else own.parent)
    return database


@pytest.fixture
def address(demo: Path, tmp_path: Path, port: int) -> Iterator[str]:
    """A line on which nobody has called yet."""
    with line.running(Path(shutil.copy(demo, tmp_path)), port) as started:
        yield started


OpenWindow = Callable[..., chromium.Window]


@pytest.fixture
def window(browser: Browser, address: str) -> Iterator[OpenWindow]:
    """Opens windows. Whatever a page complained about in one of them fails the test at its end."""
    opened = []

    def open_window(width: int = 1440, scheme: str = "light", path: str = "/phone/") -> chromium.Window:
        one = chromium.Window(browser, width=width, scheme=scheme)
        opened.append(one)
        one.page.goto(address + path)
        return one

    yield open_window
    for one in opened:
        one.require_clean()
        one.close()
