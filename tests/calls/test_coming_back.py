"""Back in after a drop without a second code: off by default, and only where everything is as it was."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Grade, Invitation, Participant
from tests import cast
from tests.calls.at_once import at_once
from tests.calls.log import ASKED_FOR_CODE, attempts
from tests.calls.test_blocks import block
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission, Block, Call

pytestmark = pytest.mark.django_db

BACK = ["Welcome back. You are the first."]


@pytest.fixture
def room(harbour) -> Conference:
    return cast.conference(harbour, "Board meeting", comes_back=True)


def attested(grade: str = "A", number: str = cast.ANA) -> Phone:
    phone = Phone(number)
    phone.is_attested(grade)
    return phone


def drops(phone: Phone | None = None) -> Phone:
    """Gets in by code, and breaks off."""
    phone = phone or attested()
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()
    return phone


def calls_again(grade: str = "A", number: str = cast.ANA) -> Phone:
    phone = attested(grade, number)
    phone.dial()
    return phone


def is_asked_for_a_code(phone: Phone) -> bool:
    assert phone.hears("Enter the code.")
    assert not phone.in_room
    return True


def test_after_a_drop_ana_is_back_in_without_a_second_code(ana):
    drops()
    phone = calls_again()
    assert phone.heard == BACK
    assert phone.in_room
    seat = Admission.objects.latest("pk")
    assert (seat.participant, seat.channel, seat.role) == (ana, Admission.CAME_BACK, Invitation.Role.PARTICIPANT)
    assert seat.assurance.grade == Grade.NOTHING
    assert attempts() == ["code sent", "admitted", "came back"]
    assert len(phone.messages) == 1


def test_a_second_drop_is_no_worse_than_the_first(ana):
    drops()
    calls_again().hang_up()
    assert calls_again().heard == BACK


def test_her_name_is_not_spoken_on_the_word_of_a_number(ana):
    drops()
    assert "Ana" not in " ".join(calls_again().everything_heard)


def test_it_is_off_unless_a_conference_turns_it_on(ana, room):
    Conference.objects.update(comes_back=False)
    drops()
    assert calls_again().heard == [ASKED_FOR_CODE]


@pytest.mark.parametrize("grade", ["B", "C", "failed", ""])
def test_a_number_that_the_carrier_does_not_vouch_for_is_asked_for_a_code(ana, grade):
    drops()
    assert is_asked_for_a_code(calls_again(grade))


def test_a_redial_while_the_member_is_in_is_asked_for_a_code_and_throws_nobody_out(ana):
    member = attested()
    member.dial()
    member.press(member.text_code())
    forger = calls_again()
    assert is_asked_for_a_code(forger)
    assert member.in_room
    assert Admission.objects.live(timezone.now()).count() == 1


def test_a_call_whose_end_was_never_told_counts_as_still_going_on(ana):
    drops()
    Call.objects.update(ended_at=None)
    assert is_asked_for_a_code(calls_again())


def test_an_older_leg_whose_end_was_never_told_counts_too(ana):
    drops()
    older = Call.objects.get()
    drops(attested(""))
    Call.objects.filter(pk=older.pk).update(ended_at=None)
    assert is_asked_for_a_code(calls_again())


def test_after_the_window_a_code_is_asked_for(ana, room, settings):
    drops()
    with time_machine.travel(timezone.now() + settings.COME_BACK_WITHIN + timedelta(seconds=1), tick=False):
        assert is_asked_for_a_code(calls_again())


def test_a_moment_before_its_end_she_is_back(ana, room, settings):
    drops()
    with time_machine.travel(timezone.now() + settings.COME_BACK_WITHIN - timedelta(seconds=2), tick=False):
        assert calls_again().heard == BACK


def test_from_another_line_of_hers_a_code_is_asked_for(ana):
    CallingLine.objects.create(participant=ana, number="+12025550171")
    drops()
    assert is_asked_for_a_code(calls_again(number="+12025550171"))


def test_who_is_off_the_roster_meanwhile_hears_what_everybody_hears(ana):
    drops()
    Invitation.objects.all().delete()
    assert calls_again().hears("Please enter the roster number from your invitation")


def test_who_is_taken_off_and_invited_again_is_asked_for_a_code(ana, room):
    drops()
    Invitation.objects.all().delete()
    cast.invite(room, ana)
    assert is_asked_for_a_code(calls_again())


def test_a_block_voids_it_also_when_it_was_lifted_again(ana, harbour):
    """Blocked while she is away, or while she sits there: what somebody had against this line still stands."""
    drops()
    block(team=harbour).delete()
    phone = calls_again()
    assert is_asked_for_a_code(phone)
    phone.press(phone.text_code())
    block("+1202", kind=Block.Kind.PREFIX, until=timezone.now() + timedelta(seconds=2))
    phone.hang_up()
    with time_machine.travel(timezone.now() + timedelta(seconds=3), tick=False):
        assert is_asked_for_a_code(calls_again())


def test_a_block_that_means_others_voids_nothing(ana, harbour):
    drops()
    block(cast.BO)
    block(cast.ANA[:-1])
    block("", kind=Block.Kind.WITHHELD)
    block(team=cast.team("Quay"))
    block(until=timezone.now())
    assert calls_again().heard == BACK


def test_a_changed_contact_is_asked_for_a_code(ana):
    drops()
    Contact.objects.update(address="+12025550172")
    phone = calls_again()
    assert phone.hears("We have sent you a text")
    assert not phone.in_room


def test_a_line_that_is_hers_no_more_does_not_come_back(ana):
    drops()
    CallingLine.objects.update(number="+12025550173")
    assert calls_again().hears("Please enter the roster number from your invitation")


def test_a_line_that_two_people_share_is_asked_for_a_code(ana, room, harbour):
    """Who of them dropped, the line cannot say."""
    bo = cast.person(harbour, "Bo", cast.ANA)
    drops()
    cast.invite(room, bo, role=Invitation.Role.MODERATOR)
    assert is_asked_for_a_code(calls_again())


def test_the_role_is_that_of_the_invitation_as_it_is_now(ana):
    drops()
    Invitation.objects.update(role=Invitation.Role.LISTENER)
    calls_again()
    assert Admission.objects.latest("pk").role == Invitation.Role.LISTENER


def test_who_came_in_by_hand_does_not_come_back(ana):
    drops()
    Admission.objects.update(challenge=None, channel=Admission.BY_HAND)
    assert is_asked_for_a_code(calls_again())


def test_after_the_end_nobody_comes_back(ana, room):
    drops()
    room.occurrences.update(closes_at=timezone.now())
    assert calls_again().hears("We cannot connect this call now.")


def test_a_full_room_is_not_spoken_of_before_a_code(ana, room, harbour):
    drops()
    Conference.objects.filter(pk=room.pk).update(seats=2)
    cy = cast.person(harbour, "Cy", "+12025550174")
    cast.invite(room, cy)
    phone = Phone("+12025550174")
    phone.dial()
    phone.press(phone.text_code())
    again = calls_again()
    assert is_asked_for_a_code(again)
    assert "Board meeting" not in " ".join(again.everything_heard)


def test_where_a_passcode_or_a_grade_is_asked_for_nobody_comes_back(ana, room):
    drops()
    for changed in ({"admission": "code and passcode"}, {"admission": "code", "least_grade": Grade.PHONE}):
        Conference.objects.update(**changed)
        phone = calls_again()
        assert is_asked_for_a_code(phone)
        phone.hang_up()


def test_whom_twilio_does_not_let_in_then_is_asked_for_a_code(ana):
    drops()
    vouched_for = {"CallSid": "CA" + "b" * 32, "StirVerstat": "TN-Validation-Passed-A"}
    assert "Welcome back." in post("/voice/", call_fields(**vouched_for)).content.decode()
    sorry = post("/voice/turn/1/", call_fields(**vouched_for, DialCallStatus="completed")).content.decode()
    assert "We are sorry, that did not work. We try once more." in sorry
    asked = post("/voice/turn/2/", call_fields(**vouched_for)).content.decode()
    assert "We have sent you a text with a 6 digit code." in asked


@pytest.mark.django_db(transaction=True)
def test_of_two_who_come_back_at_once_one_is_asked_for_a_code(ana: Participant):
    drops()
    phones = [attested(), attested()]
    at_once(*(phone.dial for phone in phones))
    assert sorted(phone.in_room for phone in phones) == [False, True]
    [asked] = [phone for phone in phones if not phone.in_room]
    assert is_asked_for_a_code(asked)
    assert Admission.objects.live(timezone.now()).count() == 1
