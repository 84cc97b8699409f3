from django.db import migrations, models

from participants.names import likeness

AT_ONCE = 1000


def fill_in(apps, schema_editor):
    people = apps.get_model("participants", "Participant").objects
    batch = []
    for person in people.only("name").iterator(AT_ONCE):
        person.likeness = likeness(person.name)
        batch.append(person)
        if len(batch) == AT_ONCE:
            people.bulk_update(batch, ["likeness"])
            batch = []
    people.bulk_update(batch, ["likeness"])


class Migration(migrations.Migration):
    """By which people are found though their name is spelled another way."""

    dependencies = [("participants", "0030_held_once_has_one_time")]

    operations = [
        migrations.AddField("participant", "likeness", models.CharField(default="", editable=False, max_length=100)),
        migrations.RunPython(fill_in, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            "participant", models.Index(fields=["team", "likeness"], name="participant_team_id_2168f5_idx")
        ),
    ]
