"""Who may log in, for administrators only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from participants.admin.walls import AdministratorsOnly

admin.site.unregister((User, Group))

ACTIONS = {"view": _("see"), "add": _("add"), "change": _("change"), "delete": _("delete")}


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
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Who it is"), {"fields": ("first_name", "last_name", "email")}),
        (_("What they may do"), {"fields": ("teams_of", "is_active", "is_staff", "is_superuser")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("teams_of", "last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__team")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A login is for these pages: without the tick it would be refused as if the password were wrong."""
        obj.is_staff = obj.is_staff or not change
        super().save_model(request, obj, form, change)

    @admin.display(description=_("roles in teams"))
    def teams_of(self, user: User) -> str:
        return ", ".join(f"{each.team} ({each.get_role_display()})" for each in user.memberships.all())


@admin.register(Group)
class RoleAdmin(AdministratorsOnly, GroupAdmin):
    """What each role may do, to be read. `manage.py make_groups` sets it with every release."""

    fields = ("name", "may")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("may, within their team"))
    def may(self, group: Group) -> SafeString:
        permitted: dict[str, list[str]] = {}
        for each in group.permissions.select_related("content_type"):
            model = each.content_type.model_class()
            if model is not None:
                what, action = str(model._meta.verbose_name_plural), each.codename.split("_")[0]
                permitted.setdefault(what, []).append(action)
        lines = (
            (what, ", ".join(str(ACTIONS[action]) for action in ACTIONS if action in actions))
            for what, actions in sorted(permitted.items())
        )
        return format_html('<ul class="plan">{}</ul>', format_html_join("", "<li>{}: {}</li>", lines))
