"""Who is on a roster: people chosen from the address book, and moderators typed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from phonenumber_field.formfields import PhoneNumberField

from participants.admin.people import first_contact_of, numbers_of
from participants.admin.walls import TeamWall
from participants.models import Invitation, ModeratorNumber, Participant
from participants.models.people import refuse_extension


class InvitationWall(TeamWall):
    team_paths = ("conference__team", "participant__team")


class RosterInline(InvitationWall, admin.TabularInline):
    """What both inlines tell of an invitation. Together they show each one once."""

    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows = super().get_queryset(request).select_related("participant")
        return rows.prefetch_related("participant__lines", "participant__contacts")

    @admin.display(description=_("calls from"))
    def calls_from(self, invitation: Invitation) -> str:
        return numbers_of(invitation.participant) if invitation.pk else ""

    @admin.display(description=_("gets codes at"))
    def gets_codes_at(self, invitation: Invitation) -> str:
        return first_contact_of(invitation.participant) if invitation.pk else ""

    @admin.display(description=_("roster number"))
    def number_of_seat(self, invitation: Invitation) -> str:
        """An empty row has a number too, but not the one that it will be saved with."""
        return invitation.roster_number if invitation.pk else ""


class NameOnly(forms.Widget):
    """Shows who somebody is, and sends nothing back."""

    def __init__(self, person: Participant) -> None:
        super().__init__()
        self.person = person

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return conditional_escape(self.person.name)


class SamePerson(forms.Field):
    """The person of an invitation that exists. Somebody else is another one, with its own roster number."""

    def __init__(self, person: Participant) -> None:
        super().__init__(disabled=True, widget=NameOnly(person))
        self.person = person

    def clean(self, value: Any) -> Participant:
        return self.person


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ("participant", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["participant"] = SamePerson(self.instance.participant)


class InvitationInline(RosterInline):
    model = Invitation
    form = InvitationForm
    fields = ("participant", "role", "calls_from", "gets_codes_at", "number_of_seat")
    readonly_fields = ("calls_from", "gets_codes_at", "number_of_seat")
    autocomplete_fields = ("participant",)
    verbose_name = _("person on the roster")
    verbose_name_plural = _("on the roster, besides the moderators below")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        return super().get_queryset(request).exclude(role=Invitation.Role.MODERATOR)


class ModeratorNumberForm(forms.ModelForm):
    """A number and a name, as an organizer types them. Who exists is shown, and can only be taken off."""

    number = PhoneNumberField(label=_("number"), widget=AdminTextInputWidget, validators=[refuse_extension])
    name = forms.CharField(
        label=_("name"), widget=AdminTextInputWidget, max_length=Participant._meta.get_field("name").max_length
    )

    class Meta:
        model = ModeratorNumber
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            person = self.instance.participant
            self.initial["name"] = person.name
            self.initial["number"] = next((line.number for line in person.lines.all()), "")
            for field in self.fields.values():
                field.disabled, field.required = True, False

    def save(self, commit: bool = True) -> ModeratorNumber:
        if self.instance.pk:
            return self.instance
        return ModeratorNumber.objects.add(
            self.instance.conference, str(self.cleaned_data["number"]), self.cleaned_data["name"]
        )


class ModeratorNumberFormSet(forms.BaseInlineFormSet):
    """Finds out what adding each one would say while what was typed is still on the page."""

    @classmethod
    def get_default_prefix(cls) -> str:
        return "moderators"  # the other inline of this page has "invitations"

    def clean(self) -> None:
        super().clean()
        typed: dict[str, str] = {}
        for form in self.extra_forms:
            number, name = (form.cleaned_data.get(field) for field in ("number", "name"))
            if not (number and name) or form.cleaned_data.get("DELETE"):
                continue
            if typed.setdefault(str(number), name.casefold()) != name.casefold():
                form.add_error("number", _("This number is given twice here, under two names."))
            elif self.instance.team_id:
                try:
                    ModeratorNumber.objects.find(self.instance.team, str(number), name)
                except ValidationError as error:
                    form.add_error("name", error)


class ModeratorNumberInline(RosterInline):
    model = ModeratorNumber
    form = ModeratorNumberForm
    formset = ModeratorNumberFormSet
    fields = ("number", "name", "gets_codes_at", "number_of_seat")
    readonly_fields = ("gets_codes_at", "number_of_seat")
    verbose_name = _("moderator")
    verbose_name_plural = _("moderators: type a number and a name")


@admin.register(Invitation)
class InvitationAdmin(InvitationWall, admin.ModelAdmin):
    """Every roster at once: for finding a roster number, and for changing a role."""

    list_display = ("participant", "conference", "role", "roster_number")
    list_filter = ("role", "conference")
    list_select_related = ("participant", "conference")
    search_fields = ("participant__name", "conference__title", "roster_number", "participant__lines__number")
    autocomplete_fields = ("participant", "conference")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("conference", "participant", "role", "roster_number") if obj else ("conference", "participant", "role")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("conference", "participant", "roster_number") if obj else ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {key: value for key, value in super().get_changeform_initial_data(request).items() if key != "team"}
