from django.core.validators import MaxValueValidator
from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import now

import participants.recurrence


def know_dates_by_their_start(apps, schema_editor):
    """Until now each conference was held once, at its own start."""
    Occurrence = apps.get_model("participants", "Occurrence")
    Occurrence.objects.update(moderators_open_at=F("opens_at"))
    rows = Occurrence.objects.select_related("conference").only("starts_at", "conference__time_zone")
    for row in rows.iterator():
        local = row.starts_at.astimezone(row.conference.time_zone)
        Occurrence.objects.filter(pk=row.pk).update(recurrence_id=f"{local:%Y%m%dT%H%M%S}")
    ends = Occurrence.objects.filter(pk=OuterRef("id")).values("closes_at")
    apps.get_model("participants", "HistoricalOccurrence").objects.update(
        closes_at=Coalesce(Subquery(ends), F("starts_at"))
    )


MODERATOR_DOORS = {
    "default": 0,
    "validators": [MaxValueValidator(1440)],
    "verbose_name": "for moderators, minutes before",
    "help_text": "Where that is earlier than for the others.",
}
RECURRENCE = {
    "blank": True,
    "editable": False,
    "max_length": 200,
    "validators": [participants.recurrence.is_rule],
    "verbose_name": "repeats",
}
ALWAYS_OPEN = {"default": False, "editable": False, "verbose_name": "always open"}
OWN_TIMES = {"default": False, "editable": False, "verbose_name": "has times of its own"}


class Migration(migrations.Migration):
    dependencies = [("participants", "0013_authenticator_browser")]

    operations = [
        migrations.RemoveConstraint("occurrence", "one_occurrence_per_start"),
        migrations.RemoveConstraint("occurrence", "occurrence_times_in_order"),
        migrations.RemoveIndex("occurrence", "occurrence_open"),
        *(
            migrations.AddField(model, name, field(**options))
            for model in ("conference", "historicalconference")
            for name, field, options in (
                ("moderator_doors", models.PositiveSmallIntegerField, MODERATOR_DOORS),
                ("recurrence", models.CharField, RECURRENCE),
                ("always_open", models.BooleanField, ALWAYS_OPEN),
            )
        ),
        migrations.AddField("occurrence", "own_times", models.BooleanField(**OWN_TIMES)),
        migrations.AddField("historicaloccurrence", "own_times", models.BooleanField(**OWN_TIMES)),
        migrations.AddField(
            "historicaloccurrence",
            "closes_at",
            models.DateTimeField(default=now, verbose_name="doors close"),
            preserve_default=False,
        ),
        migrations.AddField(
            "occurrence",
            "moderators_open_at",
            models.DateTimeField(default=now, verbose_name="doors open for moderators"),
            preserve_default=False,
        ),
        migrations.AddField(
            "occurrence",
            "recurrence_id",
            models.CharField(default="", editable=False, max_length=15),
            preserve_default=False,
        ),
        migrations.RunPython(know_dates_by_their_start, migrations.RunPython.noop),
    ]
