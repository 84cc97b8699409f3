"""Who changed what: told in words, within the wall, and written by nobody."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from participants.models import Invitation, Membership, Participant
from tests import cast
from tests.admin.conftest import login, make_organizer
from tests.admin.page import save
from tests.admin.walk import assert_nothing_foreign, snapshot


def address_of(obj, page: str = "change") -> str:
    return f"/admin/participants/{obj._meta.model_name}/{obj.pk}/{page}/"


def told(browser: Client, obj) -> list[str]:
    """What the page says, newest first."""
    return [f"{entry.who} {entry.what}" for entry in browser.get(address_of(obj, "history")).context["entries"]]


def test_a_changed_time_is_told_as_it_was_and_as_it_is(organizer, harbour):
    room = cast.conference(harbour, "Budget", datetime(2026, 11, 24, 9, 0, tzinfo=UTC), time_zone="Europe/Oslo")

    save(organizer, address_of(room), starts_at_1="11:30", title="Budget II")

    day = "Tue 2026-11-24"
    assert told(organizer, room) == [
        "harbourmaster changed “title” from “Budget” to “Budget II”",
        f"harbourmaster changed “starts at” from “{day} 10:00 (Europe/Oslo)” to “{day} 11:30 (Europe/Oslo)”",
        "the line itself, or a command made this conference",
    ]


def test_the_roster_and_the_dates_are_told_with_their_conference(organizer, room, ana, bo):
    before = len(told(organizer, room))

    save(organizer, address_of(room), invitations__0__role="listener", occurrences__0__locked="on")
    save(organizer, address_of(room), invitations__0__DELETE="on")
    save(organizer, address_of(room), moderators__0__DELETE="on")

    date = f"{room.starts_at:%a %Y-%m-%d %H:%M} (UTC)"
    assert told(organizer, room)[:-before] == [
        "harbourmaster took Bo off the roster",
        "harbourmaster took Ana off the roster",
        f"harbourmaster changed “locked” of the date {date} from “no” to “yes”",
        "harbourmaster changed “role” of Ana on the roster from “participant” to “listener”",
    ]


def test_numbers_are_told_on_the_page_of_their_person(organizer, ana):
    save(organizer, address_of(ana), lines__0__number="+12025550107", contacts__0__DELETE="on")

    assert told(organizer, ana)[:2] == [
        "harbourmaster removed the contact text message +12025550101",
        "harbourmaster changed “number” of the calling line +12025550107 from “+12025550101” to “+12025550107”",
    ]


def test_a_team_tells_of_roles_and_of_what_is_gone(organizers, administrator, harbour, room, ana):
    user = make_organizer("sam", organizers, harbour)
    harbour.add(user, Membership.Role.AUDITOR)
    room.delete()
    ana.delete()

    assert told(administrator, harbour)[:4] == [
        "the line itself, or a command deleted Ana from the address book",
        "the line itself, or a command deleted the conference Board meeting",
        "the line itself, or a command changed “role” of sam in this team from “organizer” to “auditor”",
        "the line itself, or a command gave sam the role of organizer",
    ]
    user.delete()
    assert "took the role of auditor from somebody who is gone" in told(administrator, harbour)[0]


def test_saving_without_a_change_leaves_no_trace(organizer, room, ana, bo):
    for name in ("Anna", "Ana"):  # so that the newest entries have other numbers than their objects
        room.title = ana.name = name
        room.save()
        ana.save()
    rows = [each.history.count() for each in (room, ana, *room.invitations.all(), *room.occurrences.all())]

    save(organizer, address_of(room))
    save(organizer, address_of(ana))

    assert rows == [each.history.count() for each in (room, ana, *room.invitations.all(), *room.occurrences.all())]


@pytest.mark.usefixtures("both")
def test_history_stays_within_the_wall_and_is_read_only(organizer, auditor, ours, secret):
    nell = Participant.objects.get(name="Nell Zanzibar")
    Invitation.objects.create(conference=ours, participant=nell).delete()  # a stray row, which no form would make
    before = snapshot()

    for obj in (secret, nell, secret.team, secret.invitations.get()):
        for browser in (organizer, auditor):
            assert browser.get(address_of(obj, "history")).status_code == 302
            browser.post(address_of(obj, "history"), {"title": "taken", "name": "taken"})
            version = type(obj).history.filter(id=obj.pk).first()
            assert browser.get(f"{address_of(obj, 'history')}{version.history_id}/").status_code in (302, 404)
    body = organizer.get(address_of(ours, "history")).content.decode()
    assert_nothing_foreign(body, "history")
    assert "somebody who is gone" in body
    assert told(auditor, ours) == told(organizer, ours)
    assert snapshot() == before


def test_what_happened_in_another_team_stays_there(organizer, harbour, quay, administrator):
    """Somebody who organized both moved a conference and a person: the new team does not learn what they were."""
    for kept, words in (
        (cast.conference(quay, "Zanzibar plans"), {"title": "Plans"}),
        (cast.person(quay, "Nell Zanzibar", "+12025550130"), {"name": "Nell", "lines__0__number": "+12025550107"}),
    ):
        save(administrator, address_of(kept), **words, **({"contacts__0__DELETE": "on"} if "name" in words else {}))
        save(administrator, address_of(kept), team=harbour.pk)
        assert_nothing_foreign(organizer.get(address_of(kept, "history")).content.decode(), "history")
        assert told(organizer, kept) == ["root changed this; what it was before is not kept here"]
        save(organizer, address_of(kept), **({"title": "Ours"} if "title" in words else {"name": "Ours"}))
        assert len(told(organizer, kept)) == 2


def test_a_long_history_costs_no_more_queries(organizer, room, ana, django_assert_num_queries):
    with CaptureQueriesContext(connection) as few:
        told(organizer, room)
    for n in range(30):
        room.title = f"Board {n}"
        room.save()
        cast.invite(room, cast.person(room.team, f"Person {n}"))
    with django_assert_num_queries(len(few)):
        assert len(told(organizer, room)) > 60


def test_a_renamed_login_is_told_by_its_full_name(harbourmaster, room):
    harbourmaster.first_name, harbourmaster.last_name = "Mia", "Stone"
    harbourmaster.save()
    browser = login(harbourmaster)

    save(browser, address_of(room), title="Moved")

    assert told(browser, room)[0] == "Mia Stone changed “title” from “Board meeting” to “Moved”"
