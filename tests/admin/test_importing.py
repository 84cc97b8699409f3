"""A file of people is uploaded, looked at and saved, by the worker."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from openpyxl import Workbook
from simple_history.models import HistoricalRecords

from participants import importing
from participants.models import Contact, Delivery, ImportRow, Invitation, Participant, PeopleImport
from participants.tables import people_of, read_table
from tests import cast
from tests.admin.page import FormReader

BOOK = "/admin/participants/participant/import/"
FILE = "Name;Mobile;E-Mail\r\nMia Kärr;202-555-0150;mia@example.com\r\nIvo Lund;(202) 555-0140;\r\n"
STATE = PeopleImport.State


def upload(browser, content: bytes | str, page: str = BOOK, **typed):
    fields = FormReader(browser.get(page).content.decode()).fields
    content = content.encode() if isinstance(content, str) else content
    return browser.post(page, fields | typed | {"file": SimpleUploadedFile("people.csv", content)})


def worked() -> PeopleImport:
    call_command("import_due", verbosity=0)
    return PeopleImport.objects.get()


def fates(imported: PeopleImport) -> dict[str, str]:
    return dict(imported.rows.values_list("name", "fate"))


def press(browser, imported: PeopleImport, page: str = BOOK, **typed):
    return browser.post(f"{page}?of={imported.uuid}", typed)


def xlsx(*rows: tuple) -> bytes:
    return workbook(("People", "visible", rows))


def workbook(*sheets: tuple) -> bytes:
    """Each as its title, its state and its rows."""
    book, out = Workbook(), BytesIO()
    book.remove(book.active)
    for title, state, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def test_a_file_is_read_shown_and_saved(organizer, harbour):
    answer = upload(organizer, FILE)
    waiting = organizer.get(answer["Location"]).content.decode()
    assert '<meta http-equiv="refresh" content="2">' in waiting
    imported = worked()
    assert (imported.state, imported.counts, bytes(imported.content)) == (STATE.SHOWN, {"new": 2}, b"")
    assert not Participant.objects.exists()
    shown = organizer.get(answer["Location"]).content.decode()
    assert "2 new" in shown
    assert "refresh" not in shown
    told = "gets another number or address is told of that at the ones they had"
    assert shown.index(told) < shown.index('name="save"')
    assert told in organizer.get(BOOK).content.decode()

    for _press in range(2):
        assert press(organizer, imported, save="1").status_code == 302
    imported = worked()
    assert (imported.state, imported.counts) == (STATE.DONE, {"new": 2})
    assert worked().state == STATE.DONE

    mia, ivo = Participant.objects.order_by("-name")
    assert (mia.name, ivo.name, mia.team) == ("Mia Kärr", "Ivo Lund", harbour)
    assert [str(line.number) for line in mia.lines.all()] == ["+12025550150"]
    assert [str(each) for each in mia.contacts.all()] == ["text message +12025550150", "e-mail mia@example.com"]
    assert not ImportRow.objects.exists()
    assert not Delivery.objects.exists()
    assert "2 people of the file are saved" in organizer.get(answer["Location"]).content.decode()


def test_onto_a_roster_with_roles(organizer, room, ana):
    page = f"/admin/participants/conference/{room.pk}/import/"
    upload(
        organizer,
        f"name,phone,role\nAna,{cast.ANA},moderator\nMia Kerr,+12025550150,Moderadora\nIvo,2025550140,\n",
        page,
    )
    press(organizer, worked(), page, save="1")
    worked()
    roles = dict(room.invitations.values_list("participant__name", "role"))
    assert roles == {"Ana": "participant", "Mia Kerr": "moderator", "Ivo": "participant"}


def test_the_preview_says_what_somebody_gets_and_who_is_on_the_roster_already(organizer, room, ana):
    page = f"/admin/participants/conference/{room.pk}/import/"
    upload(
        organizer, f"name,phone,mail,role\nAna,{cast.ANA},ana@example.com,moderator\nMia,2025550150,,listener\n", page
    )
    shown = organizer.get(f"{page}?of={worked().uuid}").content.decode()
    assert "<div>Ana, gets ana@example.com, is on the roster already and keeps their role</div>" in shown
    assert "Mia (listener)" in shown


def test_the_history_says_who_imported_them(organizer, harbourmaster, room):
    page = f"/admin/participants/conference/{room.pk}/import/"
    upload(organizer, "name,phone\nMia Kerr,+12025550150\n", page)
    press(organizer, worked(), page, save="1")
    worked()
    mia = Participant.objects.get(name="Mia Kerr")
    rows = (mia, mia.lines.get(), mia.contacts.get(), mia.invitations.get())
    assert [each.history.get().history_user for each in rows] == [harbourmaster] * 4
    assert getattr(HistoricalRecords.context, "request", None) is None  # and nobody else does what the worker does next


def test_each_row_has_its_fate(organizer, harbour):
    cast.person(harbour, "Ana", cast.ANA)
    cast.person(harbour, "Bo", cast.BO)
    upload(
        organizer,
        f"name,mobile,mail\nAna,{cast.ANA},\nBo,{cast.BO},bo@example.com\nMia,2025550150,\n"
        f"Bob,{cast.BO},\nIvo,12345,\nMia too,2025550150,\n",
    )
    imported = worked()
    assert fates(imported) == {
        "Ana": "same", "Bo": "changed", "Mia": "new", "Bob": "ask", "": "wrong", "Mia too": "wrong",
    }  # fmt: skip
    assert imported.rows.get(name="Mia too").why == "Line 4 has this person or number already."
    page = organizer.get(f"{BOOK}?of={imported.uuid}").content.decode()
    assert "12345 is no telephone number." in page
    assert "Who is Bob in line 5?" in page


def test_who_only_looks_alike_is_left_out_until_it_is_said_who_they_are(organizer, harbour):
    bo = cast.person(harbour, "Bo", cast.BO)
    for answer, people in (("", 1), ("new", 2)):
        upload(organizer, f"name,mobile\nBob,{cast.BO}\n")
        imported = worked()
        press(organizer, imported, keep="1", **{f"row-{imported.rows.get().pk}": answer})
        press(organizer, imported, save="1")
        assert worked().counts == ({"new": 1} if answer else {"out": 1})
        assert Participant.objects.count() == people
        PeopleImport.objects.all().delete()
    upload(organizer, "name,mobile\nBo,2025550177\n")
    imported = worked()
    press(organizer, imported, save="1", **{f"row-{imported.rows.get().pk}": str(bo.pk)})
    assert worked().counts == {"changed": 1}
    assert bo.lines.count() == 2


def test_a_book_that_changed_meanwhile_is_not_written_over(organizer, harbour):
    upload(organizer, FILE)
    imported = worked()
    cast.person(harbour, "Ivo", "+12025550140")
    press(organizer, imported, save="1")
    imported = worked()
    assert imported.counts == {"new": 1, "wrong": 1}
    assert imported.rows.get().why == "The address book has changed meanwhile. Import this row once more."
    assert Participant.objects.filter(name__startswith="Ivo").count() == 1


def test_the_button_pressed_twice_uploads_once(organizer, harbour):
    fields = FormReader(organizer.get(BOOK).content.decode()).fields
    places = {
        organizer.post(BOOK, fields | {"file": SimpleUploadedFile("people.csv", FILE.encode())})["Location"]
        for _press in range(2)
    }
    assert len(places) == PeopleImport.objects.count() == 1


def test_another_file_from_the_same_form_is_another_import(organizer, harbour):
    """As the back button of a browser brings the form back, with what made it one press."""
    fields = FormReader(organizer.get(BOOK).content.decode()).fields
    for content in (FILE, "Name;Mobile\r\nNell Zanzibar;202-555-0177\r\n"):
        organizer.post(BOOK, fields | {"file": SimpleUploadedFile("people.csv", content.encode())})
    call_command("import_due", verbosity=0)
    assert set(ImportRow.objects.values_list("name", flat=True)) == {"Mia Kärr", "Ivo Lund", "Nell Zanzibar"}
    assert PeopleImport.objects.count() == 2


def test_another_role_from_the_same_form_is_another_import(organizer, room):
    page = f"/admin/participants/conference/{room.pk}/import/"
    fields = FormReader(organizer.get(page).content.decode()).fields
    for role in Invitation.Role.values:
        organizer.post(page, fields | {"file": SimpleUploadedFile("people.csv", FILE.encode()), "role": role})
    assert set(PeopleImport.objects.values_list("role", flat=True)) == set(Invitation.Role.values)


@pytest.mark.parametrize(("button", "leads_to"), [({"go": "2"}, "&fate=&p=2"), ({"only": "ask"}, "&fate=ask")])
def test_whoever_turns_the_page_keeps_the_answers(organizer, harbour, button, leads_to):
    cast.person(harbour, "Bo", cast.BO)
    upload(organizer, f"name,mobile\nBob,{cast.BO}\n")
    imported = worked()
    row = imported.rows.get()
    answer = press(organizer, imported, **{f"row-{row.pk}": "out"}, **button)
    assert answer["Location"] == f"{BOOK}?of={imported.uuid}{leads_to}"
    row.refresh_from_db()
    assert row.answer == "out"


class WorkerKilled(BaseException):
    """Not an Exception: nothing in the application may catch it, as nothing catches kill -9."""


class Killer:
    """Kills the worker before the database has carried out its nth statement of this kind."""

    def __init__(self, kind: str, nth: int) -> None:
        self.kind, self.left = kind, nth

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(self.kind):
            self.left -= 1
            if self.left == 0:
                raise WorkerKilled
        return execute(sql, params, many, context)


def test_a_worker_that_dies_over_it_doubles_nobody(organizer, room):
    lines = "".join(f"Guest {n},20255501{n:02}\n" for n in range(50))
    page = f"/admin/participants/conference/{room.pk}/import/"
    upload(organizer, f"name,mobile\n{lines}", page)
    press(organizer, worked(), page, save="1")
    imported = PeopleImport.objects.get()
    batch = importing.SAVED_AT_ONCE
    deaths = [
        ('INSERT INTO "participants_callingline"', 10, 0),  # in the middle of a batch
        ('UPDATE "participants_importrow"', 2, batch),  # where all of a batch is written, and the rows do not say so
        ('UPDATE "participants_peopleimport"', 3, 2 * batch),  # right after a batch; the first is the claim
    ]
    for statement, nth, saved in deaths:
        with pytest.raises(WorkerKilled), connection.execute_wrapper(Killer(statement, nth)):
            importing.import_due()
        assert Participant.objects.count() == room.invitations.count() == saved
        assert imported.rows.exclude(saved_at=None).count() == saved
        assert importing.import_due() == 0  # its claim is fresh
        PeopleImport.objects.update(claimed_at=timezone.now() - timedelta(minutes=2))

    assert worked().counts == {"new": 50}
    assert Participant.objects.count() == Contact.objects.count() == room.invitations.count() == 50
    assert not imported.go_on(worked=1)  # whoever comes back has lost it


def test_whoever_takes_a_file_up_goes_on_as_if_nobody_had_died(organizer, harbour):
    """Rows that were left out have taken no number; rows that were saved have."""
    bo, cy = cast.person(harbour, "Bo", cast.BO), cast.person(harbour, "Cy", "+12025550171")
    lines = "".join(f"Guest {n},20255501{n:02},\n" for n in range(20, 18 + importing.SAVED_AT_ONCE))
    first = f"Bob,{cast.BO},new@example.com\nCyd,+12025550171,cy@example.com\n"
    upload(
        organizer,
        f"name,mobile,mail\n{first}{lines}Bo,{cast.BO},new@example.com\nCyril,+12025550171,cy@example.com\n",
    )
    imported = worked()
    rows = {row.name: row.pk for row in imported.rows.all()}
    press(organizer, imported, save="1", **{f"row-{rows[name]}": str(cy.pk) for name in ("Cyd", "Cyril")})
    with (
        pytest.raises(WorkerKilled),
        connection.execute_wrapper(Killer('UPDATE "participants_peopleimport"', 3)),  # right after the first batch
    ):
        importing.import_due()
    assert set(imported.rows.exclude(saved_at=None).values_list("name", flat=True)) >= {"Bob", "Cyd"}
    PeopleImport.objects.update(claimed_at=timezone.now() - timedelta(minutes=2))

    imported = worked()

    assert fates(imported) == {"Bob": "out", "Cyril": "wrong"}
    assert bo.contacts.filter(address="new@example.com").exists()
    assert cy.contacts.filter(address="cy@example.com").count() == 1


def test_two_of_one_name_in_one_file_are_asked_about_whichever_batch_they_are_in(organizer, harbour):
    lines = "".join(f"Guest {n},20255501{n:02}\n" for n in range(importing.SAVED_AT_ONCE))
    twins = "Mia,2025550150\n" + lines + "MIA,2025550151\nMia,2025550152\nMia,2025550150\n"
    upload(organizer, f"name,mobile\n{twins}")
    imported = worked()
    mias = {row.line: row for row in imported.rows.filter(name__iexact="mia")}
    assert [row.fate for row in mias.values()] == ["new", "ask", "ask", "wrong"]
    asking = list(mias.values())[1:3]
    page = organizer.get(f"{BOOK}?of={imported.uuid}").content.decode()
    assert page.count("Line 2 has this name too. If both are one person, write them in one line.") == 2
    assert f'name="row-{asking[0].pk}" value="new"' in page

    press(organizer, imported, save="1", **{f"row-{asking[0].pk}": "new"})

    assert worked().counts == {"new": importing.SAVED_AT_ONCE + 2, "out": 1, "wrong": 1}
    numbers = Participant.objects.filter(name__iexact="mia").order_by("pk").values_list("lines__number", flat=True)
    assert list(numbers) == ["+12025550150", "+12025550151"]


def test_it_is_of_its_team_alone(organizer, neighbour, auditor, harbour, secret):
    upload(organizer, f"name,mobile\nNell Zanzibar,{'+12025550130'}\n")
    imported = worked()
    assert fates(imported) == {"Nell Zanzibar": "new"}  # a number of another team is nobody's here
    assert "Nell" not in neighbour.get(f"{BOOK}?of={imported.uuid}").content.decode()
    press(neighbour, imported, save="1")
    press(neighbour, imported, forget="1")
    assert PeopleImport.objects.get().state == STATE.SHOWN
    assert auditor.get(f"{BOOK}?of={imported.uuid}").status_code == 403
    fields = FormReader(organizer.get(BOOK).content.decode()).fields
    foreign = fields | {"team": secret.team.pk, "file": SimpleUploadedFile("p.csv", FILE.encode())}
    assert organizer.post(BOOK, foreign).status_code == 200
    assert PeopleImport.objects.count() == 1


def test_it_is_forgotten(organizer, harbour):
    upload(organizer, FILE)
    PeopleImport.objects.update(made_at=timezone.now() - timedelta(days=3))
    call_command("forget_old", "--days", "90", verbosity=0)
    assert not PeopleImport.objects.exists()
    upload(organizer, FILE)
    press(organizer, worked(), forget="1")
    assert not PeopleImport.objects.exists()


@pytest.mark.parametrize(
    "content",
    [
        FILE.encode("utf-8-sig"),
        FILE.encode("cp1252"),
        FILE.replace(";", "\t").encode("utf-16"),
        ("sep=;\r\n" + FILE).encode(),
        FILE.replace(";", ",").encode(),
        xlsx(("Name", "Mobile", "E-Mail"), ("Mia Kärr", 2025550150, "mia@example.com"), ("Ivo Lund", "202.555.0140")),
    ],
)
def test_as_spreadsheets_write_it(content):
    people = [each.row for each in people_of(read_table(content), "US")]
    assert [(each.name, each.numbers, each.mails) for each in people] == [
        ("Mia Kärr", ("+12025550150",), ("mia@example.com",)),
        ("Ivo Lund", ("+12025550140",), ()),
    ]


def test_numbers_are_those_of_the_teams_country(organizer, harbour):
    harbour.region = "GB"
    harbour.save()
    upload(organizer, "name,phone\nMia,020 7946 0000\n")
    assert worked().rows.get().numbers == ["+442079460000"]


def test_a_formula_is_never_computed():
    content = xlsx(("name", "mobile"), ('=HYPERLINK("https://example.com")', "2025550150"))
    [person] = people_of(read_table(content), "US")
    assert person.row.wrong.startswith("There is a formula without a value.")


def read(content: bytes | str, region: str = "US") -> list:
    table = read_table(content.encode() if isinstance(content, str) else content)
    return [each.row for each in people_of(table, region)]


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("Members 2026\n\nName,Phone,Mail", "Ana Bell,{},{}"),  # a title above the headings
        ("First Name,Last Name,Phone 1 - Label,Phone 1 - Value,E-mail 1 - Value", "Ana,Bell,Mobile,{},{}"),  # Google's
        (
            "Name,Given Name,Family Name,Phone 1 - Value,E-mail 1 - Value",
            "Ana Bell,Ana,Bell,{},{}",
        ),  # and its older one
        ("Name;Vorname;Telefon;E-Mail", "Bell;Ana;{};{}"),  # a German "Name" beside the first one is the last one
        ("Name,Last name,Phone,Mail", "Ana,Bell,{},{}"),
        ("Name,First name,Last name,Phone,Mail", "The Bells,Ana,Bell,{},{}"),
        ("First Name,Last Name,E-mail Address,Business Phone", "Ana,Bell,{1},{0}"),  # Outlook's
        ("Vorname;Nachname;E-Mail-Adresse;Telefon (geschäftlich)", "Ana;Bell;{1};{0}"),
        ("name,team,calls from,gets codes at", 'Ana Bell,Harbour,\'{0},"text message {0}, e-mail {1}"'),  # our own
        ("name,phone,mail", '"=""Ana Bell""","=""{}""",{}'),  # as text, by Excel's trick
        ("name,phone,mail", "Ana Bell,mobile: {} (private),Ana Bell <{}>"),
        ("name,phone,mobile,mail", "Ana Bell,-,{},<mailto:{}>"),
    ],
)
def test_as_other_programs_and_people_write_it(headings, cells):
    [row] = read(f"{headings}\n{cells.format('+12025550101', 'ana@example.com')}\n")
    expected = ("Ana Bell", ("+12025550101",), ("ana@example.com",), "")
    assert (row.name, row.numbers, row.mails, row.wrong) == expected


