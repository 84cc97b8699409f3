"""Consent to texts, typed beside a contact: how somebody said that they want them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin.typed import Shown
from participants.models import Contact
from participants.models.contacts import normalised
from participants.models.teams import region_of


class ContactForm(forms.ModelForm):
    """Channel and address are looked at together, and a contact typed twice in two ways is one too many."""

    agreed = forms.ChoiceField(
        label=_("agreed to texts"),
        choices=[("", _("no")), *Contact.Agreed.choices],
        required=False,
        help_text=_("To texts that are no codes. Codes go to whoever calls, and need no consent."),
    )

    class Meta:
        model = Contact
        fields = ("channel", "address", "position")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.is_app:
            self.keep_as_it_is()
        elif "channel" in self.fields:
            choices = [choice for choice in Contact.Channel.choices if choice[0] != Contact.Channel.TOTP]
            cast("forms.ChoiceField", self.fields["channel"]).choices = choices
        if self.instance.may_be_texted:
            self.initial["agreed"] = self.instance.texts_agreed_how

    def keep_as_it_is(self) -> None:
        """An authenticator app can be moved in the order and taken away, and is set up by a link alone."""
        for name, shown in (("channel", self.instance.get_channel_display()), ("address", gettext("set up by link"))):
            if name in self.fields:
                field = forms.CharField(label=self.fields[name].label, disabled=True, widget=Shown(str(shown)))
                self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("channel") and typed.get("address"):
            try:
                typed["address"] = normalised(typed["channel"], typed["address"], region_of(typed["participant"]))
            except ValidationError as problem:
                self.add_error("address", problem)
        if "agreed" in self.changed_data and typed.get("agreed") and typed.get("channel") != Contact.Channel.SMS:
            self.add_error("agreed", _("Only a contact by text message can agree to texts."))
        elif self.instance.texts_stopped and typed.get("agreed") and typed.get("address") == self.instance.address:
            self.add_error("agreed", _("They answered STOP: texts reach them again once they answer START."))
        return typed

    def save(self, commit: bool = True) -> Contact:
        if "agreed" in self.changed_data:
            if how := self.cleaned_data["agreed"]:
                self.instance.agree_to_texts(how, noted_by=self.instance.changed_by)
            else:
                self.instance.withdraw_texts()
        contact: Contact = super().save(commit)
        return contact


def consent_of(contact: Contact) -> str:
    """Since when they want texts, or want none any more, and who noted it."""
    if contact.texts_withdrawn_at:
        return gettext("wants no texts since %(day)s") % {"day": _day(contact.texts_withdrawn_at)}
    if contact.texts_agreed_at is None:
        return ""
    words = {"day": _day(contact.texts_agreed_at), "by": contact.texts_agreed_noted_by}
    return gettext("since %(day)s, noted by %(by)s") % words if words["by"] else gettext("since %(day)s") % words


def _day(moment: Any) -> str:
    return date_format(localtime(moment), "DATE_FORMAT")
