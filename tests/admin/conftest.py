"""Two teams side by side. What belongs to Quay has a word in it that no page for Harbour may contain."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from conferenceline.accounts.models import LoginInvitation
from participants.models import Conference, Delivery, Invitation, Membership, Team
from tests import cast
from verification.models import Admission, Attempt, Block, Call, Challenge, Unlock, Vouch

NELL = "+12025550130"  # Quay's only person
FOREIGN_WORDS = ("anzibar", "555-0130", "5550130", "0130", "77777777")


def log_of(invitation: Invitation, number: str, word: str) -> Call:
    """A call that was let in, with everything that is kept of it."""
    now, date = timezone.now(), cast.occurrence_of(invitation.conference)
    call = Call.objects.create(
        sid=f"CA{word}", line=number, dialled="+15550100000", language="en", rang_at=now, reply=f"reply {word}"
    )
    person = invitation.participant
    code = Challenge.objects.create(
        call=call,
        contact=person.contacts.first(),
        channel="sms",
        address=number,
        verification_sid=f"VE{word}",
        sent_at=now,
        state=Challenge.State.APPROVED,
    )
    Delivery.objects.owe(
        "notice", "text", number, participant=person, occurrence=date, subject=f"subject {word}", body=f"body {word}"
    )
    person.team.groups.create(name=f"group {word}").members.create(participant=person)
    LoginInvitation.objects.create(name=f"newcomer {word}", mail=f"{word}@example.com", team=invitation.conference.team)
    Attempt.objects.create(call=call, occurrence=date, participant=person, outcome="admitted", detail=f"detail {word}")
    Admission.objects.create(
        call=call,
        occurrence=date,
        participant=person,
        role=invitation.role,
        challenge=code,
        channel="sms",
        taken_at=now,
        until=now + timedelta(hours=1),
        room_sid=f"CF{word}",
    )
    Vouch.objects.create(
        call=call,
        occurrence=date,
        participant=person,
        invitation=invitation,
        reason=f"reason {word}",
        made_at=now,
        expires_at=now + timedelta(minutes=15),
        used_at=now,
    )
    Block.objects.create(team=person.team, number=f"{number}9", reason=f"reason {word}")
    Unlock.objects.create(participant=person, made_at=now, used_up=f"used up {word}", done_at=now)
    return call


@pytest.fixture(scope="session")
def groups(django_db_setup, django_db_blocker) -> None:
    """The groups of every role, made once: there for all tests that follow, until one of them flushes the tables."""
    with django_db_blocker.unblock():
        call_command("make_groups", verbosity=0)


@pytest.fixture
def organizers(groups: None, db) -> Group:
    if not Group.objects.exists():  # flushed
        call_command("make_groups", verbosity=0)
    return Group.objects.get(name="Organizers")


def login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_organizer(name: str, group: Group, *teams: Team) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(group)
    for team in teams:
        team.add(user, Membership.Role.ORGANIZER)
    return user


def make_member(name: str, team: Team, role: Membership.Role) -> User:
    user = User.objects.create_user(name, is_staff=True)
    team.add(user, role)
    return user


@pytest.fixture
def quay(db) -> Team:
    return cast.team("Quay Zanzibar")


@pytest.fixture
def secret(quay: Team) -> Conference:
    """An open conference of Quay with Nell on its roster, who has been let in."""
    conference = cast.conference(quay, "Zanzibar plans")
    invitation = cast.invite(conference, cast.person(quay, "Nell Zanzibar", NELL), role=Invitation.Role.MODERATOR)
    Invitation.objects.filter(pk=invitation.pk).update(roster_number="77777777")
    log_of(invitation, NELL, "zanzibar")
    return conference


@pytest.fixture
def ours(room: Conference, ana, bo) -> Conference:
    """The open conference of Harbour, with Ana and Bo on its roster, and Ana's call."""
    for number, invitation in enumerate(room.invitations.order_by("pk"), start=41414141):
        Invitation.objects.filter(pk=invitation.pk).update(roster_number=str(number))  # none with a foreign word in it
    log_of(room.invitations.get(participant=ana), cast.ANA, "harbour")
    return room


@pytest.fixture
def harbourmaster(organizers: Group, harbour: Team) -> User:
    return make_organizer("harbourmaster", organizers, harbour)


@pytest.fixture
def zanzibari(organizers: Group, quay: Team) -> User:
    return make_organizer("zanzibari", organizers, quay)


@pytest.fixture
def admin_user(db) -> User:
    return User.objects.create_superuser("root")


@pytest.fixture
def organizer(harbourmaster: User) -> Client:
    """The browser of somebody who organizes Harbour."""
    return login(harbourmaster)


@pytest.fixture
def neighbour(zanzibari: User) -> Client:
    """The browser of somebody who organizes Quay."""
    return login(zanzibari)


@pytest.fixture
def auditor(organizers: Group, harbour: Team) -> Client:
    """The browser of somebody who audits Harbour."""
    return login(make_member("auditor", harbour, Membership.Role.AUDITOR))


@pytest.fixture
def chair(organizers: Group, harbour: Team) -> Client:
    """The browser of somebody who moderates in Harbour."""
    return login(make_member("chair", harbour, Membership.Role.MODERATOR))


@pytest.fixture
def administrator(admin_user: User) -> Client:
    return login(admin_user)


@pytest.fixture
def nobody() -> Client:
    return Client()


@pytest.fixture
def both(ours: Conference, secret: Conference, harbourmaster: User, zanzibari: User) -> None:
    """Both teams, each with an organizer, a conference, people and a log."""