def test_numbers_beside_each_other_in_a_cell():
    for cell in ("202-555-0101 202-555-0102", "202-555-0101 or 202-555-0102", "2025550101 ::: 2025550102"):
        assert read(f"name,phone\nAna Bell,{cell}\n")[0].numbers == ("+12025550101", "+12025550102"), cell
    assert read("name,phone\nAna Bell,202-555-0101 none\n")[0].wrong.startswith("202-555-0101 none is no telephone")


def test_our_own_list_of_people_is_read_back(organizer, harbour):
    """In another team's book, say."""
    person = cast.person(harbour, "Mia Kerr", "+12025550150")
    cast.mailbox(person, "mia@example.com")
    for kind in ("0", "1"):
        answer = organizer.post("/admin/participants/participant/export/", {"format": kind, "resource": ""})
        [row] = [row for row in read(answer.content) if row.name == "Mia Kerr"]
        assert (row.numbers, row.mails, row.wrong) == (("+12025550150",), ("mia@example.com",), "")


def test_a_hidden_row_is_not_taken_and_says_so():
    """A filter hides rows: nobody means to invite those whom they do not see."""
    book, out = Workbook(), BytesIO()
    for row in (("name", "mobile"), ("Mia Kerr", 2025550150), ("Ivo Lund", 2025550140), ("Jo Park", 2025550141)):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    book.save(out)
    rows = read(out.getvalue())
    assert [(row.line, row.name) for row in rows] == [(2, "Mia Kerr"), (3, ""), (4, "Jo Park")]
    assert rows[1].wrong == "This row is hidden in its sheet. If they are meant, show it there, and import it again."


