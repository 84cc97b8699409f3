"""The people in a team's address book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from timezone_field import TimeZoneField

from participants.admin.authenticators import EnrolsAuthenticators
from participants.admin.changes import flagged, history_of, with_recent_changes
from participants.admin.consent import ContactForm, consent_of
from participants.admin.countries import warn_of_countries
from participants.admin.deletion import TellsWhatGoes
from participants.admin.doubts import ConfirmsContacts, DoubtedContacts
from participants.admin.export import Exports
from participants.admin.history import Remembers
from participants.admin.importing import ImportsIntoBook
from participants.admin.pasting import PastesIntoBook
from participants.admin.reach import CanGetIn, hindrance
from participants.admin.schedule_form import LongSelect
from participants.admin.search import people_like, searched
from participants.admin.test_codes import TestableContacts, TestsContacts
from participants.admin.typed import CallingLineForm, NumbersFormSet
from participants.admin.walls import TeamWall
from participants.models import CallingLine, Contact, Doubt, Participant, Team
from participants.resources import ParticipantResource, numbers_of


def first_contact_of(person: Participant) -> str:
    """Where the code goes. Nobody without a contact can get in, so that this says so."""
    return str(usual_way(person) or gettext("no contact: cannot get in"))


def usual_way(person: Participant) -> Contact | None:
    """The first that can work; where none can, the first, beside which the page says why."""
    contacts = list(person.contacts.all())
    return next((each for each in contacts if each.can_work), None) or next(iter(contacts), None)


def told_apart(person: Participant) -> str:
    """A name with a number or contact: there may be two people of one name."""
    known = numbers_of(person) or first_contact_of(person)
    return f"{person.name} · {known}"


class CallingLineInline(TeamWall, admin.TabularInline):
    model = CallingLine
    form = CallingLineForm
    formset = NumbersFormSet
    team_paths = ("participant__team",)
    extra = 1


class ContactInline(TeamWall, TestableContacts, DoubtedContacts, admin.TabularInline):
    model = Contact
    form = ContactForm
    team_paths = ("participant__team",)
    extra = 1
    fields = ("channel", "address", "position", "agreed", "texts", "proved", "owner", "failed", "test")
    readonly_fields = ("texts", "proved", "owner", "failed", "test")
    verbose_name = _("contact")
    verbose_name_plural = _("contacts: where a code can reach them; the first that can work is used")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        hidden = set() if self.has_change_permission(request, obj) else {"agreed"}
        hidden |= set() if Doubt.REASSIGNED.heeded else {"owner"}
        return [name for name in self.fields or () if name not in hidden]

    @admin.display(description=_("wants texts"))
    def texts(self, contact: Contact) -> str:
        return consent_of(contact)

    @admin.display(description=_("last proved"))
    def proved(self, contact: Contact) -> str:
        return date_format(localtime(contact.succeeded_at), "DATETIME_FORMAT") if contact.succeeded_at else ""

    @admin.display(description=_("last failure"))
    def failed(self, contact: Contact) -> str:
        """When and why a code could not be sent; or why none is sent there."""
        if not contact.can_work:
            return gettext("never used: Twilio takes the line for a %(type)s") % {"type": contact.line_type}
        if contact.failed_at is None or not contact.failure:
            return ""
        return f"{date_format(localtime(contact.failed_at), 'DATETIME_FORMAT')}: {contact.get_failure_display()}"


@admin.register(Participant)
class ParticipantAdmin(
    TeamWall,
    ImportsIntoBook,
    PastesIntoBook,
    TestsContacts,
    ConfirmsContacts,
    EnrolsAuthenticators,
    Exports,
    TellsWhatGoes,
    Remembers,
):
    """A person, the lines they call from and where a code reaches them, on one page."""

    resource_classes = (ParticipantResource,)
    list_display = ("name", "calls_from", "hindered", "gets_codes_at", "team")
    list_filter = ("team", CanGetIn)
    search_fields = ("name",)
    search_help_text = _("A name, or a number however it is written.")
    nothing_yet = _("Add people here, or type them into the roster of a conference: they are kept for the next time.")
    fieldsets = (
        (None, {"fields": ("name", "team", "invited_to", "changes")}),
        (_("On the phone"), {"fields": ("language", "time_zone", "slow_pace", "authenticator")}),
    )
    readonly_fields = ("invited_to", "changes", "authenticator")
    inlines = (CallingLineInline, ContactInline)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """formfield_overrides says nothing of a field with choices."""
        if isinstance(db_field, TimeZoneField):
            kwargs["widget"] = LongSelect
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Participant]:
        rows = super().get_queryset(request).select_related("team")
        return rows.prefetch_related("lines", "contacts", with_recent_changes())

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        term = searched(search_term)
        queryset, _duplicates = super().get_search_results(request, queryset, "")
        if not term:
            return queryset, False
        contacts = Contact.objects.filter(address__icontains=term).order_by().values("participant")
        people = people_like(Participant.objects.all(), term).values("pk")
        return queryset.filter(Q(pk__in=people) | Q(pk__in=contacts)), False

    def choice_labels(self, request: HttpRequest) -> Callable[[Participant], str]:
        """How a person is told from others; with the team, for whoever may choose from several books."""
        if len(Team.objects.organized_by(request.user)[:2]) < 2:
            return told_apart
        return lambda person: f"{told_apart(person)} · {person.team}"

    @admin.display(description=_("calls from"))
    def calls_from(self, person: Participant) -> str:
        return numbers_of(person)

    @admin.display(description=_("gets codes at"))
    def gets_codes_at(self, person: Participant) -> str:
        return flagged(str(usual_way(person) or ""), person)

    @admin.display(description=_("cannot get in?"))
    def hindered(self, person: Participant) -> str:
        return hindrance(person)

    @admin.display(description=_("changes of contacts"))
    def changes(self, person: Participant) -> str:
        return history_of(person) if person.pk else ""

    @admin.display(description=_("invited to"))
    def invited_to(self, person: Participant) -> str:
        invitations = (
            person.invitations.filter(conference__team=person.team_id) if person.pk else person.invitations.none()
        )
        return format_html_join(
            ", ",
            "{} ({}, {} {})",
            (
                (each.conference, each.get_role_display(), gettext("roster number"), each.roster_number)
                for each in invitations.select_related("conference")
            ),
        )

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for row in formset.forms:
            row.instance.changed_by = request.user.get_username()
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_countries(request, form.instance)
        if not Contact.objects.filter(participant=form.instance).exists():  # its own were loaded before they were saved
            messages.warning(
                request,
                gettext("%(name)s has no contact: no code can reach them, and they cannot get in.")
                % {"name": form.instance.name},
            )
