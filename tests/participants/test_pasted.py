"""Lists as people paste them: what is made of each line, and what is said of lines that nothing can be made of."""

import pytest

from participants.pasted import read_line, read_list

ANA = ("Ana Bell", ("+12025550101",), ("ana@example.com",))


@pytest.mark.parametrize(
    "text",
    [
        "Ana Bell, 202-555-0101, ana@example.com",
        "Ana Bell\t(202) 555-0101\tANA@example.com",
        "Ana\tBell\t202 555 0101\tana@example.com",
        "ana@example.com; Ana Bell; +1 202 555 0101",
        "Ana Bell <ana@example.com> 202.555.0101",
        '"Ana Bell" <ana@example.com>, 001 202 555 0101',
        "- Ana Bell (202-555-0101) mailto:ana@example.com",
        "3. Ana Bell | Tel.: 2025550101 | E-mail: ana@example.com.",
        "Ana Bell 202\u00a0555\u00a00101, 202-555-0101 ana@example.com",
    ],
)
def test_a_line_is_read_however_it_is_written(text):
    row = read_line(1, text, "US")
    assert (row.name, row.numbers, row.mails, row.wrong) == (*ANA, "")


def test_names_are_kept_as_they_are():
    assert read_line(1, '"Bell, Ana" <ana@example.com>', "US").name == "Bell, Ana"
    assert read_line(1, "Zoë O'Neill-Åberg, zoe@example.com", "US").name == "Zoë O'Neill-Åberg"


def test_numbers_are_read_as_in_the_country():
    assert read_line(1, "Jo 020 7946 0018", "GB").numbers == ("+442079460018",)
    assert read_line(1, "Jo 0044 20 7946 0018", "US").numbers == ("+442079460018",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Ana Bell, 202-555-01", "202-555-01 is no telephone number"),
        ("Ana Bell, 1.20256E+10", "shortened a number"),
        ("Ana Bell, 202-555-0101 ext. 5", "extension"),
        ("Ana Bell, 442079460018", "write +44 20 7946 0018"),
        ("Ana Bell, ana@example", "ana@example is no mail address"),
        ("Ana Bell, Treasurer, 202-555-0101", "Which of these is the name: Ana Bell / Treasurer?"),
        ("Ana 12, ana@example.com", "Ana 12 is neither a name nor a telephone number"),
        ("A" * 101 + ", ana@example.com", "longer than 100 characters"),
    ],
)
def test_what_is_wrong_is_said(text, says):
    row = read_line(1, text, "US")
    assert says in row.wrong, row
    assert (row.name, row.numbers, row.mails) == ("", (), ())


def test_headings_and_empty_lines_are_nobody():
    rows = read_list("Name\tPhone\tE-mail\r\n\r\nAna Bell\t202-555-0101\r\n", "US")
    assert [(row.line, row.name) for row in rows] == [(3, "Ana Bell")]


def test_the_recipients_of_a_mail_are_in_one_line():
    rows = read_list("Ana Bell <ana@example.com>; Bo Cole <bo@example.com>, Cy <cy@example.com>", "US")
    assert [(row.name, row.mails) for row in rows] == [
        ("Ana Bell", ("ana@example.com",)),
        ("Bo Cole", ("bo@example.com",)),
        ("Cy", ("cy@example.com",)),
    ]