def test_a_number_that_a_spreadsheet_has_shortened_is_nobodys():
    """4.9152E+11 in a CSV that was opened and saved as XLSX: seven digits of it are gone."""
    book, out = Workbook(), BytesIO()
    for row in (("name", "mobile"), ("Mia Kerr", 491520000000), ("Ivo Lund", 493023125000)):
        book.active.append(row)
        book.active.cell(book.active.max_row, 2).number_format = "0.00E+00"
    book.save(out)
    rows = read(out.getvalue(), "DE")
    assert [row.numbers for row in rows] == [(), ("+493023125000",)]
    assert "shortened a number" in rows[0].wrong


def test_a_language_may_be_called_as_it_calls_itself():
    table = read_table("name,mail,language\nMia,mia@example.com,Español\n".encode())
    assert [each.language for each in people_of(table, "US")] == ["es"]


def test_what_a_spreadsheet_holds_in_place_of_text_is_nobody():
    rows = [("#N/A", 2025550150), (True, 2025550151), ("Mia Kerr", "#REF!"), ("Ivo Lund", 2025550152)]
    people = [each.row for each in people_of(read_table(xlsx(("name", "mobile"), *rows)), "US")]
    assert [each.name for each in people] == ["", "", "", "Ivo Lund"]
    assert [re.findall(r"is (\S+) where a name", each.wrong) for each in people] == [["#N/A"], ["TRUE"], ["#REF!"], []]
    as_csv = "name,mobile\n#N/A,2025550150\nTRUE,2025550151\n12,2025550152\nTrue North,2025550153\n"
    people = [each.row for each in people_of(read_table(as_csv.encode()), "US")]
    assert [each.name for each in people] == ["", "", "", "True North"]
    assert [each.wrong for each in people][:3] == [f"{text} is no name." for text in ("#N/A", "TRUE", "12")]


