"""A member of the team lets somebody in by hand: one person, into one room, for one call, and not for long."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from participants.models import CallingLine, Conference, Grade, Invitation, Membership, Occurrence, Participant, Team
from sandbox.models import Message
from sandbox.twiml import Dial, read
from tests import cast
from tests.calls.at_once import at_once
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, REFUSAL, asked_of_twilio, attempts, wrong
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission, Call, Tally, Vouch

pytestmark = pytest.mark.django_db

GUS, OTHER_PHONE = "+12025550171", "+12025550151"
LET_IN = "You are let in without a code, this once. Thank you, {}. You are the first."


@pytest.fixture
def mara(harbour: Team) -> User:
    """Moderates in Harbour, and vouches for people."""
    user = User.objects.create_user("mara", is_staff=True)
    harbour.add(user, Membership.Role.MODERATOR)
    return user


@pytest.fixture
def gus(room: Conference) -> Participant:
    """Invited, on a line on file, and without any contact."""
    person = cast.person(room.team, "Gus", GUS, texts=None)
    cast.invite(room, person)
    return person


def vouch(person: Participant, by: User, *, call: Call | None = None, room: Conference | None = None) -> Vouch:
    invitation = person.invitations.get(**({"conference": room} if room else {}))
    date = cast.occurrence_of(invitation.conference)
    return Vouch.objects.make(invitation, date, by=by, reason="I know her voice", call=call)


def dialled(number: str) -> Phone:
    phone = Phone(number, texts=cast.ANA)
    phone.dial()
    return phone


def test_a_number_that_the_carriers_say_is_forged_is_not_the_next_call(room, gus, mara):
    vouch(gus, mara)
    forged = Phone(GUS)
    forged.is_attested("failed")
    forged.dial()
    assert forged.heard == [REFUSAL]
    assert dialled(GUS).heard == [LET_IN.format("Gus")]


def test_letting_in_by_hand_is_worth_less_than_a_code_by_mail(room, gus, mara):
    Conference.objects.update(least_grade=Grade.MAIL)
    with pytest.raises(ValidationError, match="asks for a code, whoever vouches"):
        vouch(gus, mara)
    Conference.objects.update(least_grade=Grade.BY_HAND)
    vouch(gus, mara)
    Conference.objects.update(least_grade=Grade.MAIL)
    assert dialled(GUS).heard[0].startswith("Board meeting asks for a stronger proof of who you are.")
    assert not Admission.objects.exists()
    Conference.objects.update(least_grade=Grade.BY_HAND)
    assert dialled(GUS).heard == [LET_IN.format("Gus")]


def test_somebody_without_a_contact_gets_in_on_the_next_call_and_not_on_the_one_after(room, gus, mara):
    assert dialled(GUS).heard == [REFUSAL]
    vouched = vouch(gus, mara)
    phone = dialled(GUS)
    assert phone.heard == [LET_IN.format("Gus")]
    assert phone.room == room_name(cast.occurrence_of(room))
    assert attempts() == ["no contact", "by hand"]
    assert asked_of_twilio() == []
    phone.hang_up()
    assert dialled(GUS).heard == [REFUSAL]
    vouched.refresh_from_db()
    assert (vouched.used_at is not None, vouched.call, vouched.made_by) == (True, Call.objects.order_by("pk")[1], mara)


def test_the_seat_says_that_no_code_proved_the_person_and_who_vouched_and_why(gus, mara):
    vouch(gus, mara)
    dialled(GUS)
    seat = Admission.objects.get()
    assert (seat.channel, seat.challenge, seat.role, seat.participant) == ("by hand", None, "participant", gus)
    assert (seat.vouch.made_by, seat.vouch.reason) == (mara, "I know her voice")


@pytest.mark.parametrize("keys", [None, "000000", "*#", "12#"])
def test_a_waiting_caller_gets_in_on_the_next_turn_whatever_they_press(room, ana, mara, keys):
    phone = dialled(cast.ANA)
    vouch(ana, mara, call=Call.objects.get())
    sent = Message.objects.count()
    phone.press(keys) if keys else phone.stay_silent()
    assert phone.heard == [LET_IN.format("Ana")]
    assert phone.room == room_name(cast.occurrence_of(room))
    assert (Message.objects.count(), attempts()) == (sent, ["code sent", "by hand"])


def test_whoever_is_over_the_limits_for_codes_is_let_in_all_the_same(ana, mara, settings):
    settings.LIMITS = settings.LIMITS | {"sends_per_contact": "1/600"}
    dialled(cast.ANA).hang_up()
    Call.objects.get().challenges.update(state="gone")
    assert dialled(cast.ANA).heard == [REFUSAL]
    vouch(ana, mara)
    assert dialled(cast.ANA).heard == [LET_IN.format("Ana")]


def test_from_another_line_the_roster_number_says_who_it_is(ana, mara):
    vouch(ana, mara)
    phone = dialled(OTHER_PHONE)
    assert phone.heard == [ASKED_WHO]
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert phone.heard == [LET_IN.format("Ana")]


def test_on_a_shared_line_only_the_one_who_was_vouched_for_is_let_in(room, mara):
    dora, emil = (cast.person(room.team, name, GUS, texts=texts) for name, texts in [("Dora", cast.ANA), ("Emil", GUS)])
    for person in (dora, emil):
        cast.invite(room, person)
    vouch(emil, mara)
    assert dialled(GUS).heard == [LET_IN.format("Emil")]
    assert [seat.participant for seat in Admission.objects.all()] == [emil]


def test_a_moderator_who_is_let_in_by_hand_moderates(bo, mara):
    vouch(bo, mara)
    phone = dialled(cast.BO)
    assert phone.membership.start_on_enter
    assert Admission.objects.get().role == "moderator"


def test_the_seat_of_an_earlier_call_is_taken_along(ana, mara):
    first = dialled(cast.ANA)
    first.press(first.text_code())
    vouch(ana, mara)
    dialled(cast.ANA)
    old, new = Admission.objects.order_by("pk")
    assert (old.released_at is not None, new.replaces, new.channel) == (True, old, "by hand")


def test_a_full_room_stays_full_and_the_vouch_stays_good(room, gus, bo, mara):
    Conference.objects.filter(pk=room.pk).update(seats=2)
    other = dialled(cast.BO)
    other.press(Message.objects.latest("pk").code)
    cast.invite(room, cast.person(room.team, "Cora", "+12025550103"))
    cora = Phone("+12025550103")
    cora.dial()
    cora.press(cora.text_code())
    vouch(gus, mara)
    full = dialled(GUS)
    assert full.heard == [
        "Board meeting is full. Please call again later. If you have questions, ask whoever invited you. Goodbye."
    ]
    assert full.is_over
    cora.hang_up()
    assert dialled(GUS).in_room


def test_a_call_that_twilio_does_not_let_in_may_try_once_more(gus, mara):
    vouch(gus, mara)
    sid = "CA" + "a" * 32
    assert isinstance(read(ring(sid, GUS))[-1], Dial)
    back = post("/voice/turn/1/", call_fields(CallSid=sid, From=GUS, DialCallStatus="completed")).content.decode()
    assert "We try once more. You are let in without a code" in back
    assert isinstance(read(back)[-1], Dial)
    assert (Admission.objects.count(), Vouch.objects.count()) == (2, 1)


# What must not open the door.


def ring(sid: str, line: str) -> str:
    return post("/voice/", call_fields(CallSid=sid, From=line)).content.decode()


def joins(twiml: str) -> bool:
    return isinstance(read(twiml)[-1], Dial)


def test_a_stranger_is_not_taken_for_the_person(ana, mara):
    vouch(ana, mara)
    phone = dialled(cast.STRANGER)
    assert phone.heard == [ASKED_WHO]
    phone.press("10000000")
    assert not Admission.objects.exists()
    assert dialled(cast.ANA).in_room


def test_a_vouch_for_one_call_lets_no_other_in(ana, mara):
    CallingLine.objects.create(participant=ana, number=OTHER_PHONE)
    dialled(cast.ANA)
    vouch(ana, mara, call=Call.objects.get())
    other = dialled(OTHER_PHONE)
    other.stay_silent()
    assert not other.in_room
    assert not Admission.objects.exists()


def test_a_vouch_for_a_call_that_is_over_is_not_made_and_one_for_a_call_that_ends_dies_with_it(ana, mara):
    phone = dialled(cast.ANA)
    call = Call.objects.get()
    vouch(ana, mara, call=call)
    phone.hang_up()
    with pytest.raises(ValidationError):
        vouch(ana, mara, call=Call.objects.get())
    assert dialled(cast.ANA).is_asked_for_keys
    call.delete()
    assert not Vouch.objects.exists()


def test_nobody_vouches_for_a_call_in_which_that_person_does_not_ring(ana, gus, mara):
    dialled(cast.ANA)
    with pytest.raises(ValidationError):
        vouch(gus, mara, call=Call.objects.get())
    assert not Vouch.objects.exists()


def test_a_row_that_names_somebody_elses_call_opens_nothing_and_tells_nothing(room, ana, gus, mara):
    """It can only come about by a fault of ours; the line must not believe it."""
    phone = dialled(cast.ANA)
    vouched = vouch(gus, mara)
    Vouch.objects.filter(pk=vouched.pk).update(call=Call.objects.get())
    phone.press(phone.text_code())
    assert (phone.heard, phone.in_room) == ([REFUSAL], False)
    assert not Admission.objects.exists()


def test_it_opens_no_other_room(room, ana, mara):
    choir = cast.conference(room.team, "Choir practice")
    cast.invite(choir, ana)
    vouch(ana, mara, room=choir)
    phone = dialled(cast.ANA)
    assert phone.heard == [LET_IN.format("Ana")]
    assert phone.room == room_name(cast.occurrence_of(choir))
    phone.hang_up()
    assert dialled(cast.ANA).heard == [ASKED_FOR_CODE]


def test_it_is_good_for_fifteen_minutes(gus, mara):
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        vouch(gus, mara)
        clock.shift(timedelta(minutes=15))
        assert dialled(GUS).heard == [REFUSAL]
        vouch(gus, mara)
        clock.shift(timedelta(minutes=14, seconds=59))
        assert dialled(GUS).in_room


@pytest.mark.parametrize("lost", ["withdrawn", "role", "auditor", "other team", "account", "roster", "on again"])
def test_what_it_stands_on_is_looked_at_when_it_is_used(room, gus, mara, lost):
    vouched = vouch(gus, mara)
    dialled(cast.STRANGER)  # so that somebody is asked for a roster number, not turned away at once
    match lost:
        case "withdrawn":
            assert vouched.withdraw()
        case "role":
            Membership.objects.all().delete()
        case "auditor":
            room.team.add(mara, Membership.Role.AUDITOR)
        case "other team":
            Membership.objects.update(team=cast.team("Quay"))
        case "account":
            User.objects.update(is_active=False)
        case "roster":
            gus.invitations.all().delete()
        case "on again":
            gus.invitations.all().delete()
            cast.invite(room, gus)
    phone = dialled(GUS)
    assert (phone.heard, phone.in_room) == ([ASKED_WHO if lost == "roster" else REFUSAL], False)
    assert not Admission.objects.exists()


def test_an_administrator_needs_no_role(gus):
    vouch(gus, User.objects.create_superuser("root"))
    assert dialled(GUS).in_room


def test_for_a_room_that_opens_soon_it_waits_for_the_doors(room, ana, mara):
    soon = cast.conference(room.team, "Soon", starts=timezone.now() + timedelta(minutes=20))
    cast.invite(soon, ana)
    phone = dialled(cast.ANA)
    vouch(ana, mara, room=soon, call=Call.objects.get())
    phone.stay_silent()
    assert phone.is_asked_for_keys
    with time_machine.travel(cast.occurrence_of(soon).opens_at, tick=False):
        phone.stay_silent()
        assert phone.room == room_name(cast.occurrence_of(soon))


@pytest.mark.parametrize("closed", [{"cancelled": True}, {"closes_at": "now"}])
def test_it_opens_no_doors(room, gus, mara, closed):
    vouch(gus, mara)
    now = timezone.now()
    Occurrence.objects.update(**{name: now if value == "now" else value for name, value in closed.items()})
    assert dialled(GUS).heard == [REFUSAL]


def test_a_locked_room_stays_locked(room, gus, mara):
    Occurrence.objects.update(locked=True)
    vouch(gus, mara)
    assert dialled(GUS).heard[0].startswith("Board meeting is locked. Nobody new is let in.")
    assert attempts() == ["locked"]


def test_whoever_comes_in_by_code_meanwhile_does_not_need_it_any_more(ana, mara):
    phone = dialled(cast.ANA)
    vouch(ana, mara)
    phone.press(phone.text_code())
    assert (phone.in_room, Admission.objects.get().channel) == (True, "sms")
    phone.hang_up()
    assert dialled(cast.ANA).is_asked_for_keys
    assert Admission.objects.count() == 1


def test_who_is_not_on_that_roster_any_more_after_the_ring_stays_out(room, ana, mara):
    phone = dialled(cast.ANA)
    vouch(ana, mara, call=Call.objects.get())
    ana.invitations.all().delete()
    phone.press(phone.text_code())
    assert (phone.in_room, Admission.objects.count()) == (False, 0)


def test_an_auditor_and_a_stranger_vouch_for_nobody(gus, harbour):
    auditor = User.objects.create_user("auditor", is_staff=True)
    harbour.add(auditor, Membership.Role.AUDITOR)
    for user in (auditor, User.objects.create_user("stranger", is_staff=True)):
        with pytest.raises(ValidationError):
            vouch(gus, user)
    assert not Vouch.objects.exists()


def test_a_date_of_another_conference_is_none_to_vouch_for(room, gus, mara):
    other = cast.conference(cast.team("Quay"), "Quay")
    with pytest.raises(ValidationError):
        Vouch.objects.make(gus.invitations.get(), cast.occurrence_of(other), by=mara, reason="why")


def test_a_second_vouch_takes_the_place_of_the_first(gus, mara):
    first, second = vouch(gus, mara), vouch(gus, mara)
    first.refresh_from_db()
    assert (first.withdrawn_at is not None, second.withdrawn_at) == (True, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vouch.objects.filter(pk=first.pk).update(withdrawn_at=None)
    assert dialled(GUS).in_room
    assert dialled(GUS).heard == [REFUSAL]


def test_what_was_used_is_not_withdrawn(gus, mara):
    vouched = vouch(gus, mara)
    dialled(GUS)
    assert not vouched.withdraw()
    vouched.refresh_from_db()
    assert vouched.withdrawn_at is None


def test_a_replayed_ring_is_answered_with_the_same_join(gus, mara):
    vouch(gus, mara)
    sid = "CA" + "a" * 32
    assert ring(sid, GUS) == ring(sid, GUS)
    assert (Admission.objects.count(), attempts()) == (1, ["by hand"])


@pytest.mark.django_db(transaction=True)
def test_two_calls_at_once_are_let_in_once(gus, mara):
    vouch(gus, mara)
    sids = ["CA" + letter * 32 for letter in "ab"]
    answers = at_once(*[partial(ring, sid, GUS) for sid in sids])
    assert sorted(joins(answer) for answer in answers) == [False, True]
    assert (Admission.objects.count(), Vouch.objects.filter(used_at=None).count()) == (1, 0)
    assert Admission.objects.get().call == Vouch.objects.get().call


@pytest.mark.django_db(transaction=True)
def test_twenty_copies_of_one_turn_let_in_once(ana, mara):
    sid = "CA" + "a" * 32
    ring(sid, cast.ANA)
    vouch(ana, mara, call=Call.objects.get())
    turn = partial(post, "/voice/turn/1/", call_fields(CallSid=sid, From=cast.ANA))
    answers = [answer.content.decode() for answer in at_once(*[turn] * 20)]
    assert any(joins(answer) for answer in answers)
    assert (Admission.objects.count(), attempts()) == (1, ["code sent", "by hand"])


@pytest.mark.django_db(transaction=True)
def test_two_who_vouch_at_once_let_in_once(gus, mara):
    root = User.objects.create_superuser("root")
    at_once(*[partial(vouch, gus, user) for user in (mara, root)])
    assert Vouch.objects.pending().count() == 1
    assert joins(ring("CA" + "a" * 32, GUS))
    assert not joins(ring("CA" + "b" * 32, GUS))


def test_the_limits_for_wrong_codes_are_as_they_were(ana, mara):
    """Nobody gets more guesses by being let in."""
    phone = dialled(cast.ANA)
    phone.press(wrong(phone.text_code()))
    vouch(ana, mara, call=Call.objects.get())
    phone.stay_silent()
    assert phone.in_room
    assert Tally.objects.get(key__startswith="wrong_codes_per_contact").hits == 1
