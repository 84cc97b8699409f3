"""Lists as files: what the page shows to this user, and nothing that a spreadsheet would run."""

import csv
import io

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import TextField, Value
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import Conference, Participant, Team
from tests import cast
from tests.admin.conftest import login
from tests.admin.page import FormReader
from tests.admin.walk import assert_nothing_foreign

XLSX, CSV = "0", "1"
LISTS = {
    "participants/conference": "Board meeting",
    "participants/participant": "Ana",
    "participants/invitation": "Ana",
    "verification/attempt": "Ana",
    "verification/call": "CAharbour",
}


def exported(browser: Client, page: str, query: str = "", kind: str = CSV) -> list[list[str]]:
    """The rows of the file, its head first."""
    answer = browser.post(f"/admin/{page}/export/{query}", {"format": kind, "resource": "0"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    if kind == CSV:
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert {cell.data_type for row in sheet.rows for cell in row} <= {"s", "inlineStr", "n"}, "a formula"
    return [["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.rows]


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("page", "word"), LISTS.items())
@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_a_file_has_what_the_list_shows_and_nothing_of_another_team(
    organizer, auditor, chair, neighbour, administrator, page, word, kind
):
    ours = exported(organizer, page, kind=kind)
    assert word in str(ours)
    for browser in (auditor, chair):
        assert exported(browser, page, kind=kind) == ours
    assert_nothing_foreign(str(ours), page)
    assert "anzibar" in str(exported(neighbour, page, kind=kind))
    everything = str(exported(administrator, page, kind=kind))
    assert word in everything
    assert "anzibar" in everything


def test_the_lists_of_a_team_are_told_in_full(organizer, harbour, room, ana, bo):
    assert exported(organizer, "participants/participant", kind=XLSX) == [
        ["name", "team", "calls from", "gets codes at"],
        ["Ana", "Harbour", cast.ANA, f"text message {cast.ANA}"],
        ["Bo", "Harbour", cast.BO, f"text message {cast.BO}"],
    ]
    numbers = {each.participant.name: each.roster_number for each in room.invitations.all()}
    assert exported(organizer, "participants/invitation", kind=XLSX) == [
        ["conference", "name", "role", "roster number", "calls from", "gets codes at"],
        ["Board meeting", "Bo", "moderator", numbers["Bo"], cast.BO, f"text message {cast.BO}"],
        ["Board meeting", "Ana", "participant", numbers["Ana"], cast.ANA, f"text message {cast.ANA}"],
    ]
    [head, row] = exported(organizer, "participants/conference", kind=XLSX)
    told = dict(zip(head, row, strict=True))
    assert (told["title"], told["moderators"], told["others on the roster"]) == ("Board meeting", "Bo", "Ana")
    assert (told["starts at"], told["time zone"]) == (f"{room.starts_at:%Y-%m-%d %H:%M}", "UTC")


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize("page", ["verification/attempt", "verification/call"])
def test_numbers_of_the_log_are_masked_in_the_file_as_on_the_page(organizer, auditor, administrator, page):
    for browser in (organizer, auditor):
        assert cast.ANA not in str(exported(browser, page))
        assert "…0101" in str(exported(browser, page))
    assert cast.ANA in str(exported(administrator, page))


def test_the_filter_and_the_search_of_the_list_hold_for_the_file(organizer, harbour, room, ana, bo):
    cast.person(harbour, "Gus", texts=None)

    def names(query: str) -> list[str]:
        return [row[0] for row in exported(organizer, "participants/participant", query)[1:]]

    assert names("") == ["Ana", "Bo", "Gus"]
    assert names("?contact=no") == ["Gus"]
    assert names("?q=202+555+0102") == ["Bo"]
    assert exported(organizer, "participants/conference", "?when=past")[1:] == []
    assert "1 row:" in organizer.get("/admin/participants/participant/export/?q=Bo").content.decode()


def stored_before(team: Team, name: str) -> None:
    """A person whose name was stored when names were not made plain yet."""
    cast.person(team, "Ana")
    Participant.objects.update(name=Value(name, output_field=TextField()))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_no_cell_is_taken_for_a_formula(organizer, harbour, first, kind):
    word = f'{first}HYPERLINK("https://evil.example.com")'
    stored_before(harbour, word)
    Conference.objects.create(team=harbour, title=word, starts_at=cast.timezone.now())

    for page in ("participants/participant", "participants/conference"):
        assert exported(organizer, page, kind=kind)[1][0].replace("\r\n", "\r") in (
            f"'{word}",
            f"'{word}".replace("\r", "\n"),
        )


def test_numbers_stay_readable(organizer, harbour):
    cast.person(harbour, "Ana", cast.ANA, cast.BO, texts=None)

    assert exported(organizer, "participants/participant", kind=CSV)[1][2] == f"'{cast.ANA}, {cast.BO}"
    assert exported(organizer, "participants/participant", kind=XLSX)[1][2] == f"{cast.ANA}, {cast.BO}"


def test_a_control_character_does_not_spoil_the_file(organizer, harbour):
    stored_before(harbour, "Ana\x07")

    assert exported(organizer, "participants/participant", kind=XLSX)[1][0] == "Ana�"


@pytest.mark.usefixtures("both")
def test_a_filter_that_makes_no_sense_leads_back_to_the_list(organizer, secret):
    for page in LISTS:
        answer = organizer.get(f"/admin/{page}/export/?nonsense=1")
        assert (answer.status_code, answer.headers.get("Location")) in ((302, "../?e=1"), (400, None)), page
    guess = "?occurrence__conference__team__members__password__startswith=a"
    assert organizer.post(f"/admin/verification/attempt/export/{guess}", {"format": CSV}).status_code == 400


@pytest.mark.usefixtures("both")
def test_whoever_may_not_see_a_list_gets_no_file_and_no_link(nobody, organizers):
    staff = login(User.objects.create_user("clerk", is_staff=True))
    for page in LISTS:
        for answer in (staff.get(f"/admin/{page}/export/"), staff.post(f"/admin/{page}/export/", {"format": CSV})):
            assert answer.status_code == 403
        answer = nobody.post(f"/admin/{page}/export/", {"format": CSV})
        assert answer.url.startswith("/admin/login/")


@pytest.mark.usefixtures("both")
def test_the_list_leads_to_its_file_and_keeps_the_filter(auditor):
    for page in LISTS:
        body = auditor.get(f"/admin/{page}/?q=Ana").content.decode()
        assert f'href="/admin/{page}/export/?q=Ana"' in body, page


@pytest.mark.usefixtures("both")
def test_the_page_needs_nothing_inline(organizer):
    body = organizer.get("/admin/participants/participant/export/").content.decode()

    assert FormReader(body).names >= {"format", "resource", "csrfmiddlewaretoken"}
    form = body[body.index('id="export_form"') :]
    assert "style=" not in form
    assert "onchange" not in form
    assert "<script" not in form


def test_a_stray_row_names_nobody_of_another_team(organizer, room, ana, secret):
    cast.invite(room, Participant.objects.get(name="Nell Zanzibar"))

    for page in ("participants/conference", "participants/invitation"):
        assert_nothing_foreign(str(exported(organizer, page)), page)


def test_a_long_list_costs_no_more_queries(organizer, harbour, room, ana, django_assert_num_queries):
    for page in ("participants/participant", "participants/conference", "participants/invitation"):
        with CaptureQueriesContext(connection) as few:
            exported(organizer, page)
        for n in range(10):
            cast.invite(room, cast.person(harbour, f"{page} {n}", "+12025550107"))
        with django_assert_num_queries(len(few)):
            exported(organizer, page)