def test_the_first_sheet_that_can_be_seen_is_read(organizer, harbour):
    heading, mia, ivo = ("name", "mobile"), ("Mia Kerr", 2025550150), ("Ivo Lund", 2025550140)
    old = ("Old", "hidden", [heading, ivo])
    table = read_table(workbook(old, ("Empty", "visible", []), ("Members", "visible", [heading, mia])))
    assert ([cells[0] for _line, cells in table.rows], table.sheet) == (["Mia Kerr"], "")

    answer = upload(
        organizer, workbook(old, ("Members", "visible", [heading, mia]), ("Guests", "visible", [heading, ivo]))
    )
    assert fates(worked()) == {"Mia Kerr": "new"}
    page = organizer.get(answer["Location"]).content.decode()
    assert "Read from the sheet “Members” alone" in page
    with pytest.raises(ValidationError, match="nobody in this file"):
        read_table(workbook(old, ("Empty", "visible", [])))


def bomb() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (61 * 2**20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "There is nobody in this file."),
        (b"name,mail\n,\n", "There is nobody in this file."),
        (b"\xff\xd8\x81\x00", "neither a CSV nor an XLSX"),
        ("Name;Handy\nJürgen Groß;+12025550161\n".encode("cp850"), "letters of this file cannot be read"),
        (b"Name,Full name,Mobile\nAna,Bo,+12025550161\n", "Several columns have the name: Name, Full name"),
        (b"\xd0\xcf\x11\xe0....", "an old Excel file"),
        (b"PK\x03\x04nonsense", "damaged"),
        (b'name,mail\n"Ana', "damaged"),
        (b"Ana,2025550101\n", "must have headings"),
        (b"name,mail\n" + b"a,a@example.com\n" * 5001, "more than 5000 lines"),
        (bomb(), "too large"),
    ],
)
def test_what_cannot_be_read_is_said(content, words):
    with pytest.raises(ValidationError, match=words):
        read_table(content)


