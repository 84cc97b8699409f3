"""Whose object it is, asked in one place: every admin page and inline of what a team owns inherits TeamWall.

Narrowing the list alone keeps nobody out: a foreign key in a POST, a filter's choices and a typed address
each ask on their own. tests/admin/test_walls.py walks them all.
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.utils import get_fields_from_path, get_model_from_relation
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest

from participants.models import Team


class TeamWall(BaseModelAdmin):
    """Shows, offers and accepts only what belongs to the teams a user organizes. Administrators see all."""

    team_paths: tuple[str, ...] = ("team",)  # from a row to its team; every one must lead to a team of the user

    def within_walls(self, queryset: QuerySet, user: Any) -> QuerySet:
        """The rows of this model that the user may see."""
        if user.is_superuser:
            return queryset
        for path in self.team_paths:
            queryset = queryset.filter(**{f"{path}__in": Team.objects.visible_to(user)})
        return queryset

    def reachable(self, model: type[Model], user: Any) -> QuerySet:
        """The rows of a related model that the user may choose: none where nobody has said whose they are."""
        related = self.admin_site._registry.get(model)
        if isinstance(related, TeamWall):
            return related.within_walls(model._default_manager.all(), user)
        return model._default_manager.all() if user.is_superuser else model._default_manager.none()

    def is_within(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whether the user may see this row. An inline is asked about its parent too, and says yes."""
        if obj is None or not isinstance(obj, self.model):
            return True
        rows = self.within_walls(self.model._default_manager.all(), request.user)
        return rows.filter(pk=obj.pk).exists()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.within_walls(super().get_queryset(request), request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and self.is_within(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_within(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self.is_within(request, obj)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.reachable(db_field.remote_field.model, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.reachable(db_field.remote_field.model, request.user)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def get_list_filter(self, request: HttpRequest) -> list:
        """Filters by a related object offer what the user may see, without being asked to."""
        return [
            (item, FilterWithinWalls) if isinstance(item, str) and self._leads_elsewhere(item) else item
            for item in super().get_list_filter(request)  # type: ignore[misc]
        ]

    def _leads_elsewhere(self, path: str) -> bool:
        return get_fields_from_path(self.model, path)[-1].is_relation

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever organizes one team need not choose it."""
        initial = super().get_changeform_initial_data(request)  # type: ignore[misc]
        teams = Team.objects.visible_to(request.user)[:2]
        return {"team": teams[0].pk, **initial} if len(teams) == 1 else initial


class FilterWithinWalls(RelatedFieldListFilter):
    """Django's own would offer, by name, every row that there is."""

    def field_choices(self, field: Field, request: HttpRequest, model_admin: Any) -> list:
        rows = model_admin.reachable(get_model_from_relation(field), request.user)
        return [(row.pk, str(row)) for row in rows]


class AdministratorsOnly(BaseModelAdmin):
    """For administrators, whatever permissions others have: who changes users or teams opens every wall."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._is_administrator(request)

    def _is_administrator(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)
