"""Whoever was invited and loses their place, with a roster's row or with the whole conference, is told so; or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext

from participants.admin.deletion import TellsWhatGoes
from participants.invitations import Owed
from participants.models import Conference, Delivery, Invitation
from participants.news import tell_who_lose_their_place, who_lose_their_place

Kind = Delivery.Kind


class Uninvites(TellsWhatGoes):
    """Deleting a conference, or a place on a roster: the page says how many would be told, in a box to untick."""

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, dict, set, list]:
        told, *others = super().get_deleted_objects(objs, request)
        losing = who_lose_their_place(self.places([each.pk for each in objs])).count()
        return told | ({"losing": losing, "with_conference": self.model is Conference} if losing else {}), *others

    def places(self, pks: Iterable[int]) -> QuerySet[Invitation]:
        """What of rosters is deleted with them."""
        path = "conference__in" if self.model is Conference else "pk__in"
        return Invitation.objects.filter(**{path: list(pks)})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with transaction.atomic():
            self.tell_them(request, [obj.pk])
            super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        with transaction.atomic():
            self.tell_them(request, queryset.values_list("pk", flat=True))
            super().delete_queryset(request, queryset)

    def tell_them(self, request: HttpRequest, pks: Iterable[int]) -> None:
        if "tell" in request.POST:
            kind = Kind.CALLED_OFF if self.model is Conference else Kind.TAKEN_OFF
            say(request, tell_who_lose_their_place(self.places(pks), kind))


def tell_those_who_leave(request: HttpRequest, formsets: Iterable[Any]) -> None:
    """Those whose row of the roster is ticked to be deleted on the page of a conference."""
    leaving = [pk for formset in formsets if issubclass(formset.model, Invitation) for pk in formset.leaving]
    if leaving:
        say(request, tell_who_lose_their_place(Invitation.objects.filter(pk__in=leaving), Kind.TAKEN_OFF))


def say(request: HttpRequest, owed: Owed) -> None:
    if owed.new:
        words = ngettext(
            "%(n)s person is told that they are invited no more.",
            "%(n)s people are told that they are invited no more.",
            owed.new,
        )
        messages.success(request, words % {"n": owed.new})
    if owed.unreachable:
        names = ", ".join(each.participant.name for each in owed.unreachable)
        messages.warning(request, gettext("Nothing can be sent to %(names)s: tell them yourself.") % {"names": names})
