from datetime import timedelta

from django.db import migrations
from django.utils.timezone import now

WALL_TIME = "%Y%m%dT%H%M%S"
MINUTE = timedelta(minutes=1)


def take_over_the_time_of_the_date(apps, schema_editor):
    dates = apps.get_model("participants", "Occurrence").objects
    moved = dates.filter(own_times=True, conference__recurrence="", conference__always_open=False)
    for date in moved.select_related("conference").iterator():
        conference = date.conference
        beside = dates.filter(conference=conference).exclude(pk=date.pk)
        known_by = f"{date.starts_at.astimezone(conference.time_zone):{WALL_TIME}}"
        is_only = date.recurrence_id == f"{conference.starts_at.astimezone(conference.time_zone):{WALL_TIME}}"
        if not is_only or beside.filter(recurrence_id=known_by).exists():
            continue
        conference.starts_at = date.starts_at
        conference.duration = (date.closes_at - date.starts_at) // MINUTE
        conference.doors = (date.starts_at - date.opens_at) // MINUTE
        moderator_doors = (date.starts_at - date.moderators_open_at) // MINUTE
        if moderator_doors != max(conference.doors, conference.moderator_doors):
            conference.moderator_doors = moderator_doors
        conference.save()
        remember(apps, conference)
        dates.filter(pk=date.pk).update(own_times=False, recurrence_id=known_by)


def remember(apps, conference):
    """Else the next one who saves it would have moved it, in its history; the move of the date is there already."""
    history = apps.get_model("participants", "HistoricalConference")
    names = {field.attname for field in history._meta.fields} & {field.attname for field in conference._meta.fields}
    history.objects.create(
        **{name: getattr(conference, name) for name in names},
        history_type="~",
        history_date=now(),
        history_change_reason="the series",
    )


class Migration(migrations.Migration):
    """What is held once, and was moved on the page of its date, kept its old start on its own page."""

    dependencies = [("participants", "0029_warn_before_the_end")]

    operations = [migrations.RunPython(take_over_the_time_of_the_date, migrations.RunPython.noop, elidable=True)]
