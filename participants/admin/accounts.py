"""Who may log in, for administrators only."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User

from participants.admin.walls import AdministratorsOnly

admin.site.unregister((User, Group))


@admin.register(User)
class AccountAdmin(AdministratorsOnly, UserAdmin):
    """Whoever works in the admin is staff, and has a role in a team. Its group comes with the role."""

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
        return super().get_queryset(request).prefetch_related("memberships__team")

    @admin.display(description="teams")
    def teams_of(self, user: User) -> str:
        return ", ".join(f"{each.team} ({each.get_role_display()})" for each in user.memberships.all())


@admin.register(Group)
class RoleAdmin(AdministratorsOnly, GroupAdmin):
    pass
