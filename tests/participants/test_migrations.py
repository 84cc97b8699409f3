"""What an update keeps of what was there."""

import pytest
from django.apps import apps as now
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("participants", "0001_initial")]


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