def test_a_file_that_cannot_be_read_is_told_on_the_page(organizer, harbour):
    answer = upload(organizer, "Ana,2025550101\n")
    assert worked().state == STATE.FAILED
    assert "must have headings" in organizer.get(answer["Location"]).content.decode()
    assert Invitation.objects.count() == 0


GUESSED = "does not say by which code page its letters were written"


def test_letters_that_were_guessed_are_pointed_out(organizer, harbour):
    """Eastern European Excel: read as of the West, Łukasz begins with a pound."""
    shown = upload(organizer, "Name;Mobile\nŁukasz Dvořák;+12025550161\n".encode("cp1250"))["Location"]
    imported = worked()
    assert fates(imported) == {"£ukasz Dvoøák": "new"}
    assert GUESSED in organizer.get(shown).content.decode()
    press(organizer, imported, save="1")
    worked()
    assert GUESSED not in organizer.get(shown).content.decode()
    press(organizer, imported, forget="1")

    for known in (FILE.encode(), FILE.encode("utf-8-sig"), FILE.encode("utf-16"), b"name,mobile\nAna,+12025550101\n"):
        shown = upload(organizer, known)["Location"]
        imported = worked()
        assert GUESSED not in organizer.get(shown).content.decode()
        imported.delete()


@pytest.mark.parametrize(
    ("known_as", "written"), [("Lucía Prado", "Lucia Prado"), ("Ana-Maria Bell", "Ana Maria  Bell")]
)
def test_a_name_that_differs_by_accents_or_spaces_alone_is_asked_about(organizer, harbour, known_as, written):
    lucia = cast.person(harbour, known_as, "+12025550112")
    shown = upload(organizer, f"name,mobile\n{written},+12025550185\n")["Location"]
    [row] = worked().rows.all()
    assert row.fate == "ask"
    page = organizer.get(shown).content.decode()
    assert f'name="row-{row.pk}" value="{lucia.pk}"> {known_as}, +12025550112</label>' in page

    Participant.objects.all().delete()
    PeopleImport.objects.all().delete()
    upload(organizer, f"name,mobile\n{known_as},+12025550112\n{written},+12025550185\n")
    rows = list(worked().rows.values_list("fate", "why"))
    assert rows[0] == ("new", "")
    assert rows[1][0] == "ask"
    assert rows[1][1].startswith("Line 2 has a name like this.")


def test_a_file_that_is_forgotten_meanwhile_says_so_and_asks_for_nothing(organizer, harbour):
    """In another window, or by the night."""
    shown = upload(organizer, FILE)["Location"]
    imported = worked()
    imported.delete()
    for ask, typed in ((organizer.post, {"save": "1"}), (organizer.post, {"forget": "1"}), (organizer.get, {})):
        answer = ask(shown, typed)
        assert (answer.status_code, answer["Location"]) == (302, BOOK)
        page = organizer.get(BOOK).content.decode()
        assert "This file is not here any more" in page
        assert "This field is required" not in page


def test_a_row_that_cannot_be_read_is_shown_as_it_is_written_and_its_line_once(organizer, harbour):
    shown = upload(organizer, "name,mobile\nAna Bell,12\n")["Location"]
    worked()
    assert "<td>Ana Bell | 12</td>" in organizer.get(shown).content.decode()
