"""People of a roster, typed: a number and a name, as organizers have them in their letters."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.shown import ShowsSome
from participants.models import CallingLine, Invitation, ModeratorNumber, Participant
from participants.models.teams import region_of
from participants.names import LONGEST, likeness, plain
from participants.numbers import read_number

# Of a roster on the page of its conference: each costs time, and Django reads no form with more than 1000 fields.
SHOWN = 50


class Shown(forms.Widget):
    """Shows something, and sends nothing back."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html('<span class="shown">{}</span>', self.text)


class SamePerson(forms.Field):
    """The person of an invitation that exists. Somebody else is another one, with its own roster number."""

    def __init__(self, person: Participant) -> None:
        super().__init__(disabled=True, widget=Shown(""))
        self.person = person

    def clean(self, value: Any) -> Participant:
        return self.person


class NumberField(forms.CharField):
    """A number as people of the region write it (ISO 3166, two letters; "": the installation's); cleaned, E.164."""

    region = ""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return read_number(text, self.region) if text else ""


class PlainNameField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return plain(super().to_python(value) or "")


class NumbersFormSet(forms.BaseInlineFormSet):
    """Reads the numbers in its rows as the team of its page writes them."""

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        field = form.fields.get("number")
        if self.is_bound and isinstance(field, NumberField):
            field.region = region_of(self.instance)


def number_field(*, required: bool = False) -> NumberField:
    widget = AdminTextInputWidget(attrs={"type": "tel", "autocomplete": "off", "class": "vTextField number"})
    return NumberField(label=_("number"), widget=widget, required=required)


def name_field() -> forms.CharField:
    widget = AdminTextInputWidget(attrs={"autocomplete": "off"})
    return PlainNameField(label=_("name"), widget=widget, max_length=LONGEST, required=False)


class CallingLineForm(forms.ModelForm):
    number = number_field(required=True)

    class Meta:
        model = CallingLine
        fields = ("number",)


class TypedForm(forms.ModelForm):
    """A row of people who are typed. Who is on the roster is shown, and can only be taken off."""

    number = number_field()
    name = name_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("number", "name"):
            self.fields[name].widget.attrs["aria-label"] = self.fields[name].label
        if self.instance.pk:
            person = self.instance.participant
            numbers = ", ".join(str(line.number) for line in person.lines.all())
            for name, text in (("number", numbers), ("name", person.name)):
                self.fields[name] = forms.CharField(
                    label=self.fields[name].label, required=False, disabled=True, widget=Shown(text)
                )

    @property
    def typed(self) -> tuple[str, str] | None:
        """Number (E.164) and name, where a row that is new has both."""
        number, name = (self.cleaned_data.get(field) for field in ("number", "name"))
        return (str(number), name) if number and name and not self.instance.pk else None

    def require_both(self) -> None:
        """Complains at the field that is missing."""
        for field in ("number", "name"):
            if not self.cleaned_data.get(field) and field not in self.errors:
                self.add_error(field, forms.Field.default_error_messages["required"])


