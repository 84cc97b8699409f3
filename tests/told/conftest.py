from datetime import timedelta

import pytest
from django.utils import timezone

from participants.models import Conference, Occurrence, Participant, Team
from tests import cast
from tests.admin.conftest import auditor, groups, harbourmaster, neighbour, organizer, organizers, quay, zanzibari

__all__ = ["auditor", "groups", "harbourmaster", "neighbour", "organizer", "organizers", "quay", "zanzibari"]


@pytest.fixture(autouse=True)
def mail_server(settings) -> None:
    """The sandbox's, in place of the one that Django gives to tests."""
    settings.EMAIL_BACKEND = "sandbox.mail.PhonePageBackend"


@pytest.fixture
def budget(harbour: Team) -> Conference:
    """Opens in ten hours."""
    starts = timezone.now().replace(second=0, microsecond=0) + timedelta(hours=10, minutes=15)
    return cast.conference(harbour, "Budget", starts, time_zone="America/New_York")


@pytest.fixture
def tomorrow(budget: Conference) -> Occurrence:
    return cast.occurrence_of(budget)


@pytest.fixture
def ivo(budget: Conference) -> Participant:
    """Invited to what opens later; with a mobile and a mailbox."""
    person = cast.person(budget.team, "Ivo", "+12025550106")
    cast.mailbox(person, "ivo@example.com")
    cast.invite(budget, person)
    return person
