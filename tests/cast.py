"""Who and what the tests are about: plain functions that make rows. tests/conftest.py makes the fixed cast."""

from datetime import datetime, timedelta

from django.utils import timezone

from conferenceline.telephony import authenticators
from participants.models import (
    Authenticator,
    CallingLine,
    Conference,
    Contact,
    Invitation,
    Occurrence,
    Participant,
    Team,
)
from tests.accounts.people import App

ANA = "+12025550101"
BO = "+12025550102"
STRANGER = "+12025550199"  # nobody has this number

FIRST_LINE = "first line"


def team(name: str = "Harbour") -> Team:
    return Team.objects.create(name=name)


def person(team: Team, name: str, *lines: str, texts: str | None = FIRST_LINE) -> Participant:
    """Somebody in this team's book who calls from these lines.

    Args: texts: the number that gets the codes: the first line unless said otherwise, None for no contact.
    """
    participant = Participant.objects.create(team=team, name=name)
    for number in lines:
        CallingLine.objects.create(participant=participant, number=number)
    if texts == FIRST_LINE:
        texts = lines[0] if lines else None
    if texts:
        Contact.objects.create(participant=participant, channel=Contact.Channel.SMS, address=texts)
    return participant


def mailbox(participant: Participant, address: str) -> Contact:
    """A mailbox, after the contacts that they have."""
    position = participant.contacts.count()
    return Contact.objects.create(participant=participant, channel="email", address=address, position=position)


def agree_to_texts(contact: Contact) -> Contact:
    """Whose contact it is said that they want texts."""
    contact.agree_to_texts(Contact.Agreed.SPOKEN, "mia")
    contact.save()
    return contact


def conference(team: Team, title: str, starts: datetime | str = "now", **fields: object) -> Conference:
    """A conference of 60 minutes in UTC: "now" began five minutes ago, so that its doors are open."""
    starts_at = timezone.now() - timedelta(minutes=5) if isinstance(starts, str) else starts
    return Conference.objects.create(team=team, title=title, starts_at=starts_at, **fields)


def invite(conference: Conference, participant: Participant, role: str = Invitation.Role.PARTICIPANT) -> Invitation:
    return Invitation.objects.create(conference=conference, participant=participant, role=role)


def occurrence_of(conference: Conference) -> Occurrence:
    """The one date on which the conference is held."""
    return conference.occurrences.get()


def app(participant: Participant) -> App:
    """An authenticator app that they have set up. It comes first in their order."""
    made = Authenticator.objects.invite(participant, "mia")
    assert made is not None
    made.begin()
    secret = authenticators.begin(made.identity, participant.team.name)
    made.keep(secret.factor_sid)
    shown = App(secret.key)
    assert authenticators.confirm(made.identity, secret.factor_sid, shown.code())
    made.confirm()
    return shown
