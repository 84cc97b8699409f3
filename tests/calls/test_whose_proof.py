"""A code proves one person, at one address, in one call, and nobody else anywhere else."""

import pytest
from django.db import OperationalError, connection

from participants.models import CallingLine, Contact, Invitation
from sandbox.models import Message
from sandbox.twiml import Gather, read
from tests import cast
from tests.calls.log import attempts
from tests.edge.signed import call_fields, post
from tests.phone import Phone
from verification.models import Admission, Call, Challenge

pytestmark = pytest.mark.django_db

SIDS = ["CA" + letter * 32 for letter in "abc"]
SHARED, OWN = "+12025550161", "+12025550163"


def webhook(path: str, **fields: str) -> str:
    return post(path, call_fields(**fields)).content.decode()


def newest_code() -> str:
    return Message.objects.latest("pk").code


def fail_once(fragment: str):
    """The database refuses the first statement that holds these words."""
    left = [1]

    def refuse(execute, sql, params, many, context):
        if fragment in sql and left:
            left.pop()
            raise OperationalError("the database is locked")
        return execute(sql, params, many, context)

    return connection.execute_wrapper(refuse)


def test_an_organizer_of_another_team_cannot_get_in_as_a_person_whose_number_they_know(room):
    """They list the member's line and number as somebody of theirs, and change the contact in mid-call."""
    member = cast.person(room.team, "Member", SHARED, texts=None)
    Contact.objects.create(participant=member, address=SHARED, position=1)
    cast.invite(room, member, role="moderator")
    dock = cast.team("Dock")
    bait = cast.person(dock, "Mallory", SHARED)
    cast.invite(cast.conference(dock, "Bait"), bait)
    forged = Phone(SHARED, texts=OWN)
    forged.dial()
    bait.contacts.update(address=OWN)
    forged.press("*#")
    forged.press(forged.text_code())
    assert forged.heard == ["Thank you, Mallory. You are the first."]
    assert [seat.participant for seat in Admission.objects.all()] == [bait]


def test_a_contact_changed_in_mid_call_gets_a_code_that_proves_its_owner_alone(room):
    abe, bea = (cast.person(room.team, name, SHARED) for name in ("Abe", "Bea"))
    cast.invite(room, bea, role="moderator")
    cast.invite(cast.conference(room.team, "Other"), abe)
    phone = Phone(SHARED, texts=OWN)
    phone.dial()
    abe.contacts.update(address=OWN)
    phone.press("*#")
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Abe. You are the first."]
    assert [challenge.address for challenge in Challenge.objects.order_by("pk")] == [SHARED, OWN]


def test_a_contact_taken_off_at_the_menu_admits_nobody(room, ana):
    cast.invite(cast.conference(room.team, "Other"), ana)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    ana.contacts.all().delete()
    phone.press("1")
    assert not phone.in_room
    assert attempts()[-1] == "contact changed"


@pytest.mark.django_db(transaction=True)
def test_a_call_whose_code_was_taken_over_is_not_let_in_by_the_others_proof(ana):
    """Even where the database failed between taking the code over and closing the earlier call."""
    webhook("/voice/", CallSid=SIDS[0])
    with fail_once('UPDATE "verification_call" SET "ended_at"'):
        webhook("/voice/", CallSid=SIDS[1])
    webhook("/voice/", CallSid=SIDS[2])
    assert "<Conference" in webhook(
        f"/voice/turn/{Call.objects.get(sid=SIDS[2]).turn}/", CallSid=SIDS[2], Digits=newest_code()
    )
    for sid in SIDS[:2]:
        turn = Call.objects.get(sid=sid).turn
        assert "<Conference" not in webhook(f"/voice/turn/{turn}/", CallSid=sid, Digits="000000")
    assert Admission.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_code_that_was_taken_over_and_approved_proves_nothing_for_the_call_that_lost_it(ana):
    CallingLine.objects.create(participant=ana, number="+12025550151")
    webhook("/voice/", CallSid=SIDS[0])
    webhook("/voice/", CallSid=SIDS[1], From="+12025550151")
    first, second = Call.objects.order_by("pk")
    Challenge.objects.filter(call=first).update(call=second)
    Challenge.objects.filter(pk=first.challenge_id).update(state="approved")
    assert "<Conference" not in webhook("/voice/turn/1/", CallSid=SIDS[0], Digits="000000")
    assert not Admission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_call_that_failed_before_its_text_goes_on_and_does_not_end_itself(ana):
    with fail_once('"step" ='):
        assert "something went wrong" in webhook("/voice/")
    asked = webhook("/voice/trouble/?try=1&turn=0")
    assert isinstance(read(asked)[0], Gather)
    assert Call.objects.get().ended_at is None


def test_a_ring_of_a_call_that_is_over_sends_no_code(ana):
    assert "This call has ended." in webhook("/voice/", CallStatus="completed")
    assert not Message.objects.exists()
    assert not Call.objects.exists()


@pytest.mark.parametrize("sid", ["", "CA1", "CA\x00" + "a" * 31, "SM" + "a" * 32])
def test_a_call_without_a_sid_of_twilios_is_no_call(ana, sid):
    for path in ("/voice/", "/voice/turn/1/", "/voice/trouble/"):
        assert "This call has ended." in webhook(path, CallSid=sid)
    assert post("/voice/status/", call_fields(CallSid=sid, CallStatus="completed")).status_code == 204
    assert not Call.objects.exists()


def test_who_is_taken_off_the_list_does_not_take_the_other_of_a_couple_along(room):
    for name in ("Dora", "Emil"):
        cast.invite(room, cast.person(room.team, name, SHARED, texts=OWN))
    phone = Phone(SHARED, texts=OWN)
    phone.dial()
    phone.press(phone.text_code())
    Invitation.objects.get(participant__name="Dora").delete()
    phone.press("1")
    assert phone.heard == ["You are no longer on the list of Board meeting. For Board meeting, press 1."]
    phone.press("1")
    assert phone.heard == ["Thank you, Emil. You are the first."]
