from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from conferenceline.outbox import send_due
from participants.invitations import Whom, invite
from participants.models import Conference, DialInNumber, Invitation, Participant, Team
from sandbox.models import Message
from tests import cast
from tests.admin.conftest import auditor, groups, harbourmaster, neighbour, organizer, organizers, quay, zanzibari

__all__ = ["auditor", "groups", "harbourmaster", "neighbour", "organizer", "organizers", "quay", "zanzibari"]


@pytest.fixture(autouse=True)
def mail_server(settings) -> None:
    """The sandbox's, in place of the one that Django gives to tests."""
    settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"


@pytest.fixture
def number(db) -> DialInNumber:
    return DialInNumber.objects.create(number="+12025550100")


@pytest.fixture
def budget(harbour: Team, number: DialInNumber) -> Conference:
    """In three days, once, in New York."""
    starts = timezone.now().replace(second=0, microsecond=0) + timedelta(days=3)
    return cast.conference(harbour, "Budget", starts, time_zone="America/New_York")


@pytest.fixture
def weekly(harbour: Team, number: DialInNumber) -> Conference:
    """On Tuesdays at 9 in New York, without end, from next spring on."""
    starts = datetime(timezone.now().year + 1, 3, 2, 14, tzinfo=UTC)
    starts += timedelta(days=(1 - starts.weekday()) % 7)
    return cast.conference(
        harbour, "Harbour watch", starts, time_zone="America/New_York", recurrence="FREQ=WEEKLY;BYDAY=TU;WKST=MO"
    )


def mailed(conference: Conference, name: str, **fields: object) -> Invitation:
    """Somebody on the roster with a mailbox, and the code by text."""
    last = 10 + conference.invitations.count()
    person = cast.person(conference.team, name, f"+120255501{last}")
    cast.mailbox(person, f"{name.lower()}@example.com")
    Participant.objects.filter(pk=person.pk).update(**fields)
    return cast.invite(conference, Participant.objects.get(pk=person.pk))


def texted(conference: Conference, name: str, *, agreed: bool = True) -> Invitation:
    """Somebody on the roster with a mobile alone."""
    last = 10 + conference.invitations.count()
    person = cast.person(conference.team, name, f"+120255501{last}")
    if agreed:
        cast.agree_to_texts(person.contacts.get())
    return cast.invite(conference, person)


@pytest.fixture
def invited(budget: Conference) -> Conference:
    """With Ana, who got the invitation by mail, Bo, who got it by text, and Cy, who got none."""
    mailed(budget, "Ana"), texted(budget, "Bo")
    invite(budget, Whom.NEW)
    send_due()
    Message.objects.all().delete()
    mailed(budget, "Cy")
    return budget


def arrived() -> list[tuple[str, str]]:
    send_due()
    return list(Message.objects.order_by("to").values_list("to", "subject"))
