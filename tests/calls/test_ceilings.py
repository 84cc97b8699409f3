"""A team or a conference may have so many codes a day: what is spent costs no more, and locks nobody out for good."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from participants.models import Conference, Invitation, Membership, Participant, Team
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, REFUSAL, asked_of_twilio
from tests.phone import Phone
from verification.ceilings import of_teams
from verification.models import Admission, Attempt, Vouch

pytestmark = pytest.mark.django_db

CY, DORA, BORROWED = "+12025550160", "+12025550161", "+12025550150"


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        yield clock


@pytest.fixture
def room(clock, harbour: Team) -> Conference:
    """Open for all of a day and more."""
    starts = timezone.now() + timedelta(hours=20)
    return cast.conference(harbour, "Board meeting", starts, doors=24 * 60, duration=24 * 60, codes_per_day=2)


def invited(number: str, conference: Conference) -> Participant:
    person = cast.person(conference.team, f"Who calls from {number[-2:]}", number)
    cast.invite(conference, person)
    return person


def hears(number: str) -> list[str]:
    phone = Phone(number)
    phone.dial()
    heard = list(phone.heard)
    phone.hang_up()
    return heard


def refused() -> list[str]:
    return list(Attempt.objects.filter(outcome=Attempt.Outcome.OVER_LIMIT).values_list("detail", flat=True))


def test_after_the_last_code_of_a_conference_nobody_gets_one_until_a_day_is_over(room, ana, bo, clock):
    invited(CY, room)
    choir = cast.conference(room.team, "Choir")
    invited(DORA, choir)
    assert [hears(each) for each in (cast.ANA, cast.BO)] == [[ASKED_FOR_CODE]] * 2

    assert hears(CY) == [REFUSAL]
    assert refused() == ["codes_of_conference"]
    assert hears(DORA) == [ASKED_FOR_CODE]  # for a conference without a ceiling

    clock.shift(timedelta(hours=24, seconds=1))
    assert hears(CY) == [ASKED_FOR_CODE]


def test_what_went_out_before_a_ceiling_was_set_counts(room, ana, bo, clock):
    Conference.objects.update(codes_per_day=None)
    assert [hears(each) for each in (cast.ANA, cast.BO)] == [[ASKED_FOR_CODE]] * 2
    clock.shift(timedelta(hours=1))
    Team.objects.filter(pk=room.team_id).update(codes_per_day=2)
    Conference.objects.update(codes_per_day=3)

    teams, conferences = (of_teams(Team.objects.all(), timezone.now())[n] for n in (0, 1))
    assert [(each.used, each.most) for each in (teams, conferences)] == [(2, 2), (2, 3)]
    invited(CY, room)
    assert hears(CY) == [REFUSAL]
    assert refused() == ["codes_of_team"]
    Team.objects.filter(pk=room.team_id).update(codes_per_day=None)
    assert hears(CY) == [ASKED_FOR_CODE]


def test_one_more_of_the_same_code_counts_and_the_one_in_hand_is_still_good(room, ana, bo, clock):
    hears(cast.BO)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press("*#")
    assert phone.heard[0].startswith("We cannot send another text now. Please use the newest that you have.")
    phone.press(phone.text_code())
    assert phone.in_room


def test_the_ceiling_of_a_team_is_over_all_its_conferences_and_over_no_others(room, ana, bo):
    Conference.objects.update(codes_per_day=None)
    Team.objects.filter(pk=room.team_id).update(codes_per_day=2)
    invited(CY, cast.conference(room.team, "Choir"))
    quay = cast.team("Quay")
    invited(DORA, cast.conference(quay, "Budget"))
    for number in (cast.ANA, cast.BO, CY, DORA):
        phone = Phone(number)
        phone.dial()
        assert phone.heard == ([REFUSAL] if number == CY else [ASKED_FOR_CODE])
    assert refused() == ["codes_of_team"]


def test_whoever_forges_numbers_uses_up_nothing_of_a_member_for_whom_the_carrier_vouches(room, ana, bo):
    for number in (cast.ANA, cast.BO):
        hears(number)
    invited(CY, room)
    assert hears(CY) == [REFUSAL]
    phone = Phone(cast.ANA)
    phone.is_attested("A")
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room


def test_an_app_is_asked_instead_since_nothing_is_sent_then(room, ana, bo):
    room.codes_per_day = 1
    room.save()
    hears(cast.BO)
    app = cast.app(ana)
    ana.contacts.filter(channel="sms").update(position=0)
    ana.contacts.filter(channel="totp").update(position=1)
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.heard == [
        "Welcome. We could not send a text. We try another way.",
        "Please enter the 6 digit code that your authenticator app shows now. For another way, press star, then pound.",
    ]
    assert asked_of_twilio()[-1] != ("verify.send", cast.ANA)
    phone.press(app.code())
    assert phone.in_room


def test_whoever_is_let_in_by_hand_needs_no_code(room, ana, bo):
    room.codes_per_day = 1
    room.save()
    hears(cast.BO)
    mara = User.objects.create_user("mara", is_staff=True)
    room.team.add(mara, Membership.Role.MODERATOR)
    Vouch.objects.make(ana.invitations.get(), cast.occurrence_of(room), by=mara, reason="I know her voice")
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.in_room
    assert Admission.objects.get().participant == ana


def test_of_two_rooms_that_are_open_to_somebody_the_one_counts_that_may_have_more(room, ana, bo):
    room.codes_per_day = 1
    room.save()
    hears(cast.BO)
    choir = cast.conference(room.team, "Choir", codes_per_day=5)
    cast.invite(choir, ana)
    assert hears(cast.ANA) == [ASKED_FOR_CODE]


def test_a_roster_number_counts_for_its_conference(room, ana, bo):
    room.codes_per_day = 1
    room.save()
    hears(cast.BO)
    phone = Phone(BORROWED, texts=cast.ANA)
    phone.dial()
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert phone.heard == [REFUSAL]
    assert refused() == ["codes_of_conference"]
