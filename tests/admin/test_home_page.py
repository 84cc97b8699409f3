"""The first page: what is on, what comes, what needs attention, and what to do first."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from participants.models import Conference, Delivery, Grade, Invitation, Team
from tests import cast
from tests.admin.conftest import login, make_organizer
from verification.models import Admission

MODERATOR = Invitation.Role.MODERATOR
HOME = "/admin/"


def overview_of(browser):
    return browser.get(HOME).context["overview"]


def titles(dates) -> list[str]:
    return [date.conference.title for date in dates]


def run_by(team: Team, title: str, number: str, starts: timedelta, **fields) -> Conference:
    """A conference that lacks nothing."""
    conference = cast.conference(team, title, timezone.now() + starts, **fields)
    cast.invite(conference, cast.person(team, f"Host of {title}", number), role=MODERATOR)
    return conference


def test_what_is_on_now_and_what_comes_within_a_week(organizer, harbour, secret):
    run_by(harbour, "Now", "+12025550161", -timedelta(minutes=5))
    run_by(harbour, "Soon", "+12025550162", timedelta(days=3))
    run_by(harbour, "Late", "+12025550163", timedelta(days=9))
    run_by(harbour, "Past", "+12025550164", -timedelta(days=2))
    run_by(harbour, "Off", "+12025550165", timedelta(days=2), status="cancelled")
    run_by(harbour, "Sketch", "+12025550166", timedelta(days=2), status="draft")

    overview = overview_of(organizer)

    assert (titles(overview.now), titles(overview.today), titles(overview.week)) == (["Now"], [], ["Soon"])
    assert overview.troubled == []
    assert "anzibar" not in organizer.get(HOME).content.decode()


def test_today_is_the_day_of_the_conferences_own_zone(organizer, harbour):
    """Wherever it is noon now, tonight is today; where the day is about to end, it is not."""
    now = timezone.now()
    west = f"Etc/GMT{now.hour - 12:+d}" if now.hour != 12 else "Etc/GMT"
    run_by(harbour, "Tonight", "+12025550161", timedelta(hours=8), time_zone=west)
    run_by(harbour, "Tomorrow", "+12025550162", timedelta(hours=20), time_zone=west)

    overview = overview_of(organizer)

    assert (titles(overview.today), titles(overview.week)) == (["Tonight"], ["Tomorrow"])


def test_who_is_in_the_room_is_counted(organizer, ours):
    assert overview_of(organizer).now[0].who == "2 people"

    Admission.objects.update(entered_at=timezone.now())

    assert overview_of(organizer).now[0].who == "1 of 2 in the room"
    list_page = organizer.get("/admin/participants/conference/?state=live")
    assert titles_of_list(list_page) == [ours.title]
    assert 'class="state state-live"' in list_page.content.decode()


def titles_of_list(page) -> list[str]:
    return [row.title for row in page.context["cl"].result_list]


def test_what_needs_attention_is_said_in_sentences(organizer, harbour):
    tomorrow = timezone.now() + timedelta(days=1)
    cast.conference(harbour, "Empty", tomorrow)
    crowd = cast.conference(harbour, "Crowd", tomorrow + timedelta(hours=1), seats=2)
    for n in range(3):
        cast.invite(crowd, cast.person(harbour, f"Guest {n}", f"+1202555016{n}", texts=None if n else "+12025550160"))
    free = cast.conference(harbour, "Free", tomorrow + timedelta(hours=2), starts_with="anyone")
    cast.invite(free, cast.person(harbour, "Ana", cast.ANA))

    vault = cast.conference(
        harbour, "Vault", tomorrow + timedelta(hours=3), starts_with="anyone", least_grade=Grade.PHONE
    )
    cast.invite(vault, cast.person(harbour, "Bo", cast.BO))
    by_mail = cast.person(harbour, "Ivo", "+12025550171", texts=None)
    cast.mailbox(by_mail, "ivo@example.com")
    cast.invite(vault, by_mail)

    troubles = {date.conference.title: date.troubles for date in overview_of(organizer).troubled}

    assert troubles == {
        "Vault": ["1 person has no contact that proves as much as it asks for, and cannot get in."],
        "Empty": ["Nobody is on the roster: nobody can enter."],
        "Crowd": [
            "Nobody moderates, and it starts with a moderator: it would never start.",
            "No code can reach 2 people, who cannot get in.",
            "3 people are invited, and there are 2 seats.",
        ],
    }


def test_a_draft_that_would_begin_within_a_day_needs_attention(organizer, harbour):
    run_by(harbour, "Sketch", "+12025550161", timedelta(hours=20), status="draft")
    run_by(harbour, "Next week", "+12025550162", timedelta(days=3), status="draft")

    overview = overview_of(organizer)

    assert [(date.conference.title, date.troubles) for date in overview.troubled] == [
        ("Sketch", ["It is a draft: nobody is let in until its status is “scheduled”."])
    ]
    assert overview.parts == []


def test_mail_that_did_not_arrive_needs_attention_of_its_own_team_alone(organizer, harbour, secret):
    for team, state in ((harbour, "failed"), (harbour, "unsure"), (harbour, "sent"), (secret.team, "failed")):
        Delivery.objects.create(team=team, kind="notice", channel="email", address="a@example.com", state=state)
    Delivery.objects.filter(state="unsure").update(created_at=timezone.now() - timedelta(days=8))

    assert overview_of(organizer).undelivered == 1
    assert "1 of the last seven days did not arrive" in organizer.get(HOME).content.decode()


def test_it_leads_to_those_alone_and_a_test_code_that_was_not_sent_is_no_mail(organizer, harbour):
    for kind, state in (("notice", "failed"), ("notice", "unsure"), ("notice", "sent"), ("test code", "failed")):
        Delivery.objects.create(team=harbour, kind=kind, channel="mail", address="a@example.com", state=state)

    assert overview_of(organizer).undelivered == 2
    address = re.search(r'href="(/admin/participants/delivery/\?[^"]+)"', organizer.get(HOME).content.decode())[1]
    states = {row.state for row in organizer.get(unescape(address)).context["cl"].result_list}
    assert states == {"failed", "unsure"}


def test_a_long_day_is_cut_and_says_how_much_is_left(organizer, harbour):
    for n in range(12):
        run_by(harbour, f"Room {n:02}", f"+120255502{n:02}", -timedelta(minutes=30 - n))

    page = organizer.get(HOME).content.decode()

    assert ("Room 09" in page, "Room 10" in page) == (True, False)
    assert '<a href="/admin/participants/conference/?when=open">And 2 more</a>' in page


@pytest.mark.usefixtures("secret")
def test_an_empty_line_says_what_to_do_first(organizers, organizer, harbour):
    lonely = login(make_organizer("lonely", organizers))

    assert "You are in no team yet" in lonely.get(HOME).content.decode()
    assert overview_of(organizer).first_step == "people"
    ana = cast.person(harbour, "Ana", cast.ANA)
    assert overview_of(organizer).first_step == "conference"
    cast.invite(cast.conference(harbour, "Past", timezone.now() - timedelta(days=2)), ana)
    assert (overview_of(organizer).first_step, overview_of(organizer).is_quiet) == ("", True)


def test_an_administrator_of_an_empty_line_is_told_to_make_a_team(administrator):
    assert 'href="/admin/participants/team/add/"' in administrator.get(HOME).content.decode()


def test_forty_dates_cost_no_more_queries_than_one(organizer, harbour, django_assert_num_queries):
    host = run_by(harbour, "First", "+12025550161", timedelta(hours=1)).invitations.get().participant
    cast.invite(run_by(harbour, "Second", "+12025550162", timedelta(hours=1)), host)
    with django_assert_num_queries(16):
        assert len(organizer.get(HOME).context["overview"].troubled) == 2

    for n in range(40):
        cast.invite(run_by(harbour, f"Room {n}", f"+120255502{n:02}", timedelta(hours=1)), host)
    with django_assert_num_queries(16):
        assert len(organizer.get(HOME).context["overview"].troubled) == 42
