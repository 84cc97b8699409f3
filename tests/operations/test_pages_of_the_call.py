"""What docs/security.md and docs/call-flow.md say of the code is in the code."""

import re
from importlib import import_module
from pathlib import Path

from django.conf import settings

from verification import flow

SECURITY = (settings.BASE_DIR / "docs" / "security.md").read_text()
CALL_FLOW = (settings.BASE_DIR / "docs" / "call-flow.md").read_text()
ACTORS = (
    *("Spoofer", "Guesser", "Pumper", "Organizer of another team"),
    *("Insider", "Thief of a phone", "Taker-over of a contact", "Replayer"),
    "Texter in another's name",
)


def test_each_test_that_the_page_of_security_names_is_there():
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", SECURITY)
    assert len([test for _file, test in named if test]) > 20
    for file, test in named:
        assert (settings.BASE_DIR / file).is_file(), file
        assert not test or hasattr(import_module(file.removesuffix(".py").replace("/", ".")), test), test


def test_each_actor_has_a_row_with_what_stops_them_what_shows_it_and_what_is_not_stopped():
    rows = [row.strip("|").split(" | ") for row in re.findall(r"^\| \*\*.*$", SECURITY, re.MULTILINE)]
    assert [re.search(r"\*\*(.+?)\*\*", who)[1] for who, *_rest in rows] == list(ACTORS)
    for _who, stops, shown_by, not_stopped in rows:
        assert "`tests/" in shown_by
        assert stops.strip()
        assert not_stopped.strip()


def test_each_step_of_a_call_is_in_both_drawings():
    page, _words, _rest = CALL_FLOW.partition("## Words")
    for drawing in (page, flow.__doc__):
        assert set(flow.STEPS) - set(re.findall(r"\w+", drawing)) == set()


def test_the_page_of_the_call_is_where_its_code_says():
    assert Path(flow.__file__) == settings.BASE_DIR / "verification" / "flow.py"
    assert "verification/flow.py" in CALL_FLOW
