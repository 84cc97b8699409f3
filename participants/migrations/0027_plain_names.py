from django.db import migrations

from participants.names import plain


def make_names_plain(apps, schema_editor):
    participants = apps.get_model("participants", "Participant").objects
    for pk, name in participants.order_by().values_list("pk", "name").iterator():
        if plain(name) not in (name, ""):
            participants.filter(pk=pk).update(name=plain(name))


class Migration(migrations.Migration):
    """Names that came in with invisible characters would never be found again: names are stored without them now."""

    dependencies = [("participants", "0026_sheet_of_an_import")]

    operations = [migrations.RunPython(make_names_plain, migrations.RunPython.noop, elidable=True)]
