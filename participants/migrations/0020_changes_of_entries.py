from django.db import migrations, models


def remember(apps, schema_editor):
    """What was changed last becomes the first of the changes that are remembered."""
    for entry in apps.get_model("participants", "CalendarEntry").objects.exclude(changes=[]):
        entry.changed = [[entry.sequence, entry.changes]]
        entry.save(update_fields=["changed"])


def forget(apps, schema_editor):
    for entry in apps.get_model("participants", "CalendarEntry").objects.exclude(changed=[]):
        entry.changes = entry.changed[-1][1]
        entry.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [("participants", "0019_country_of_numbers")]

    operations = [
        migrations.AddField("calendarentry", "changed", models.JSONField(default=list)),
        migrations.RunPython(remember, forget),
        migrations.RemoveField("calendarentry", "changes"),
    ]
