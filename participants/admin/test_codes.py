"""A test code to one contact: the button writes a row, the worker sends, and the page says what came of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Contact, Delivery

WORDS = {
    Delivery.State.WAITING: _("On its way since %(at)s. Load the page again in a moment."),
    Delivery.State.SENDING: _("On its way since %(at)s. Load the page again in a moment."),
    Delivery.State.SENT: _("Sent at %(at)s."),
    Delivery.State.FAILED: _("Not sent at %(at)s: %(why)s"),
    Delivery.State.UNSURE: _("Perhaps sent at %(at)s: %(why)s"),
    Delivery.State.WITHDRAWN: _("Not sent at %(at)s: %(why)s"),
}


def outcome(contact: Contact) -> str:
    """What became of the last test of this contact, in words; "" where there was none."""
    test = contact.deliveries.filter(kind=Delivery.Kind.TEST_CODE).first()
    if test is None:
        return ""
    at = timezone.localtime(test.sent_at or test.created_at)
    at_in_words = f"{date_format(at, 'SHORT_DATETIME_FORMAT')} {at.tzname()}"
    return WORDS[Delivery.State(test.state)] % {"at": at_in_words, "why": test.last_error}


class TestableContacts(admin.options.InlineModelAdmin):
    """An inline of contacts, each with its last test and a button for another."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.may_test = self.has_change_permission(request, obj)
        return super().get_formset(request, obj, **kwargs)

    @admin.display(description=_("test"))
    def test(self, contact: Contact) -> str:
        if not contact.pk or contact.is_app:
            return ""
        words = outcome(contact)
        if not self.may_test:
            return words
        button = '{} <button type="submit" class="button" form="test-code" name="contact" value="{}">{}</button>'
        return format_html(button, words, contact.pk, gettext("Send a test code"))


class TestsContacts(admin.ModelAdmin):
    """The page of a person, whose contacts can be tested by whoever may change the person."""

    change_form_template = "participants/person.html"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.test_code_view)
        return [
            path("<path:object_id>/test-code/", view, name="participants_participant_test_code"),
            *super().get_urls(),
        ]

    def test_code_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.get_object(request, unquote(object_id))
        if person is None:
            # Django's own; its stubs leave it out.
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            chosen = request.POST.get("contact", "")
            contact = get_object_or_404(person.contacts.sent_to(), pk=chosen if chosen.isdecimal() else 0)
            self.test_contact(request, contact)
        return redirect("admin:participants_participant_change", person.pk)

    def test_contact(self, request: HttpRequest, contact: Contact) -> None:
        with transaction.atomic():
            language = contact.participant.language or settings.LINE_LANGUAGE
            owed = Delivery.objects.owe_test_code(contact, language)
            if owed:
                words = gettext("Sent a test code by %(channel)s.") % {"channel": contact.get_channel_display()}
                self.log_change(request, contact.participant, words)
        if owed:
            told = gettext("A test code is on its way. It opens no room; what became of it is said beside the contact.")
        else:
            told = gettext("A test code is on its way there already.")
        self.message_user(request, told)
