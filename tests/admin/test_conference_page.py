"""Scheduling a conference in the admin."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from participants.models import Conference, Membership, Team
from tests import cast
from tests.admin.conftest import login, make_organizer
from tests.admin.page import errors_of, fields_of, save

ADD = "/admin/participants/conference/add/"
LIST = "/admin/participants/conference/"
NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TO_COME = datetime(2040, 11, 20, 9, 0, tzinfo=UTC)


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/change/"


def test_an_organizer_schedules_a_conference_in_its_own_zone(organizer, harbour):
    answer = save(
        organizer,
        ADD,
        title="Budget",
        time_zone="America/New_York",
        starts_at_0="2026-07-15",
        starts_at_1="09:00",
    )

    assert answer.status_code == 302
    conference = Conference.objects.get()
    assert (conference.title, conference.team) == ("Budget", harbour)
    assert conference.starts_at == datetime(2026, 7, 15, 13, 0, tzinfo=UTC)
    assert cast.occurrence_of(conference).starts_at == conference.starts_at


def test_times_are_shown_in_the_conferences_own_zone_and_spelled_out(organizer, harbour):
    conference = cast.conference(harbour, "Budget", NINE, time_zone="America/New_York")

    fields = fields_of(organizer.get(page_of(conference)))

    assert (fields["starts_at_0"], fields["starts_at_1"]) == ("2026-11-24", "04:00")
    page = organizer.get(page_of(conference)).content.decode()
    assert "Tue 24 Nov 2026, 03:45, New York (EST, UTC−5)" in page
    assert "Tue 24 Nov 2026, 05:00, New York (EST, UTC−5)" in page
    assert "Tue 24 Nov 2026, 04:00–05:00, New York (EST, UTC−5)" in organizer.get(LIST).content.decode()


def test_whoever_may_only_look_is_told_the_time_of_that_zone(auditor, harbour):
    conference = cast.conference(harbour, "Budget", NINE, time_zone="America/New_York")

    page = auditor.get(page_of(conference)).content.decode()

    assert "Tue 24 Nov 2026, 04:00, New York (EST, UTC−5)" in page
    assert "9 a.m." not in page


def test_saving_without_a_change_moves_nothing_not_even_by_a_second(organizer, harbour):
    """Of a time that daylight saving repeats, too: it was given in UTC, and is the second of the two."""
    odd = datetime(2026, 11, 1, 6, 30, 13, 5, tzinfo=UTC)
    conference = cast.conference(harbour, "Budget", odd, time_zone="America/New_York")

    assert save(organizer, page_of(conference), title="Budget II").status_code == 302

    conference.refresh_from_db()
    assert (conference.title, conference.starts_at) == ("Budget II", odd)


def test_another_zone_keeps_the_time_on_the_clock(organizer, harbour):
    conference = cast.conference(harbour, "Budget", TO_COME, time_zone="UTC")
    before = cast.occurrence_of(conference)

    save(organizer, page_of(conference), time_zone="America/New_York")

    conference.refresh_from_db()
    assert conference.starts_at == TO_COME + timedelta(hours=5)
    after = cast.occurrence_of(conference)
    assert (after.uuid, after.starts_at) == (before.uuid, TO_COME + timedelta(hours=5))


@pytest.mark.parametrize(
    ("date", "time", "words"),
    [
        ("2026-03-08", "02:30", "never show 02:30"),
        ("2026-11-01", "01:30", "show 01:30 twice"),
        ("9999-12-31", "23:30", "Is that year right?"),
        ("0001-01-01", "00:30", "Is that year right?"),
        ("2026-02-30", "09:00", "Enter a valid date."),
        ("2026-02-20", "", "This field is required."),
        ("", "", "This field is required."),
    ],
)
def test_a_time_that_is_none_is_told_at_its_field_and_nothing_typed_is_lost(organizer, harbour, date, time, words):
    answer = save(
        organizer, ADD, title="Budget", time_zone="America/New_York", starts_at_0=date, starts_at_1=time, duration="45"
    )

    errors = errors_of(answer)
    assert list(errors) == ["starts_at"]
    assert words in errors["starts_at"][0]
    fields = fields_of(answer)
    assert (fields["title"], fields["starts_at_0"], fields["starts_at_1"], fields["duration"]) == (
        "Budget",
        date,
        time,
        "45",
    )
    assert not Conference.objects.exists()


def test_an_unknown_zone_is_told_at_its_field(organizer, harbour):
    answer = save(organizer, ADD, title="B", time_zone="Mars/Base", starts_at_0="2026-07-15", starts_at_1="09:00")

    assert list(errors_of(answer)) == ["time_zone"]


def test_the_one_team_of_an_organizer_is_chosen_already(organizer, harbour, quay):
    fields = fields_of(organizer.get(ADD))

    assert fields["team"] == str(harbour.pk)
    assert fields_of(organizer.get("/admin/participants/participant/add/"))["team"] == str(harbour.pk)


def test_an_organizer_of_two_teams_chooses(organizers, harbour, quay):
    harbour_and_quay = login(make_organizer("busy", organizers, harbour, quay))
    cast.team("Third")

    page = harbour_and_quay.get(ADD)

    assert fields_of(page)["team"] == ""
    choices = page.context["adminform"].form.fields["team"].queryset
    assert list(choices) == [harbour, quay]
    when = {"starts_at_0": "2026-07-15", "starts_at_1": "09:00"}
    assert list(errors_of(save(harbour_and_quay, ADD, title="Budget", **when))) == ["team"]
    assert save(harbour_and_quay, ADD, title="Budget", team=quay.pk, **when).status_code == 302
    assert Conference.objects.get().team == quay


@pytest.mark.parametrize("page", ["conference", "participant"])
def test_a_team_that_is_not_ours_is_refused(organizer, harbour, quay, page):
    typed = {"title": "Budget", "starts_at_0": "2026-07-15", "starts_at_1": "09:00"}
    if page == "participant":
        typed = {"name": "Ana"}

    answer = save(organizer, f"/admin/participants/{page}/add/", team=quay.pk, **typed)

    assert list(errors_of(answer)) == ["team"]
    assert "Zanzibar" not in answer.content.decode()
    assert not quay.conferences.exists()
    assert not quay.participants.exists()


def test_what_is_ours_is_not_given_to_another_team(organizer, harbour, quay):
    conference = cast.conference(harbour, "Budget")

    assert list(errors_of(save(organizer, page_of(conference), team=quay.pk))) == ["team"]

    assert Team.objects.get(conferences=conference) == harbour


def test_a_conference_with_a_roster_stays_with_its_team(organizers, room, ana, quay):
    browser = login(make_organizer("busy", organizers, room.team, quay))

    errors = errors_of(save(browser, page_of(room), team=quay.pk))

    assert errors["team"] == ["The people on the roster belong to the team. Empty the roster first."]


def test_a_date_is_locked_and_cancelled_on_the_page(organizer, room):
    date = cast.occurrence_of(room)

    assert save(organizer, page_of(room), occurrences__0__locked="on").status_code == 302

    date.refresh_from_db()
    assert (date.locked, date.cancelled) == (True, False)
    save(organizer, page_of(room), occurrences__0__cancelled="on", without=("occurrences-0-locked",))
    date.refresh_from_db()
    assert (date.locked, date.cancelled) == (False, True)


def test_locking_and_moving_in_one_go_does_both(organizer, harbour):
    conference = cast.conference(harbour, "Budget", TO_COME)

    save(organizer, page_of(conference), starts_at_1="11:00", occurrences__0__locked="on")

    date = cast.occurrence_of(conference)
    assert (date.starts_at, date.locked) == (TO_COME + timedelta(hours=2), True)


def test_a_page_that_was_open_meanwhile_does_not_unlock_the_room(organizer, room):
    """A moderator locked it by a key of the telephone, after the organizer had opened the page."""
    fields = fields_of(organizer.get(page_of(room)))
    room.occurrences.update(locked=True)

    assert organizer.post(page_of(room), fields | {"title": "Other"}).status_code == 302

    assert cast.occurrence_of(room).locked
    room.refresh_from_db()
    assert room.title == "Other"


def test_dates_are_neither_added_nor_removed_by_hand(organizer, room, secret):
    theirs = cast.occurrence_of(secret)
    extra = {
        "occurrences-TOTAL_FORMS": "2",
        "occurrences-1-locked": "on",
        "occurrences-0-DELETE": "on",
        "occurrences-0-id": str(theirs.pk),
        "occurrences-0-locked": "on",
    }

    organizer.post(page_of(room), fields_of(organizer.get(page_of(room))) | extra)

    assert room.occurrences.count() == secret.occurrences.count() == 1
    theirs.refresh_from_db()
    assert not theirs.locked


def test_the_list_answers_what_an_organizer_asks(organizer, harbour, room, ana, bo):
    cast.conference(harbour, "Tomorrow", timezone.now() + timedelta(days=1))
    cast.conference(harbour, "Yesterday", timezone.now() - timedelta(days=1))

    def titles(query: str) -> list[str]:
        return [each.title for each in organizer.get(LIST + query).context["cl"].result_list]

    assert titles("") == ["Board meeting", "Tomorrow", "Yesterday"]
    assert titles("?when=open") == ["Board meeting"]
    assert titles("?when=coming") == ["Tomorrow"]
    assert titles("?when=past") == ["Yesterday"]
    assert titles("?when=day") == ["Board meeting", "Tomorrow"]
    assert titles("?q=Ana") == ["Board meeting"]
    assert titles("?q=(202)+555-0101") == titles("?q=555-0101") == titles("?q=%2B12025550101") == ["Board meeting"]
    assert titles("?q=budget") == []
    assert titles("?q=meeting+board") == ["Board meeting"]
    assert titles("?q=Tomorrow+Ana") == []
    [row] = organizer.get(LIST + "?q=o").context["cl"].result_list.filter(title="Board meeting")
    assert (row.invited_count, row.moderator_count, row.state) == (2, 1, "open")


@pytest.mark.parametrize(
    "page",
    [
        "participants/team",
        "participants/participant",
        "participants/conference",
        "participants/invitation",
        "verification/call",
        "verification/attempt",
        "verification/challenge",
        "verification/admission",
    ],
)
def test_a_list_of_twenty_costs_no_more_queries_than_a_list_of_one(
    organizer, harbourmaster, harbour, ours, page, django_assert_num_queries, django_assert_max_num_queries
):
    from tests.admin.conftest import log_of

    with django_assert_max_num_queries(20) as few:
        organizer.get(f"/admin/{page}/")

    for n in range(20):
        cast.team(f"Harbour {n}").add(harbourmaster, Membership.Role.ORGANIZER)
        person = cast.person(harbour, f"Person {n}", f"+120255502{n:02}")
        invitation = cast.invite(cast.conference(harbour, f"Room {n}"), person)
        log_of(invitation, f"+120255502{n:02}", f"n{n}")
    with django_assert_num_queries(len(few)):
        answer = organizer.get(f"/admin/{page}/")
    assert len(answer.context["cl"].result_list) >= 20


def test_the_language_of_a_conference_is_chosen_on_its_page_or_left_to_the_number_dialled(organizer, room):
    assert fields_of(organizer.get(page_of(room)))["language"] == ""
    assert save(organizer, page_of(room), language="es", greeting="Bienvenidos.").status_code == 302
    room.refresh_from_db()
    assert (room.language, room.greeting) == ("es", "Bienvenidos.")
    assert save(organizer, page_of(room), language="").status_code == 302


def test_the_list_goes_by_the_next_date_then_what_is_always_open_then_what_is_over(organizer, harbour):
    now, day = timezone.now().replace(microsecond=0), timedelta(days=1)
    for title, days, more in (
        ("over", -30, {}),
        ("over for long", -60, {}),
        ("always open", -5.1, {"always_open": True}),
        ("in a week", 7, {}),
        ("each day for long", -40, {"recurrence": "FREQ=DAILY"}),
        (
            "off today",
            -40,
            {"recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=" + f"{now - 40 * day:%a}"[:2].upper() + ";WKST=MO"},
        ),
    ):
        cast.conference(harbour, title, now + days * day - timedelta(minutes=10), **more)
    Conference.objects.get(title="off today").occurrences.filter(closes_at__gt=now).exclude(
        starts_at__gt=now + 10 * day
    ).update(cancelled=True)

    def titles(**typed: str) -> list[str]:
        return [row.title for row in organizer.get(LIST, typed).context["cl"].result_list]

    by_next = ["each day for long", "in a week", "off today"]
    assert titles() == [*by_next, "always open", "over", "over for long"]
    assert titles(o="2") == ["over for long", "over", "always open", *by_next]


def test_changed_sims_are_looked_at_where_the_operator_allows_it(organizer, room, settings):
    assert "checks_numbers" not in organizer.get(page_of(room)).content.decode()
    settings.LOOKUP_SIM_SWAPS = True
    save(organizer, page_of(room), checks_numbers="on")
    assert Conference.objects.get().checks_numbers
    assert "No code goes to a number whose SIM was changed lately." in organizer.get(page_of(room)).content.decode()
