"""What lets a caller in, on the conference's page; the passcode is shown once."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core.exceptions import ValidationError

from participants.models import Conference, Grade, Passcode, Policy
from tests import cast
from tests.admin.page import errors_of, save
from tests.phone import Phone
from verification.models import Admission, Vouch


@pytest.fixture
def choir(harbour) -> Conference:
    return cast.conference(harbour, "Choir", admission=Policy.PASSCODE)


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/change/"


def passcode_page(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/passcode/"


def shown(answer) -> str:
    """The passcode on this page; "" where there is none."""
    found = re.search(r"<output>(\d{3} \d{3})</output>", answer.content.decode())
    return found[1].replace(" ", "") if found else ""


def test_a_passcode_is_shown_once_and_opens_the_room(organizer, choir):
    assert shown(organizer.get(passcode_page(choir))) == ""
    answer = organizer.post(passcode_page(choir))
    passcode = shown(answer)
    assert Passcode.objects.get().matches(passcode)
    assert "no-store" in answer.headers["Cache-Control"]
    for page in (passcode_page(choir), page_of(choir), f"/admin/participants/conference/{choir.pk}/history/"):
        again = organizer.get(page).content.decode()
        assert passcode not in again.replace(" ", "")
    assert LogEntry.objects.get().get_change_message() == "A new passcode was made."
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.press(choir.number)
    phone.press(passcode)
    assert phone.in_room


def test_a_new_one_makes_the_old_one_void(organizer, choir):
    old = shown(organizer.post(passcode_page(choir)))
    new = shown(organizer.post(passcode_page(choir)))
    assert Passcode.objects.get().matches(new)
    assert old == new or not Passcode.objects.get().matches(old)


@pytest.mark.parametrize("who", ["auditor", "chair"])
def test_who_may_not_change_the_conference_makes_no_passcode(who, request, choir):
    browser = request.getfixturevalue(who)
    assert browser.post(passcode_page(choir)).status_code == 403
    assert not Passcode.objects.exists()


def test_another_teams_conference_has_no_such_page(neighbour, choir):
    assert neighbour.get(passcode_page(choir)).status_code == 403
    assert neighbour.post(passcode_page(choir)).status_code == 403
    assert not Passcode.objects.exists()


def test_who_chooses_a_passcode_is_led_to_making_it(organizer, room):
    answer = save(organizer, page_of(room), admission=Policy.CODE_AND_PASSCODE)
    assert answer.headers["Location"] == passcode_page(room)
    Passcode.objects.make(room)
    answer = save(organizer, page_of(room), title="Board")
    assert answer.headers["Location"] == "/admin/participants/conference/"


def test_the_page_says_what_lets_a_caller_in(organizer, choir):
    page = organizer.get(page_of(choir)).content.decode()
    assert f"conference number {choir.number} and the passcode gets in: NOBODY&#x27;S IDENTITY IS CHECKED." in page
    assert "No passcode has been made: nobody gets in who is asked for it." in page
    assert "Nobody is on the roster yet, so nobody gets in." not in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"admission": Policy.PASSCODE, "least_grade": Grade.PHONE}, "least_grade"),
        ({"comes_back": "on", "admission": Policy.CODE_AND_PASSCODE}, "comes_back"),
        ({"comes_back": "on", "least_grade": Grade.PHONE}, "comes_back"),
    ],
)
def test_what_contradicts_itself_is_refused_and_nothing_is_lost(organizer, room, fields, wrong):
    answer = save(organizer, page_of(room), title="Another", **fields)
    assert list(errors_of(answer)) == [wrong]
    room.refresh_from_db()
    assert (room.title, room.admission) == ("Board meeting", Policy.CODE)


def test_the_log_says_how_somebody_was_proved(organizer, room, ana):
    phone = Phone(cast.ANA)
    phone.is_attested("A")
    phone.dial()
    phone.press(phone.text_code())
    page = organizer.get("/admin/verification/admission/").content.decode()
    assert "a code by text to the calling number; the carrier vouches for the calling number" in page


def test_the_log_of_who_came_with_the_passcode_says_that_nobody_checked(organizer, choir):
    passcode = Passcode.objects.make(choir)
    phone = Phone(cast.STRANGER)
    phone.dial()
    phone.press(choir.number)
    phone.press(passcode)
    seat = Admission.objects.get()
    page = organizer.get("/admin/verification/admission/").content.decode()
    assert "a caller with the passcode" in page
    assert "the passcode alone: nobody checked who it is" in page
    story = organizer.get(f"/admin/verification/call/{seat.call_id}/change/").content.decode()
    assert "a caller with the passcode was let in to Choir as participant" in story


def test_where_more_is_asked_for_nobody_is_let_in_by_hand(harbourmaster, room, ana):
    room.least_grade = Grade.MAIL
    room.save()
    with pytest.raises(ValidationError, match="asks for a code"):
        Vouch.objects.make(room.invitations.get(), cast.occurrence_of(room), by=harbourmaster, reason="I know her")
