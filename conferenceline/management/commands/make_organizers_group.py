"""Makes the group that organizers are in."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand

GROUP = "Organizers"
ALL = ("view", "add", "change", "delete")

# What an organizer may do, inside the walls of their own teams. What is not here is for administrators.
MAY: dict[str, dict[str, tuple[str, ...]]] = {
    "participants": {
        "team": ("view",),
        "participant": ALL,
        "callingline": ALL,
        "contact": ALL,
        "conference": ALL,
        "occurrence": ("view", "change"),
        "invitation": ALL,
        "moderatornumber": ALL,
    },
    "verification": dict.fromkeys(("call", "attempt", "challenge", "admission"), ("view",)),
}


class Command(BaseCommand):
    help = f'Makes the group "{GROUP}", or gives it the permissions of this release. Can be run again and again.'

    def handle(self, *args: Any, **options: Any) -> None:
        group, made = Group.objects.get_or_create(name=GROUP)
        permissions = [
            Permission.objects.get(content_type__app_label=app, codename=f"{action}_{model}")
            for app, models in MAY.items()
            for model, actions in models.items()
            for action in actions
        ]
        group.permissions.set(permissions)
        self.stdout.write(f"{GROUP}: {'made' if made else 'up to date'}, with {len(permissions)} permissions.")
