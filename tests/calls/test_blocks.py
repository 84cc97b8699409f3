"""The block list: who is turned away, from which rooms, and what becomes of calls that are in progress."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from participants.models import Invitation, Passcode, Policy
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, REFUSAL, asked_of_twilio, attempts
from tests.phone import Phone
from verification.models import Admission, Attempt, Block, Vouch

pytestmark = pytest.mark.django_db


def block(number: str = cast.ANA, team=None, kind: str = Block.Kind.NUMBER, **fields) -> Block:
    made = Block(number=number, team=team, kind=kind, reason="It rang all night", **fields)
    made.full_clean()
    made.save()
    return made


def dialled(number: str) -> Phone:
    phone = Phone(number)
    phone.dial()
    return phone


def is_turned_away(phone: Phone) -> bool:
    return (phone.heard, phone.is_over, attempts()[-1]) == ([REFUSAL], True, "blocked")


def test_a_blocked_line_hears_the_one_sentence_and_gets_no_code(ana):
    block(team=ana.team)
    assert is_turned_away(dialled(cast.ANA))
    assert asked_of_twilio() == []
    assert Attempt.objects.get().participant == ana  # so that her team finds it in the log


def test_every_number_that_begins_so_is_blocked_and_no_other(ana):
    watch = cast.conference(ana.team, "Night watch")
    cast.invite(watch, cast.person(ana.team, "Carl", "+13015550103"))
    block("+1202", kind=Block.Kind.PREFIX)
    assert is_turned_away(dialled(cast.ANA))
    assert is_turned_away(dialled(cast.STRANGER))
    assert dialled("+13015550103").heard == [ASKED_FOR_CODE]


def test_a_number_blocks_no_longer_one_that_begins_so(ana):
    block(cast.ANA[:-1])
    assert dialled(cast.ANA).heard == [ASKED_FOR_CODE]


def test_withheld_numbers_are_blocked_where_somebody_says_so(ana):
    hidden = Phone.withheld(texts=cast.ANA)
    hidden.dial()
    assert hidden.heard == [ASKED_WHO]
    hidden.hang_up()
    block("", kind=Block.Kind.WITHHELD)
    hidden.dial()
    assert is_turned_away(hidden)
    assert dialled(cast.ANA).heard == [ASKED_FOR_CODE]


def test_a_teams_block_closes_its_own_rooms_and_no_others(ana):
    """Nell's team shares neither Ana's trouble nor her list."""
    quay = cast.team("Quay")
    cast.invite(cast.conference(quay, "Quay plans"), nell := cast.person(quay, "Nell", "+12025550130"))
    block(cast.STRANGER, team=ana.team)
    phone = Phone(cast.STRANGER, texts="+12025550130")
    phone.dial()
    phone.press(Invitation.objects.get(participant=ana).roster_number)
    assert is_turned_away(phone)
    phone.dial()
    phone.press(Invitation.objects.get(participant=nell).roster_number)
    phone.press(phone.text_code())
    assert phone.in_room


def test_whoever_is_in_two_teams_books_gets_into_the_room_of_the_one_that_blocks_not(ana):
    quay = cast.team("Quay")
    cast.invite(cast.conference(quay, "Quay plans"), cast.person(quay, "Ana", cast.ANA))
    block(team=ana.team)
    phone = dialled(cast.ANA)
    phone.press(phone.text_code())
    assert phone.in_room
    assert Admission.objects.get().occurrence.conference.title == "Quay plans"


def test_a_block_ends_at_its_time(ana):
    block(until=timezone.now() + timedelta(hours=1))
    assert is_turned_away(dialled(cast.ANA))
    with time_machine.travel(timezone.now() + timedelta(minutes=55), tick=False):
        assert is_turned_away(dialled(cast.ANA))
    Block.objects.update(until=timezone.now())
    assert dialled(cast.ANA).heard == [ASKED_FOR_CODE]


def test_blocked_after_the_code_went_out_nobody_gets_in(ana):
    phone = dialled(cast.ANA)
    block(team=ana.team)
    phone.press(phone.text_code())
    assert not phone.in_room
    assert phone.is_over
    assert Admission.objects.count() == 0


def test_the_door_looks_for_itself_though_the_menu_was_spoken_before(ana):
    """What "press 1" means was kept; the block came after it."""
    other = cast.conference(ana.team, "Night watch")
    cast.invite(other, ana)
    phone = dialled(cast.ANA)
    phone.press(phone.text_code())
    assert phone.heard == ["For Board meeting, press 1. For Night watch, press 2."]
    block(team=ana.team)
    phone.press("1")
    assert phone.heard[0].startswith("Board meeting takes no calls from your number.")
    assert (phone.is_over, Admission.objects.count(), attempts()[-1]) == (True, 0, "blocked")


@pytest.mark.parametrize("whose", ["everybody's", "the team's"])
def test_neither_does_the_passcode_of_a_room_let_a_blocked_line_in(harbour, whose):
    choir = cast.conference(harbour, "Choir", admission=Policy.PASSCODE)
    Passcode.objects.make(choir)
    block(cast.STRANGER, team=harbour if whose == "the team's" else None)
    phone = dialled(cast.STRANGER)
    if whose == "the team's":
        phone.press(choir.number)  # nor does it learn that there is such a room, or try its passcode
    assert is_turned_away(phone)
    assert (phone.is_over, attempts()[-1], Admission.objects.count()) == (True, "blocked", 0)


def test_a_block_for_everybody_closes_every_teams_rooms(ana):
    quay = cast.team("Quay")
    cast.invite(cast.conference(quay, "Quay plans"), cast.person(quay, "Ana", cast.ANA))
    block()
    assert is_turned_away(dialled(cast.ANA))


def test_letting_in_by_hand_does_not_get_round_a_block(ana):
    Vouch.objects.make(
        ana.invitations.get(),
        cast.occurrence_of(ana.invitations.get().conference),
        by=User.objects.create_superuser("root"),
        reason="I know her voice",
    )
    block(team=ana.team)
    assert is_turned_away(dialled(cast.ANA))
    assert Vouch.objects.get().used_at is None


def test_who_is_in_the_room_stays(ana):
    """They have proved who they are. A block closes doors; it removes nobody."""
    phone = dialled(cast.ANA)
    phone.press(phone.text_code())
    block(team=ana.team)
    assert phone.in_room
    phone.hang_up()
    assert is_turned_away(dialled(cast.ANA))


@pytest.mark.parametrize(
    ("kind", "number", "kept"),
    [
        (Block.Kind.NUMBER, "+1 (202) 555-0199", "+12025550199"),
        (Block.Kind.PREFIX, "+1 900", "+1900"),
        (Block.Kind.WITHHELD, "", ""),
    ],
)
def test_a_number_is_kept_as_lines_are(db, kind, number, kept):
    assert block(number, kind=kind).number == kept


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (Block.Kind.NUMBER, "+12"),
        (Block.Kind.NUMBER, ""),
        (Block.Kind.PREFIX, "+"),
        (Block.Kind.PREFIX, "anybody"),
        (Block.Kind.WITHHELD, "+1900"),
    ],
)
def test_what_would_block_nobody_or_everybody_is_refused(db, kind, number):
    with pytest.raises(Exception, match="number"):
        block(number, kind=kind)


def test_a_number_that_is_never_blocked_gets_past_the_beginnings_of_its_own_list_alone(ana):
    """It calls as anybody does: the code still has to be right."""
    block("+1202", team=ana.team, kind=Block.Kind.PREFIX)
    spared = block(cast.ANA, team=cast.team("Quay"), kind=Block.Kind.SPARED)
    block(cast.ANA, kind=Block.Kind.SPARED)
    assert is_turned_away(dialled(cast.ANA))  # neither another team nor the installation lifts what Harbour blocks
    spared.team = ana.team
    spared.save()
    phone = dialled(cast.ANA)
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    assert phone.in_room
    Block.objects.get(kind=Block.Kind.PREFIX).save()
    assert not Admission.objects.get().barred
    block(team=ana.team)
    assert Admission.objects.get().barred
    phone.hang_up()
    assert is_turned_away(dialled(cast.ANA))  # the number itself, said outright


def test_a_team_spares_no_number_that_everybody_is_to_turn_away(ana):
    block("+1202", kind=Block.Kind.PREFIX)
    block(cast.ANA, team=ana.team, kind=Block.Kind.SPARED)
    assert is_turned_away(dialled(cast.ANA))
    everybodys = block(cast.ANA, kind=Block.Kind.SPARED)
    assert dialled(cast.ANA).heard == [ASKED_FOR_CODE]
    Block.objects.filter(pk=everybodys.pk).update(until=timezone.now())
    assert is_turned_away(dialled(cast.ANA))
