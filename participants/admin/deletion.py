"""What deleting takes along and what it leaves, in sentences instead of a tree of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin, actions
from django.contrib.admin.utils import model_ngettext
from django.db.models import SET_NULL, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    GroupMember,
    Invitation,
    Membership,
    Occurrence,
    Participant,
    PeopleGroup,
    Team,
)


@dataclass(frozen=True)
class Goes:
    """Rows that are deleted with their owner: the way from them to it, and how they are told of, by their number."""

    model: type[Model]
    owner: str
    told: Any


TELLS: dict[type[Model], tuple[Goes, ...]] = {
    Team: (
        Goes(
            Conference,
            "team",
            ngettext_lazy("%(n)d conference, with its roster", "%(n)d conferences, with their rosters", "n"),
        ),
        Goes(
            Participant,
            "team",
            ngettext_lazy("%(n)d person in the address book", "%(n)d people in the address book", "n"),
        ),
        Goes(PeopleGroup, "team", ngettext_lazy("%(n)d group of people", "%(n)d groups of people", "n")),
        Goes(Membership, "team", ngettext_lazy("%(n)d role of a user in it", "%(n)d roles of users in it", "n")),
        Goes(Occurrence, "conference__team", ngettext_lazy("%(n)d date", "%(n)d dates", "n")),
    ),
    Conference: (
        Goes(
            Invitation,
            "conference",
            ngettext_lazy("%(n)d person is taken off the roster", "%(n)d people are taken off the roster", "n"),
        ),
        Goes(Occurrence, "conference", ngettext_lazy("%(n)d date", "%(n)d dates", "n")),
    ),
    Participant: (
        Goes(Invitation, "participant", ngettext_lazy("%(n)d place on a roster", "%(n)d places on rosters", "n")),
        Goes(GroupMember, "participant", ngettext_lazy("%(n)d place in a group", "%(n)d places in groups", "n")),
        Goes(CallingLine, "participant", ngettext_lazy("%(n)d calling line", "%(n)d calling lines", "n")),
        Goes(Contact, "participant", ngettext_lazy("%(n)d contact", "%(n)d contacts", "n")),
    ),
    Invitation: (),
    PeopleGroup: (),
}
STAYS: dict[type[Model], tuple[Any, ...]] = {
    Team: (_("The users themselves stay, and can sign in."),),
    Conference: (_("The people stay in the address book."),),
    Participant: (_("The conferences stay."),),
    PeopleGroup: (_("The people stay in the address book, and on the rosters that they are on."),),
    Invitation: (_("The person stays in the address book, and the conference stays."),),
}


def left_behind(goes: Iterable[QuerySet]) -> list[str]:
    """How many rows stay without what they point to: the log, whichever app keeps it."""
    pointing: dict[type[Model], Q] = defaultdict(Q)
    for rows in goes:
        for field in rows.model._meta.get_fields(include_hidden=True):
            if getattr(field, "on_delete", None) is SET_NULL and field.auto_created:
                pointing[field.related_model] |= Q(**{f"{field.field.name}__in": rows.order_by().values("pk")})
    counts = {model: model._default_manager.filter(which).count() for model, which in pointing.items()}
    return sorted(
        (f"{n} {model_ngettext(model._meta, n)}" for model, n in counts.items() if n), key=lambda told: told.split()[1:]
    )


class TellsWhatGoes(ModelAdmin):
    """Deleting asks with what it takes along, and reaches only what the user organizes."""

    delete_confirmation_template = "admin/participants/delete.html"
    delete_selected_confirmation_template = "admin/participants/delete_selected.html"
    actions = ("delete_selected",)
    organized: Callable[[QuerySet, Any], QuerySet]  # of TeamWall

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, dict, set, list]:
        """The sentences, no counts, what may not be deleted, and what is in the way: nothing is."""
        kind = self.model
        chosen = kind._default_manager.filter(pk__in=[each.pk for each in objs])
        ours = self.organized(chosen, request.user)
        allowed = self.has_delete_permission(request) and not chosen.exclude(pk__in=ours.values("pk")).exists()
        rows = [(goes, goes.model._default_manager.filter(**{f"{goes.owner}__in": chosen})) for goes in TELLS[kind]]
        also = [goes.told % {"n": n} for goes, found in rows if (n := found.count())]
        stays = [str(sentence) for sentence in STAYS[kind]]
        if kept := left_behind([chosen, *(found for _goes, found in rows)]):
            stays.insert(
                0,
                gettext("The log stays, without its names: %(rows)s.") % {"rows": get_text_list(kept, gettext("and"))},
            )
        return (
            {"names": [str(each) for each in chosen], "also": also, "stays": stays},
            {},
            set() if allowed else {kind._meta.verbose_name},
            [],
        )

    @admin.action(permissions=["delete"], description=_("Delete selected %(verbose_name_plural)s"))
    def delete_selected(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        ours = self.organized(queryset, request.user)
        if left_out := queryset.count() - ours.count():
            words = ngettext(
                "%(n)d of them is not yours to delete, and is left out.",
                "%(n)d of them are not yours to delete, and are left out.",
                left_out,
            )
            messages.warning(request, words % {"n": left_out})
        return actions.delete_selected(self, request, ours) if ours.exists() else None
