"""Makes the groups of organizers, moderators and auditors: what each may do at all, whichever the team."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand

from participants.models import Membership

ALL = ("view", "add", "change", "delete")
LOOK = ("view",)

LOG: dict[str, dict[str, tuple[str, ...]]] = {
    "verification": dict.fromkeys(("call", "attempt", "challenge", "admission", "vouch", "block", "unlock"), LOOK)
}
BY_HAND = {"verification": LOG["verification"] | {"vouch": ("view", "add")}}  # and lets somebody in
MODELS = (
    "team",
    "membership",
    "participant",
    "peoplegroup",
    "groupmember",
    "callingline",
    "contact",
    "conference",
    "occurrence",
    "invitation",
    "moderatornumber",
    "delivery",
)

# What a role may do, inside the walls of its team. What is not here is for administrators.
MAY: dict[Membership.Role, dict[str, dict[str, tuple[str, ...]]]] = {
    Membership.Role.ORGANIZER: {
        "participants": dict.fromkeys(MODELS, ALL)
        | {"team": LOOK, "membership": LOOK, "occurrence": ("view", "change"), "delivery": ("view", "change")},
        "verification": BY_HAND["verification"] | {"block": ALL, "unlock": ("view", "add")},
    },
    Membership.Role.MODERATOR: {"participants": dict.fromkeys(MODELS, LOOK), **BY_HAND},
    Membership.Role.AUDITOR: {"participants": dict.fromkeys(MODELS, LOOK), **LOG},
}


class Command(BaseCommand):
    help = (
        "Makes the groups Organizers, Moderators and Auditors, or gives them the permissions of this release and "
        "puts everybody into those of their roles. Can be run again and again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        there = {
            (permission.content_type.app_label, permission.codename): permission
            for permission in Permission.objects.select_related("content_type")
        }
        for role, may in MAY.items():
            group, made = Group.objects.get_or_create(name=role.group)
            permissions = [
                there[app, f"{action}_{model}"]
                for app, models in may.items()
                for model, actions in models.items()
                for action in actions
            ]
            group.permissions.set(permissions)
            group.user_set.add(*Membership.objects.filter(role=role).values_list("user_id", flat=True))
            self.stdout.write(f"{group}: {'made' if made else 'up to date'}, with {len(permissions)} permissions.")
