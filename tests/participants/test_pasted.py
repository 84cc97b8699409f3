"""Lists as people paste them: what is made of each line, and what is said of lines that nothing can be made of."""

import pytest

from participants.lists import read_list
from participants.numbers import read_numbers
from participants.pasted import read_line

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
        "Ana Bell – 202\u2011555\u20110101 – ana@example.com",  # Word's hyphen that does not break
        "Ana Bell 202\u202f555\u20090101. ana@example.com.",
        "Ana Bell \uff0b1 202 555 0101 ana@example.com",
        "Ana Bell (m) 202-555-0101 [mailto:ana@example.com]",
        "Ana Bell: M: 202-555-0101, E: ana@example.com",
        "Ana Bell Tel. 202-555-0101 Fax 202-555-0177 E-Mail ana@example.com",
        "Ana Bell, Handy 202-555-0101 (privat), ana@example.com",
        "Ana Bell móvil: 202-555-0101 correo: ana@example.com",
        "Ana Bell mobile no. 202-555-0101 or ana@example.com",
        "\u25cf Ana Bell 202-555-0101 ana@example.com",
        "\u00b7\tAna Bell 202-555-0101 ana@example.com",
        "o\tAna Bell 202-555-0101 ana@example.com",
        "12\tAna\tBell\t202-555-0101\tana@example.com",
        "\u2705 ~Ana Bell 202-555-0101 ana@example.com",
        "*Ana Bell* 202-555-0101 ana@example.com",
        "[17:03, 4.3.2025] Ana Bell: 202-555-0101 ana@example.com",
        "17/03/2025, 14:05 - Ana Bell: 202-555-0101 ana@example.com",
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
        ("Ana 202-555-0101 202-555-0102", ("+12025550101", "+12025550102")),
        ("Ana (202) 555-0101 (202) 555-0102", ("+12025550101", "+12025550102")),
        ("Ana 030 23125000 0152 28895456", ("+493023125000", "+4915228895456")),
    ],
)
def test_numbers_beside_each_other(text, numbers):
    row = read_line(1, text, "DE" if "030" in text else "US")
    assert (row.name, row.numbers) == ("Ana", numbers), row
    if "+" not in text:
        assert read_numbers(text.removeprefix("Ana "), "DE" if "030" in text else "US") == [*numbers]


def test_names_are_kept_as_they_are():
    assert read_line(1, "Bell, Ana <ana@example.com> 2025550101", "US").name == "Bell, Ana"
    assert read_line(1, '"Bell, Ana" <ana@example.com>', "US").name == "Bell, Ana"
    assert read_line(1, "Bell, Ana (Finance) <ana@example.com>", "US").name == "Bell, Ana (Finance)"
    assert read_line(1, "John Handy 202-555-0101", "US").name == "John Handy"
    assert read_line(1, "Ana B. 202-555-0101", "US").name == "Ana B."
    assert read_line(1, "Ana & Bo Cole 202-555-0101", "US").name == "Ana & Bo Cole"
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
        ("Ana Bell, 02/03/1985, 202-555-0101", "02/03/1985 is a date"),
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


def test_a_date_is_no_number():
    """As digits this one is somebody's number in Hamburg."""
    row = read_line(1, "Jo Groß\t04.03.1985\t030 23125000", "DE")
    assert (row.wrong, row.numbers) == ("04.03.1985 is a date, and no number. Take it out.", ())
    assert read_line(1, "Zoé 01.02.20.00.30", "FR").numbers == ("+33102200030",)


def test_a_number_whose_plus_was_lost_is_nobody_elses():
    """By a spreadsheet. Without it, these digits are those of a town, too: 0491 is Leer, 046 is Lund."""
    for text, region, either in (
        ("4915190616297", "DE", "+49 1519 0616297 or 0491 5190616297"),
        ("468126952", "SE", "+46 8 12 69 52 or 046-812 69 52"),
    ):
        row = read_line(1, f"Jo {text}", region)
        assert row.wrong == f"{text} may be two numbers. Write {either}.", row
    assert read_line(1, "Jo 12025550101", "US").numbers == ("+12025550101",)
    assert read_line(1, "Jo 442079460018", "GB").numbers == ("+442079460018",)
    assert read_line(1, "Jo 0491 5190616297", "DE").numbers == ("+494915190616297",)


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


def test_addresses_alone_are_recipients_too():
    rows = read_list("To: ana@example.com; Bo Cole <bo@example.com>\nana@example.com, bo@example.com;\n", "US")
    assert [(row.line, row.name, row.mails) for row in rows] == [
        (1, "", ("ana@example.com",)),
        (1, "Bo Cole", ("bo@example.com",)),
        (2, "", ("ana@example.com",)),
        (2, "", ("bo@example.com",)),
    ]


def test_rules_between_the_lines_are_nobody():
    assert [row.name for row in read_list("-----\nAna Bell 202-555-0101\n* * *\n", "US")] == ["Ana Bell"]


TABLE = "Nachname\tVorname\tGeburtsdatum\tMobil\tPrivat\tOrt\tRolle"


def test_under_headings_a_line_is_read_by_its_columns():
    rows = read_list(f"{TABLE}\nGroß\tJo\t04.03.1985\t0152 28895456\t030 23125000\tKöln\tModerator\n", "DE")
    assert [(row.line, row.name, row.numbers, row.role) for row in rows] == [
        (2, "Jo Groß", ("+4915228895456", "+493023125000"), "moderator")
    ]
    [row] = read_list('Name, Phone, Town\n"Bell, Ana", 202-555-0101, "Springfield, IL"', "US")
    assert (row.name, row.numbers) == ("Bell, Ana", ("+12025550101",))


def test_under_headings_too_it_is_said_what_is_wrong():
    rows = read_list(f"{TABLE}\nGroß\tJo\t\t123\nAna Bell 030 23125000\n\t\t\t\t", "DE")
    assert [(row.line, row.name) for row in rows] == [(2, ""), (3, "Ana Bell")]
    assert rows[0].wrong.startswith("123 is no telephone number")
    assert rows[0].text == "Groß\tJo\t\t123"
