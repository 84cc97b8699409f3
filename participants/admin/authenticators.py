"""The authenticator app of a person: a button sends them the link, and the page says how far they have come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Authenticator, Contact, Delivery, Participant
from participants.notices import set_up_authenticator


def how_far(person: Participant) -> str:
    """What became of the last link, in words; "" where there was none."""
    last = person.authenticators.first()
    if last is None:
        return ""
    values = {"at": in_words(last.sent_at), "by": last.sent_by, "until": in_words(last.expires_at)}
    if last.confirmed_at:
        in_use = person.contacts.filter(channel=Contact.Channel.TOTP, address=last.identity).exists()
        values["at"] = in_words(last.confirmed_at)
        return (gettext("Set up at %(at)s.") if in_use else gettext("Set up at %(at)s, and removed since.")) % values
    if last.expires_at <= timezone.now():
        return gettext("A link was sent at %(at)s by %(by)s, and not used in time. Send another.") % values
    if last.started_at:
        return (
            gettext("The link was used; the first code has not been entered yet. It can be until %(until)s.") % values
        )
    mail = Delivery.objects.filter(key=last.delivery_key).first()
    if mail and mail.state in Delivery.OVER_WITHOUT_PROOF:
        return gettext("The mail with the link did not go out: %(why)s") % {"why": mail.last_error}
    return gettext("A link was sent at %(at)s by %(by)s. It works until %(until)s.") % values


def in_words(moment: datetime) -> str:
    at = timezone.localtime(moment)
    return f"{date_format(at, 'SHORT_DATETIME_FORMAT')} {at.tzname()}"


class EnrolsAuthenticators(admin.ModelAdmin):
    """The page of a person, whose authenticator app can be set up by whoever may change the person."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.authenticator_view)
        return [
            path("<path:object_id>/authenticator/", view, name="participants_participant_authenticator"),
            *super().get_urls(),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        self.may_enrol = bool(obj and self.has_change_permission(request, obj))
        return super().get_form(request, obj, change, **kwargs)

    @admin.display(description=_("authenticator app"))
    def authenticator(self, person: Participant) -> str:
        if not person.pk:
            return gettext("To send a link, save the person first.")
        words = how_far(person)
        if not self.may_enrol:
            return words
        if not person.contacts.mailboxes().exists():
            return f"{words} {gettext('To send a link, enter a contact by e-mail first.')}"
        button = '{} <button type="submit" class="button" form="authenticator-link">{}</button>'
        return format_html(button, words, gettext("Send the enrolment link"))

    def authenticator_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.get_object(request, unquote(object_id))
        if person is None:
            # Django's own; its stubs leave it out.
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            mailbox = person.contacts.mailboxes().first()
            if mailbox is None:
                words = gettext("There is no mailbox to send a link to: enter a contact by e-mail first.")
                self.message_user(request, words, messages.WARNING)
            else:
                self.send_link(request, person, mailbox)
        return redirect("admin:participants_participant_change", person.pk)

    def send_link(self, request: HttpRequest, person: Participant, mailbox: Contact) -> None:
        with transaction.atomic():
            link = Authenticator.objects.invite(person, request.user.get_username())
            if link:
                with translation.override(person.language or settings.LINE_LANGUAGE):
                    notice = set_up_authenticator(person.team.name, link.expires_at)
                Delivery.objects.owe_link(link, mailbox, notice)
                self.log_change(request, person, gettext("Sent the link to set up an authenticator app."))
        if link:
            told = gettext("A mail with the link is on its way. It works once, for a day; earlier links work no more.")
        else:
            told = gettext("A link is on its way already.")
        self.message_user(request, told)
