import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def organizers_become_members(apps, schema_editor):
    Team, Membership = apps.get_model("participants", "Team"), apps.get_model("participants", "Membership")
    Membership.objects.bulk_create(
        Membership(team_id=row.team_id, user_id=row.user_id, role="organizer")
        for row in Team.organizers.through.objects.all()
    )


def members_become_organizers(apps, schema_editor):
    """Only organizers: whoever moderated or audited would otherwise be given more than they had."""
    Team, Membership = apps.get_model("participants", "Team"), apps.get_model("participants", "Membership")
    through = Team.organizers.through
    through.objects.bulk_create(
        through(team_id=row.team_id, user_id=row.user_id) for row in Membership.objects.filter(role="organizer")
    )


class Migration(migrations.Migration):
    dependencies = [
        ("participants", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("organizer", "organizer"), ("moderator", "moderator"), ("auditor", "auditor")],
                        help_text=(
                            "Organizers change everything; moderators look, and let somebody in by hand; "
                            "auditors only look."
                        ),
                        max_length=10,
                        verbose_name="role",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="participants.team",
                        verbose_name="team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
                "ordering": ("team__name", "user__username"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("team", "user"),
                        name="one_role_per_user_and_team",
                        violation_error_message="This user already has a role in this team.",
                    )
                ],
            },
        ),
        migrations.RunPython(organizers_become_members, members_become_organizers),
        migrations.RemoveField(model_name="team", name="organizers"),
        migrations.AddField(
            model_name="team",
            name="members",
            field=models.ManyToManyField(
                related_name="teams",
                through="participants.Membership",
                to=settings.AUTH_USER_MODEL,
                verbose_name="members",
            ),
        ),
    ]
