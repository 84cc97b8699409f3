"""What to advise where somebody cannot get in: nothing that proves less than the conference asks for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, Grade, Participant

ADD_A_WAY: dict[int, Any] = {
    Grade.MAIL: _("Add a mobile number or a mail address."),
    Grade.PHONE: _("Add a mobile, or another phone."),
}
ADD_TO_TOO_LITTLE: dict[int, Any] = {
    Grade.PHONE: _("Add a mobile, or another phone; or send them the link for an authenticator app."),
}
ADD_TO_A_LINE_WITHOUT_TEXTS: dict[int, Any] = {
    Grade.MAIL: _(
        "Add a mail address or a mobile; or choose “call to another phone” for this number, where they call from "
        "elsewhere."
    ),
    Grade.PHONE: _("Add a mobile; or choose “call to another phone” for this number, where they call from elsewhere."),
}
ADD_TO_OWN_LINE: dict[int, Any] = {
    Grade.MAIL: _("Add a mail address, or a phone from which they do not call."),
    Grade.PHONE: _("Add a mobile for texts, or a phone from which they do not call."),
}
ADD_TO_A_CLOSED_COUNTRY: dict[int, Any] = {
    Grade.MAIL: _("Add a mail address, or %(ask)s."),
    Grade.PHONE: _("Add a number of a country that is allowed, or %(ask)s."),
}
TRY_AGAIN: dict[int, Any] = {
    Grade.MAIL: _("Send a test code, or add another contact."),
    Grade.PHONE: _("Send a test code, or add another phone."),
}
UNTIL_THEN: dict[int, Any] = {
    Grade.NOTHING: _("Until then: a mail address or an authenticator app, or let them in by hand."),
    Grade.MAIL: _("Until then: a mail address or an authenticator app."),
    Grade.PHONE: _("Until then: another phone or an authenticator app."),
}
UNTIL_THEN_WITHOUT_CALLS: dict[int, Any] = {
    Grade.NOTHING: _("Until then: a mobile for texts, a mail address or an authenticator app, or let them in by hand."),
    Grade.MAIL: _("Until then: a mobile for texts, a mail address or an authenticator app."),
    Grade.PHONE: _("Until then: a mobile for texts or an authenticator app."),
}


def chosen(advice: dict[int, Any], conference: Conference, person: Participant) -> str:
    """Of these the weakest that is enough for this conference; where none is, an authenticator app."""
    enough = [grade for grade in advice if grade >= conference.least_grade]
    return str(advice[min(enough)]) if enough else app(person)


def app(person: Participant) -> str:
    """How this person, with contacts fetched, gets an authenticator app: the link goes by mail."""
    if any(contact.channel == contact.Channel.EMAIL for contact in person.contacts.all()):
        return gettext("Send them the link for an authenticator app, from their page.")
    return gettext("Add a mail address, and send them the link for an authenticator app, from their page.")


def by_hand(conference: Conference) -> str:
    """That they can be let in by hand, where they can."""
    return gettext("Until then: let them in by hand.") if conference.least_grade <= Grade.BY_HAND else ""
