"""Lists as people paste them: what is made of each line, and what is said of lines that nothing can be made of."""

import pytest

from participants.numbers import read_numbers
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


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Ana Bell 2025550101 ana@example.com moderator", "moderator"),
        ("Ana Bell, Moderadora, 2025550101, ana@example.com", "moderator"),
        ("Ana Bell participante 2025550101 ana@example.com.", "participant"),
        ("Ana Bell (oyente) <ana@example.com> 2025550101", "listener"),
        ("Ana Bell, listener <ana@example.com> 2025550101", "listener"),
        ("Ana Bell\t2025550101\tana@example.com\tModérateur", "moderator"),
    ],
)
def test_a_role_in_a_line_is_no_part_of_the_name(text, role):
    row = read_line(1, text, "US")
    assert (row.name, row.numbers, row.mails, row.role, row.wrong) == (*ANA, role, "")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Ana 202 555 0101 / 202 555 0102", ("+12025550101", "+12025550102")),
        ("Ana (202) 555-0101/+1 202 555 0102", ("+12025550101", "+12025550102")),
        ("Ana +1 202 555 0101 / +1 202 555 0102", ("+12025550101", "+12025550102")),
        ("Ana 030 / 123456", ("+4930123456",)),
    ],
)
def test_numbers_between_slashes(text, numbers):
    row = read_line(1, text, "DE" if "030" in text else "US")
    assert (row.name, row.numbers) == ("Ana", numbers), row
    if "+" not in text:
        assert read_numbers(text.removeprefix("Ana "), "DE" if "030" in text else "US") == [*numbers]


def test_names_are_kept_as_they_are():
    assert read_line(1, "Bell, Ana <ana@example.com> 2025550101", "US").name == "Bell, Ana"
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
        ("Ana Bell, moderator, 202-555-0101, listener", "Which of these is the role: moderator / listener?"),
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


@pytest.mark.parametrize(
    "heading", ["Nombre;Teléfono", "Name;Mobil;E-Mail;Rolle", "NOM,TELEFONO 1:", "Name\tFirma\tTel."]
)
def test_headings_are_known_as_those_of_files_are(heading):
    assert [row.name for row in read_list(f"{heading}\nAna Bell;2025550101", "US")] == ["Ana Bell"]


def test_the_recipients_of_a_mail_are_in_one_line():
    rows = read_list("Ana Bell <ana@example.com>; Bo Cole <bo@example.com>, Cy <cy@example.com>", "US")
    assert [(row.name, row.mails) for row in rows] == [
        ("Ana Bell", ("ana@example.com",)),
        ("Bo Cole", ("bo@example.com",)),
        ("Cy", ("cy@example.com",)),
    ]
