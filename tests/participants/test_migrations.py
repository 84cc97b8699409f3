"""What an update keeps of what was there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps as now
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from participants.schedule import FOLLOWED

BEFORE = [("participants", "0001_initial")]
NINE = datetime(2040, 1, 3, 9, 0, tzinfo=UTC)


def migrated(targets: list[tuple[str, str]]):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.mark.django_db(transaction=True)
def test_whoever_organized_a_team_organizes_it_after_the_update():
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        then = migrated(BEFORE)
        sam = then.get_model("auth", "User").objects.create(username="sam")
        then.get_model("participants", "Team").objects.create(name="Harbour").organizers.add(sam)
        then.get_model("participants", "Team").objects.create(name="Quay")
    finally:
        migrated(latest)

    team, other = now.get_model("participants", "Team").objects.order_by("name")
    assert list(team.memberships.values_list("user__username", "role")) == [("sam", "organizer")]
    assert not other.memberships.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_held_once_and_was_moved_by_its_date_has_one_time_after_the_update():
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        then = migrated([("participants", "0029_warn_before_the_end")])
        team = then.get_model("participants", "Team").objects.create(name="Harbour")
        oslo = {"team": team, "starts_at": NINE, "time_zone": "Europe/Oslo"}
        conferences = then.get_model("participants", "Conference").objects
        once = conferences.create(title="Once", moderator_doors=20, **oslo)
        daily = conferences.create(title="Series", recurrence="FREQ=DAILY;COUNT=3", **oslo)
        left = conferences.create(title="With one that stayed of a series", **oslo)
        at_two = {"moderators_open_at": 295, "opens_at": 295, "starts_at": 300, "closes_at": 390, "overtime_until": 420}
        times = {name: NINE + timedelta(minutes=minutes) for name, minutes in at_two.items()}
        for conference, known_by in ((once, "20400103T100000"), (daily, "20400103T100000"), (left, "20400104T100000")):
            then.get_model("participants", "Occurrence").objects.create(
                conference=conference, recurrence_id=known_by, own_times=True, **times
            )
    finally:
        migrated(latest)

    once, daily, left = now.get_model("participants", "Conference").objects.order_by("pk")
    assert (once.starts_at, once.duration, once.doors) == (NINE + timedelta(hours=5), 90, 5)
    assert once.moderator_doors == 5
    date = once.occurrences.get()
    assert (date.own_times, date.recurrence_id, date.starts_at) == (False, "20400103T150000", once.starts_at)
    assert [row.history_change_reason for row in once.history.all()] == [FOLLOWED]
    assert once.history.get().starts_at == once.starts_at
    for other, known_by in ((daily, "20400103T100000"), (left, "20400104T100000")):
        assert (other.starts_at, other.duration) == (NINE, 60)
        assert list(other.occurrences.values_list("own_times", "recurrence_id")) == [(True, known_by)]

    once.save()
    assert once.occurrences.get() == date
