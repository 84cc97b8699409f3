"""Unlocking somebody from their page: who may, what is asked, what is kept of it."""

import pytest
from django.contrib.admin.models import LogEntry

from tests import cast
from tests.calls.log import REFUSAL, wrong
from tests.phone import Phone
from verification.models import Unlock
from verification.unlocking import unlock_due

pytestmark = pytest.mark.django_db

ASK = "/admin/verification/unlock/add/?participant={}"


@pytest.fixture
def locked_out(ana):
    """Ana, whose tries somebody else has used up."""
    for _call in range(2):
        phone = Phone(cast.ANA)
        phone.dial()
        while not phone.is_over:
            phone.press(wrong(phone.text_code()))
    phone.dial()
    assert phone.heard == [REFUSAL]
    return ana


def test_an_organizer_is_asked_first_and_does_it_by_a_button_and_the_log_keeps_who(
    locked_out, organizer, harbourmaster
):
    page = organizer.get(ASK.format(locked_out.pk))
    assert page.status_code == 200
    assert "5 of 5 wrong codes for text message" in page.content.decode()
    assert not Unlock.objects.exists()
    answer = organizer.post(ASK.format(locked_out.pk), follow=True)
    assert "Ana is being unlocked" in answer.content.decode()
    unlock_due()
    phone = Phone(cast.ANA)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    assert (Unlock.objects.get().made_by, LogEntry.objects.latest("pk").user) == (harbourmaster, harbourmaster)
    assert "5 of 5 wrong codes" in organizer.get("/admin/verification/unlock/").content.decode()


def test_the_page_of_the_person_leads_to_it(locked_out, organizer):
    page = organizer.get(f"/admin/participants/participant/{locked_out.pk}/change/").content.decode()
    assert f'href="{ASK.format(locked_out.pk)}"' in page


def test_somebody_whose_tries_are_all_there_can_be_unlocked_too(ana, organizer):
    assert "None of Ana's tries is used up." in organizer.get(ASK.format(ana.pk)).content.decode()
    organizer.post(ASK.format(ana.pk))
    assert unlock_due() == 1


def test_the_fourth_in_an_hour_is_refused_with_another_way(ana, organizer):
    for _time in range(3):
        organizer.post(ASK.format(ana.pk))
    assert "Let them in by hand." in organizer.post(ASK.format(ana.pk), follow=True).content.decode()
    assert Unlock.objects.count() == 3


@pytest.mark.parametrize("who", ["chair", "auditor", "neighbour", "nobody"])
def test_nobody_else_can_nor_reads_what_is_used_up(locked_out, request, who):
    browser = request.getfixturevalue(who)
    for method in (browser.get, browser.post):
        answer = method(ASK.format(locked_out.pk))
        assert answer.status_code == (302 if who == "nobody" else 403)
        assert cast.ANA not in answer.content.decode()
    assert not Unlock.objects.exists()


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "-1"])
def test_a_person_who_is_none_is_refused(organizer, asked):
    assert organizer.post(ASK.format(asked)).status_code == 403
    assert not Unlock.objects.exists()


def test_without_a_person_it_leads_to_the_list_of_people(organizer):
    answer = organizer.get("/admin/verification/unlock/add/")
    assert answer.headers["Location"] == "/admin/participants/participant/"
