"""Whose object it is, asked in one place: every admin page and inline of what a team owns inherits TeamWall.

Narrowing the list alone keeps nobody out: a foreign key in a POST, a filter's choices and a typed address
each ask on their own. tests/admin/test_every_address.py asks them all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.contrib.admin.utils import get_fields_from_path, get_model_from_relation
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Field, Model, QuerySet
from django.http import HttpRequest

from participants.models import Team


class TeamWall(BaseModelAdmin):
    """Shows what belongs to the teams that a user has a role in; offers and changes what is of those they organize.

    Administrators see and change all.
    """

    list_per_page = 50
    team_paths: tuple[str, ...] = ("team",)  # from a row to its team; every one must lead to a team of the user

    def within_walls(self, queryset: QuerySet, user: Any) -> QuerySet:
        """The rows of this model that the user may see."""
        return self._of(queryset, Team.objects.visible_to(user), user)

    def organized(self, queryset: QuerySet, user: Any) -> QuerySet:
        """The rows of this model that the user may change, delete, and choose for something else."""
        return self._of(queryset, Team.objects.organized_by(user), user)

    def _of(self, queryset: QuerySet, teams: QuerySet[Team], user: Any) -> QuerySet:
        if user.is_superuser:
            return queryset
        for path in self.team_paths:
            queryset = queryset.filter(**{f"{path}__in": teams})
        return queryset

    def reachable(self, model: type[Model], user: Any) -> QuerySet:
        """The rows of a related model that the user may see: none where nobody has said whose they are."""
        return self._related(model, user, lambda wall: wall.within_walls)

    def choosable(self, model: type[Model], user: Any) -> QuerySet:
        """The rows of a related model that the user may put into a form."""
        return self._related(model, user, lambda wall: wall.organized)

    def _related(self, model: type[Model], user: Any, narrowing: Callable[[TeamWall], Callable]) -> QuerySet:
        rows, related = model._default_manager.all(), self.admin_site._registry.get(model)
        if isinstance(related, TeamWall):
            return narrowing(related)(rows, user)
        return rows if user.is_superuser else rows.none()

    def is_within(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whether the user may see this row. An inline is asked about its parent too, and says yes."""
        if obj is None or not isinstance(obj, self.model):
            return True
        return self.within_walls(self.model._default_manager.all(), request.user).filter(pk=obj.pk).exists()

    def is_organized(self, request: HttpRequest, obj: Model | None) -> bool:
        """Whether the user may change this row; without one, whether any. An inline goes by its parent's team.

        A page asks dozens of times, of itself and for each inline, and is answered from one query for each object.
        """
        if request.user.is_superuser:
            return True
        answers = request.__dict__.setdefault("_organized", {})
        asked = (type(obj), obj and obj.pk)
        if asked not in answers:
            if obj is None:
                rows: QuerySet = Team.objects.organized_by(request.user)
            elif isinstance(obj, self.model):
                rows = self.organized(self.model._default_manager.filter(pk=obj.pk), request.user)
            else:
                rows = self.choosable(type(obj), request.user).filter(pk=obj.pk)
            answers[asked] = rows.exists()
        return answers[asked]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.within_walls(super().get_queryset(request), request.user)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """What is completed in a form is chosen, and not only looked at."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = self.organized(queryset, request.user)
        return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and self.is_within(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An inline is asked with its parent, a page without."""
        asked = (request, obj) if isinstance(self, InlineModelAdmin) else (request,)
        return super().has_add_permission(*asked) and self.is_organized(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_change_permission(request, obj) and self.is_organized(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self.is_organized(request, obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What is chosen is chosen, without a pen, a plus and an eye beside it that open windows."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            for door in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{door}_related", False)
        return field

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.choosable(db_field.remote_field.model, request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self.choosable(db_field.remote_field.model, request.user)
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
        teams = Team.objects.organized_by(request.user)[:2]
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