class InvitationForm(TypedForm):
    """Somebody on the roster: typed, or chosen from the address book."""

    class Meta:
        model = Invitation
        fields = ("participant", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["participant"] = SamePerson(self.instance.participant)
        elif "participant" in self.fields:  # whoever may only look has no fields
            self.fields["participant"].required = False
            self.fields["role"].widget.attrs["aria-label"] = self.fields["role"].label

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk:
            return cleaned
        anything = cleaned.get("number") or cleaned.get("name") or {"number", "name"} & set(self.errors)
        if cleaned.get("participant") and anything:
            self.add_error("participant", _("Either type a number and a name, or choose somebody: not both."))
        elif "participant" in self.errors:
            pass
        elif anything:
            self.require_both()
        elif not cleaned.get("participant"):
            self.add_error("number", _("Type a number and a name, or choose somebody from the address book."))
        return cleaned

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | ({"participant"} if not self.cleaned_data.get("participant") else set())

    def save(self, commit: bool = True) -> Invitation:
        if not self.typed:
            return super().save(commit)
        made: Invitation = Invitation.objects.invite(
            self.instance.conference, *self.typed, role=self.cleaned_data["role"]
        )
        return made


class ModeratorNumberForm(TypedForm):
    class Meta:
        model = ModeratorNumber
        fields = ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.instance.pk:
            self.require_both()
        return cleaned

    def save(self, commit: bool = True) -> ModeratorNumber:
        if not self.typed:
            return self.instance
        made: ModeratorNumber = ModeratorNumber.objects.add(self.instance.conference, *self.typed)
        return made


class TypedFormSet(NumbersFormSet, ShowsSome):
    """Finds out what entering each one would say while what was typed is still on the page."""

    def to_show(self, rows: QuerySet) -> list[int]:
        return list(rows.order_by("-pk").values_list("pk", flat=True)[:SHOWN])

    @property
    def more(self) -> SafeString:
        if self.initial_form_count() < SHOWN:
            return SafeString()
        there = self.all_rows.count()
        if there <= SHOWN:
            return SafeString()
        words = gettext("Here are the %(shown)s who were added last, of %(there)s.") % {"shown": SHOWN, "there": there}
        page = f"{reverse('admin:participants_invitation_changelist')}?conference={self.instance.pk}"
        return format_html('{} <a href="{}">{}</a>', words, page, gettext("The whole roster"))

    def clean(self) -> None:
        super().clean()
        # Both tables of the page hang on the same conference: a number may not have one name here, another there.
        names: dict[str, str] = self.instance.__dict__.setdefault("_typed", {})
        here: set[str] = set()
        for form in cast("list[TypedForm]", self.extra_forms):
            if form.cleaned_data.get("DELETE") or not form.typed:
                continue
            number, name = form.typed
            if names.setdefault(number, likeness(name)) != likeness(name):
                form.add_error("number", _("This number is given twice here, under two names."))
            elif self.instance.team_id:
                try:
                    person = Invitation.objects.find(self.instance.team, number, name)
                except ValidationError as error:
                    form.add_error("name", error)
                else:
                    self.refuse_twice(form, number, person, here)

    def refuse_twice(self, form: Any, number: str, person: Participant | None, here: set[str]) -> None:
        """Whoever is typed as a moderator may be there already: then they moderate from now on."""
        if person:
            self.typed_again.add(person.pk)

    @property
    def typed_again(self) -> set[int]:
        """Who keeps their place, by their key, even where its row is ticked to be deleted."""
        people: set[int] = self.instance.__dict__.setdefault("_typed_again", set())
        return people

    @property
    def leaving(self) -> list[int]:
        """The keys of the places that saving deletes."""
        rows = [form.instance for form in self.deleted_forms]
        return [row.pk for row in rows if row.pk and row.participant_id not in self.typed_again]

    def delete_existing(self, obj: Invitation, commit: bool = True) -> None:
        if obj.pk in self.leaving:
            super().delete_existing(obj, commit)
        else:
            self.deleted_objects.remove(obj)


class InvitationFormSet(TypedFormSet):
    def refuse_twice(self, form: Any, number: str, person: Participant | None, here: set[str]) -> None:
        chosen = {
            each.cleaned_data["participant"].pk
            for each in self.extra_forms
            if each.cleaned_data.get("participant") and not each.cleaned_data.get("DELETE")
        }
        again = number in here or (person is not None and person.pk in chosen)
        on_it = bool(person and self.instance.pk and self.instance.invitations.filter(participant=person).exists())
        if again or on_it:
            form.add_error("number", gettext("This person is already on the roster."))
        here.add(number)


class ModeratorNumberFormSet(TypedFormSet):
    @classmethod
    def get_default_prefix(cls) -> str:
        return "moderators"  # the other inline of this page has "invitations"
