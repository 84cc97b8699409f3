"""The way in: from ringing to the room."""

import pytest

from participants.models import Conference, Policy
from tests import cast
from tests.calls.log import ASKED_FOR_CODE, ASKED_WHO, asked_of_twilio, attempts
from tests.phone import Phone
from verification.door import room_name
from verification.models import Admission, Call, Challenge

pytestmark = pytest.mark.django_db


def test_ana_is_texted_types_the_code_and_is_in_the_room(ana, room):
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.heard == [ASKED_FOR_CODE]
    phone.press(phone.text_code())
    assert phone.heard == ["Thank you, Ana. You are the first."]
    assert phone.room == room_name(cast.occurrence_of(room))
    assert phone.hears_music
    assert asked_of_twilio() == [("verify.send", cast.ANA), ("verify.check", "")]
    assert attempts() == ["code sent", "admitted"]
    seat = Admission.objects.get()
    assert (seat.participant, seat.role, seat.channel, seat.released_at) == (ana, "participant", "sms", None)
    assert seat.entered_at is not None


def test_before_the_code_no_private_word_is_spoken(ana, room):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.stay_silent()
    phone.press("000000" if phone.text_code() != "000000" else "111111")
    heard = " ".join(phone.everything_heard)
    for private in ("Ana", "Harbour", "Board", cast.ANA[-4:]):
        assert private not in heard


def test_the_first_prompt_is_at_most_25_words(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    assert len(phone.heard[0].split()) <= 25


def test_from_answer_to_room_the_line_speaks_for_12_seconds_at_most(ana, bo):
    """At 2.5 words a second, for a caller who listens to the end of the prompt."""
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert len(" ".join(phone.everything_heard).split()) <= 30


def test_the_moderator_starts_the_room_and_takes_it_along(room, ana, bo):
    Conference.objects.filter(pk=room.pk).update(moderator_exit=Conference.ModeratorExit.ENDS)
    first, second = Phone(cast.ANA), Phone(cast.BO)
    first.dial()
    first.press(first.text_code())
    assert first.hears_music
    second.dial()
    second.press(second.text_code())
    assert second.heard == ["Thank you, Bo. One person is here."]
    assert (first.hears_music, second.hears_music, first.room) == (False, False, second.room)
    second.hang_up()
    assert first.everything_heard[-1] == "Your conference has ended. Thank you for calling. Goodbye."
    assert first.is_over
    assert not Admission.objects.filter(released_at=None).exists()
    assert not Call.objects.filter(ended_at=None).exists()


def test_without_a_moderator_leaving_rule_the_room_goes_on(room, ana, bo):
    carl = cast.person(room.team, "Carl", "+12025550103")
    cast.invite(room, carl)
    phones = [Phone(cast.ANA), Phone("+12025550103"), Phone(cast.BO)]
    for phone in phones:
        phone.dial()
        phone.press(phone.text_code())
    phones[2].hang_up()
    assert [phone.in_room for phone in phones[:2]] == [True, True]
    assert not phones[0].hears_music


def test_with_the_first_person_rule_two_participants_start_the_room(room, ana):
    Conference.objects.filter(pk=room.pk).update(starts_with=Conference.StartsWith.ANYONE)
    cast.invite(room, cast.person(room.team, "Carl", "+12025550103"))
    phones = [Phone(cast.ANA), Phone("+12025550103")]
    for phone in phones:
        phone.dial()
        phone.press(phone.text_code())
    assert [phone.hears_music for phone in phones] == [False, False]


def test_a_listener_enters_muted(room, bo):
    cast.invite(room, cast.person(room.team, "Lena", "+12025550104"), role="listener")
    phone, moderator = Phone("+12025550104"), Phone(cast.BO)
    for caller in (phone, moderator):
        caller.dial()
        caller.press(caller.text_code())
    assert (phone.membership.muted, moderator.membership.muted) == (True, False)


def test_the_room_at_twilio_has_no_personal_word_in_it(room, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    sent = phone.webhooks[1].body
    assert "<Conference" in sent
    inside = sent[sent.index("<Dial") :]
    for private in ("Ana", "Harbour", "Board", cast.ANA[1:]):
        assert private not in inside


def test_the_time_limit_is_the_end_plus_overtime(room, ana):
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    left = (cast.occurrence_of(room).overtime_until - Admission.objects.get().taken_at).total_seconds()
    assert f'timeLimit="{int(left)}"' in phone.webhooks[1].body
    phone.wait(left + 1)
    assert phone.is_over


@pytest.mark.parametrize(
    ("field", "value", "attribute"),
    [
        ("announcements", "none", 'beep="false"'),
        ("announcements", "entry", 'beep="onEnter"'),
        ("announcements", "both", 'beep="true"'),
    ],
)
def test_the_organizers_choices_reach_twilio(room, ana, field, value, attribute):
    Conference.objects.filter(pk=room.pk).update(**{field: value})
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert attribute in phone.webhooks[1].body


def test_a_code_is_never_stored_by_us(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    code = phone.text_code()
    phone.press(code)
    for model in (Call, Challenge, Admission):
        for row in model.objects.values():
            assert code not in [str(value) for value in row.values()]


STAR_ENDS = "We are sorry, that did not work. Please call again. Goodbye."


def again_and_again(phone: Phone, question: str) -> None:
    """A star has the question said again, three times; and there is an end to it."""
    for _time in range(3):
        phone.press("*")
        phone.stay_silent()  # as who waits for the star to be taken
        assert phone.heard == [question]
    phone.press("*")
    phone.stay_silent()
    assert (phone.heard, phone.is_over) == ([STAR_ENDS], True)


def test_a_star_has_the_number_asked_for_again(room):
    phone = Phone(cast.STRANGER)
    phone.dial()
    again_and_again(phone, ASKED_WHO)


def test_a_star_has_the_passcode_asked_for_again(room):
    choir = cast.conference(room.team, "Choir", admission=Policy.PASSCODE)
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.press(choir.number)
    again_and_again(phone, "Please enter the passcode.")


def test_a_star_has_the_rooms_read_out_again(ana, room):
    cast.invite(cast.conference(room.team, "Choir"), ana)
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    menu = "For Board meeting, press 1. For Choir, press 2."
    for _time in range(3):
        phone.press("*")
        assert phone.heard == [menu]
    phone.press("*")
    assert (phone.heard, phone.is_over) == ([STAR_ENDS], True)
