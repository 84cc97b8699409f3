"""Who cannot get in, and why: for the list of people, in words and as a filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Contact, Grade, Participant, Team
from participants.models.contacts import CANNOT_BE_CALLED, CANNOT_BE_TEXTED, Channel


class Blocked:
    """Which lines are turned away. Whoever keeps the block list tells it here: this side knows nothing of calls."""

    by: Callable[[Team], Iterable[Any]] | None = None  # in force for this team: each `covers` lines for a `reason`


CANNOT_WORK = Q(succeeded_at=None) & (
    Q(channel=Channel.SMS, line_type__in=CANNOT_BE_TEXTED) | Q(channel=Channel.CALL, line_type__in=CANNOT_BE_CALLED)
)
FAILED_LAST = ~Q(failure="") & (Q(succeeded_at=None) | Q(succeeded_at__lt=F("failed_at")))


def failed_last(contact: Contact) -> bool:
    """Whether the newest thing that is known of this contact is a failure."""
    if not (contact.failed_at and contact.failure):  # a test code that went out takes the reason away
        return False
    return contact.succeeded_at is None or contact.succeeded_at < contact.failed_at


def hindrance(person: Participant, least: int = Grade.NOTHING) -> str:
    """Why no code that proves this much reaches a person, or perhaps none; empty where nothing is known against it."""
    contacts = list(person.contacts.all())
    if not contacts:
        return gettext("no contact: cannot get in")
    working = [contact for contact in contacts if contact.can_work]
    if not working:
        return gettext("no code goes to this kind of line (%(type)s)") % {"type": contacts[0].line_type}
    enough = [contact for contact in working if contact.proves(least)]
    if not enough:
        ways = list(dict.fromkeys(contact.get_channel_display() for contact in working))
        return gettext("A code by %(ways)s proves less than this room asks for.") % {"ways": ", ".join(ways)}
    if all(failed_last(contact) for contact in enough):
        return gettext("the last code did not go out: %(why)s") % {"why": enough[0].get_failure_display()}
    return ""


class CanGetIn(admin.SimpleListFilter):
    title = _("can get in")
    parameter_name = "contact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("yes", _("nothing known against it")),
            ("no", _("no contact: cannot get in")),
            ("line", _("no code can reach their line")),
            ("failed", _("the last code did not go out")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        contacts = Contact.objects.filter(participant=OuterRef("pk"))
        working = contacts.exclude(CANNOT_WORK)
        good = Exists(working.exclude(FAILED_LAST))
        match self.value():
            case "yes":
                return queryset.filter(good)
            case "no":
                return queryset.exclude(Exists(contacts))
            case "line":
                return queryset.filter(Exists(contacts)).exclude(Exists(working))
            case "failed":
                return queryset.filter(Exists(working)).exclude(good)
        return queryset
