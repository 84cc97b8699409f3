"""What a page says comes next, from a new conference to its invitations."""

import re
from html import unescape

import pytest
from django.http import HttpResponse

from participants.models import Conference
from tests.admin.page import save

pytestmark = pytest.mark.django_db

NEW = "/admin/participants/conference/add/"
TYPED = {"title": "Pilots", "starts_at_0": "2031-03-04", "starts_at_1": "10:00"}


def next_of(answer: HttpResponse) -> tuple[str, str]:
    """Where the link of the message leads, and what it says."""
    found = re.search(r'Next: <a href="([^"]+)">([^<]+)</a>', unescape(answer.content.decode()))
    return (found[1], found[2]) if found else ("", "")


def page_of(what: str) -> str:
    return f"/admin/participants/conference/{Conference.objects.get().pk}/{what}/"


def test_after_an_empty_conference_comes_the_list_of_people_and_then_the_invitations(organizer):
    saved = save(organizer, NEW, **TYPED)
    assert next_of(organizer.get(saved.url)) == (page_of("paste"), "Add people from a list")

    people = {"text": "Ana Bell, 202-555-0101", "role": "participant"}
    shown = organizer.post(page_of("paste"), people | {"look": "1"}).context["shown"]
    pasted = organizer.post(page_of("paste"), people | {"save": "1", "shown": shown})

    assert next_of(organizer.get(pasted.url)) == (page_of("invite"), "Invite those on the roster")


def test_with_people_typed_the_invitations_come_next(organizer):
    who = {"invitations__0__number": "202-555-0101", "invitations__0__name": "Ana Bell"}
    saved = save(organizer, NEW, **TYPED, **who)
    assert next_of(organizer.get(saved.url)) == (page_of("invite"), "Invite those on the roster")


def test_one_button_saves_and_goes_on_to_the_list(organizer):
    assert save(organizer, NEW, **TYPED, _paste="1").url == page_of("paste")
    assert Conference.objects.get().title == "Pilots"


def test_a_draft_is_not_offered_for_inviting(organizer):
    who = {"invitations__0__number": "202-555-0101", "invitations__0__name": "Ana Bell"}
    saved = save(organizer, NEW, **TYPED, **who, status="draft")
    assert next_of(organizer.get(saved.url)) == ("", "")
