"""Who may log in, for administrators only."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from participants.admin.walls import AdministratorsOnly

admin.site.unregister((User, Group))


@admin.register(User)
class AccountAdmin(AdministratorsOnly, UserAdmin):
    """An organizer is staff, in the group Organizers, and in a team."""

    list_display = (
        "username",
        "first_name",
        "last_name",
        "teams_of",
        "is_staff",
        "is_superuser",
        "last_login",
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("teams")

    @admin.display(description="teams")
    def teams_of(self, user: User) -> str:
        return ", ".join(team.name for team in user.teams.all())


@admin.register(Group)
class RoleAdmin(AdministratorsOnly, GroupAdmin):
    pass
