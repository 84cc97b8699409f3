"""Says at once when a code can never reach a contact because of its country, or of how its number begins."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext

from participants.countries import as_list, country_of
from participants.models import DialInNumber, Participant


def warn_of_countries(request: HttpRequest, person: Participant) -> None:
    """One warning for each contact of this person to which no code goes."""
    for contact in person.contacts.select_related("participant__team"):
        if contact.is_allowed() or any(contact.is_allowed(each.number) for each in DialInNumber.objects.all()):
            continue
        if not contact.begins_as_allowed:
            words = gettext("No code goes to %(address)s: this installation sends none to numbers that begin so.")
            messages.warning(request, words % {"address": contact.address})
            continue
        words = (
            gettext("No code goes to %(address)s: this installation sends none to %(country)s, only to %(allowed)s.")
            if settings.ALLOWED_COUNTRIES
            else gettext(
                "No code goes to %(address)s: nobody in the team calls from %(country)s, only from %(allowed)s. If the "
                "number is right, an administrator can add the country to the team."
            )
        )
        allowed = as_list(contact.participant.team.allowed_countries) or gettext("nowhere yet")
        values = {"address": contact.address, "country": country_of(contact.address), "allowed": allowed}
        messages.warning(request, words % values)
