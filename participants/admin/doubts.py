"""Numbers that may be in other hands, in words for organizers; and the button that says that one is theirs still."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.admin import remedies
from participants.models import Conference, Contact, Doubt, Participant

# What is known of a number, what to do about it, and what helps until then.
WORDS: dict[str, tuple[Any, Any, dict[int, Any]]] = {
    Doubt.SIM_SWAPPED: (
        _("%(number)s got another SIM lately: no code goes there until %(until)s."),
        _("Ask them, by another way, whether it was they who changed it."),
        remedies.UNTIL_THEN,
    ),
    Doubt.REASSIGNED: (
        _("%(number)s was given to somebody else since it last proved them: no code goes there."),
        _("Ask them, by another way. Where it is theirs, say so on their page (“Still theirs”); else change it there."),
        remedies.UNTIL_THEN,
    ),
    Doubt.FORWARDED: (
        _("The calls to %(number)s are forwarded: no code is spoken there."),
        _("Ask them, by another way, whether it was they who had that done."),
        remedies.UNTIL_THEN_WITHOUT_CALLS,
    ),
}
# And what becomes of it in the plan of a conference that wants to know.
NO_CODE = {
    Doubt.SIM_SWAPPED: _("No code goes to a number whose SIM was changed lately."),
    Doubt.REASSIGNED: _("No code goes to a number that was given to somebody else."),
    Doubt.FORWARDED: _("No code is spoken to a number whose calls are forwarded."),
}


def told(conference: Conference, person: Participant, contact: Any) -> tuple[str, str]:
    """What is known of this contact `with_doubt` of this person, and what to do about it."""
    said, remedy, until_then = WORDS[contact.doubt]
    values = {"number": contact.address}
    if until := contact.sim_rests_until:
        values["until"] = f"{conference.local(until):%Y-%m-%d %H:%M %Z}"
    return said % values, f"{remedy} {remedies.chosen(until_then, conference, person)}"


class DoubtedContacts(admin.options.InlineModelAdmin):
    """An inline of contacts that says which number was given to somebody else, with a button to say that it was not."""

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        self.may_confirm = self.has_change_permission(request, obj)
        return super().get_formset(request, obj, **kwargs)

    @admin.display(description=_("owner"))
    def owner(self, contact: Contact) -> str:
        if not (contact.reassigned_at and Doubt.REASSIGNED.heeded):
            return ""
        values = {"day": date_format(timezone.localtime(contact.reassigned_at), "DATE_FORMAT")}
        words = gettext("Somebody else’s, as Twilio said on %(day)s.") % values
        if not self.may_confirm:
            return words
        button = '{} <button type="submit" class="button" form="still-theirs" name="contact" value="{}">{}</button>'
        return format_html(button, words, contact.pk, gettext("Still theirs"))


class ConfirmsContacts(admin.ModelAdmin):
    """The page of a person, whose numbers whoever may change the person can say to be theirs still."""

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.still_theirs_view)
        return [
            path("<path:object_id>/still-theirs/", view, name="participants_participant_still_theirs"),
            *super().get_urls(),
        ]

    def still_theirs_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person: Participant | None = self.get_object(request, unquote(object_id))
        if person is None:
            # Django's own; its stubs leave it out.
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        if request.method == "POST":
            chosen = request.POST.get("contact", "")
            contact = get_object_or_404(person.contacts.all(), pk=chosen if chosen.isdecimal() else 0)
            contact.confirm()
            said = gettext("Said that %(number)s is still theirs.") % {"number": contact.address}
            self.log_change(request, person, said)
            told = gettext("Codes go to %(number)s again.") % {"number": contact.address}
            self.message_user(request, told, messages.SUCCESS)
        return redirect("admin:participants_participant_change", person.pk)
