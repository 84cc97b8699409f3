"""Mail and texts: what is waiting, what was sent, what failed and why. Nobody writes here, and nothing is sent here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.admin.coming import ComingConferences
from participants.admin.walls import TeamWall
from participants.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(TeamWall, admin.ModelAdmin):
    """A team sees what went to its people; what belongs to no team is for administrators, who see whole addresses."""

    list_display = ("created_at", "kind", "channel", "participant", "shown_address", "state", "last_error")
    list_filter = ("state", "channel", "kind", "team", ComingConferences)
    list_select_related = ("participant",)
    date_hierarchy = "created_at"
    search_fields = ("participant__name",)
    search_help_text = _("The name of a person.")
    show_full_result_count = False
    actions = ("send_again",)
    fields = (
        "kind",
        "channel",
        "participant",
        "shown_address",
        "conference",
        "occurrence",
        "team",
        "state",
        "last_error",
        "attempts",
        "next_try",
        "created_at",
        "sent_at",
        "subject",
        "shown_body",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Whoever may change what is owed may have it sent again."""
        return request.user.has_perm("participants.change_delivery")

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """A search for a part of an address would spell it out."""
        more = ("address",) if request.user.is_superuser else ()
        return [*super().get_search_fields(request), *more]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """Only the filters of the page: one typed into the address could spell out what is masked."""
        names = [item for item in self.list_filter if isinstance(item, str)]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in (self.date_hierarchy, *names)) and (
            super().lookup_allowed(lookup, value, request)
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.seen_by(request, self.list_display)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.seen_by(request, self.fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.get_fields(request, obj)

    def seen_by(self, request: HttpRequest, names: Any) -> list[str]:
        whole = {"shown_address": "address"} if request.user.is_superuser else {}
        return [whole.get(name, name) for name in names]

    @admin.display(description=_("to"))
    def shown_address(self, delivery: Delivery) -> str:
        return delivery.masked_address

    @admin.display(description=_("next try at"))
    def next_try(self, delivery: Delivery) -> str:
        waits = delivery.state == Delivery.State.WAITING
        return date_format(localtime(delivery.next_attempt_at), "DATETIME_FORMAT") if waits else "–"

    @admin.display(description=_("text"))
    def shown_body(self, delivery: Delivery) -> str:
        """What belongs to no participant may hold a link that lets in."""
        return delivery.body if delivery.personal else gettext("not shown")

    @admin.action(description=_("Send again what failed or may not have arrived"), permissions=["send"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        chosen = list(self.organized(queryset, request.user))
        owed = sum(delivery.send_again() for delivery in chosen)
        if owed:
            words = ngettext("%d is waiting to be sent again.", "%d are waiting to be sent again.", owed)
            self.message_user(request, words % owed, messages.SUCCESS)
        if left := len(chosen) - owed:
            words = ngettext(
                "%d was left alone: it is waiting, was sent, or is a test code.",
                "%d were left alone: they are waiting, were sent, or are test codes.",
                left,
            )
            self.message_user(request, words % left, messages.WARNING)
