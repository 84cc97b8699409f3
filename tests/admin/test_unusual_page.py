"""The page "Unusual calls", and the warning on the home page: for administrators alone."""

import pytest

from tests import cast
from tests.calls.test_unusual import guess_codes, guess_passcodes, open_choir, try_roster_numbers
from verification.alarms import alarms_for
from verification.unusual import CODES, PASSCODES, ROSTER_NUMBERS, UNKNOWN

pytestmark = pytest.mark.django_db

PAGE = "/admin/verification/call/unusual/"


def test_it_shows_who_it_is_with_ways_on(ana, harbour, administrator, settings):
    settings.UNUSUAL_WRONG_CODES = 4
    settings.UNUSUAL_WRONG_PASSCODES = 4
    try_roster_numbers(2)
    guess_codes(2)
    guess_passcodes(*open_choir(harbour), calls=2)
    guess_passcodes(*open_choir(harbour), calls=1, wrong_ones=1)
    page = administrator.get(PAGE)
    parts = page.context["parts"]
    assert [(part["kind"], len(part["rows"])) for part in parts] == [
        (ROSTER_NUMBERS, 1),
        (CODES, 1),
        (PASSCODES, 1),
        (UNKNOWN, 0),
    ]
    ((_finding, whose, log, block),) = parts[2]["rows"]
    assert (whose, block) == ("Choir", "")
    assert administrator.get(log).context["cl"].result_count == 6
    body = page.content.decode()
    assert cast.STRANGER in body
    assert cast.ANA in body
    assert "Nothing." in body


def test_its_links_lead_to_the_calls_and_to_a_block_that_is_filled_in(ana, administrator):
    try_roster_numbers(2)
    ((_finding, whose, log, block),) = administrator.get(PAGE).context["parts"][0]["rows"]
    assert whose == cast.STRANGER
    assert administrator.get(log).context["cl"].result_count == 2
    form = administrator.get(block).context["adminform"].form
    assert (form.initial["kind"], form.initial["number"]) == ("number", cast.STRANGER)


def test_without_anything_unusual_it_says_so(ana, administrator):
    page = administrator.get(PAGE)
    assert all(part["rows"] == [] for part in page.context["parts"])
    assert "Unusual calls:" not in administrator.get("/admin/").content.decode()


def test_the_home_page_warns_and_leads_there(ana, administrator):
    try_roster_numbers(2)
    page = administrator.get("/admin/").content.decode()
    assert "Unusual calls: somebody may be guessing." in page
    assert f'href="{PAGE}"' in page


@pytest.mark.parametrize("who", ["organizer", "chair", "auditor", "neighbour"])
def test_it_is_shown_to_nobody_else(ana, request, who):
    """A number that tries everybody's roster numbers belongs to no team."""
    browser = request.getfixturevalue(who)
    try_roster_numbers(2)
    answer = browser.get(PAGE)
    assert (answer.status_code, cast.STRANGER in answer.content.decode()) == (403, False)
    assert "Unusual calls:" not in browser.get("/admin/").content.decode()


def test_who_may_not_see_it_costs_only_the_queries_of_their_teams(harbourmaster, django_assert_num_queries):
    with django_assert_num_queries(3):
        assert alarms_for(harbourmaster) == []
