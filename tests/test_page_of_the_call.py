"""The limits and the errors in docs/call-flow.md are those of the code, in both directions."""

from docs import errors, limits
from docs.words import PAGE


def test_the_limits_in_the_page_are_those_of_the_code():
    assert limits.problems() == []


def test_the_errors_in_the_page_are_those_of_the_code():
    assert errors.problems() == []


def test_a_limit_that_the_page_does_not_have_and_one_that_is_gone_are_named():
    known = {*limits.in_windows(), *limits.of_the_settings()}
    found = limits.forgotten(known - {"sends_per_line"} | {"sends_per_moon"})
    assert [each.rpartition(" ")[2] for each in found] == ["sends_per_line", "sends_per_moon"]


def test_an_old_number_in_the_page_is_found():
    mark = limits.MARK
    assert mark.problems(limits.table().replace("| 3 |", "| 4 |")) == ["docs/call-flow.md is out of date: the limits"]
    assert mark.problems(limits.table()) == []


def test_every_answer_that_the_line_knows_stands_in_one_row():
    said = [each for row in errors.answers().values() for each in row]
    for asked in errors.ASKED.values():
        known = {str(code) for code in asked.known if code > 1000}
        assert known <= {each.partition(" ")[0] for each in said}


def test_only_what_stands_between_the_marks_is_written():
    before = PAGE.read_text()
    written = errors.MARK.page("Nothing goes wrong.\n")
    assert "Nothing goes wrong." in written
    assert "## The room" in written
    assert PAGE.read_text() == before
