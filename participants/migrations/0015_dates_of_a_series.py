from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """Apart from the rows it needs: PostgreSQL alters no table on which changes of rows are pending."""

    dependencies = [("participants", "0014_recurrence")]

    operations = [
        migrations.AddIndex(
            "occurrence", models.Index(fields=["moderators_open_at", "closes_at"], name="occurrence_open")
        ),
        migrations.AddIndex(
            "occurrence", models.Index(fields=["conference", "starts_at"], name="occurrence_of_conference")
        ),
        migrations.AddConstraint(
            "occurrence",
            models.UniqueConstraint(fields=("conference", "recurrence_id"), name="one_occurrence_per_start"),
        ),
        migrations.AddConstraint(
            "occurrence",
            models.CheckConstraint(
                condition=Q(
                    moderators_open_at__lte=F("opens_at"),
                    opens_at__lte=F("starts_at"),
                    starts_at__lt=F("closes_at"),
                    closes_at__lte=F("overtime_until"),
                ),
                name="occurrence_times_in_order",
            ),
        ),
    ]
