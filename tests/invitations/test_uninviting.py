"""Whoever was invited and loses their place is told so, once, and the entry leaves their calendar; or not at all."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from participants.invitations import Whom, invite
from participants.models import CalendarEntry, Conference, Delivery, Invitation
from participants.schedule import TIMES
from sandbox.models import Message
from tests import cast
from tests.admin.page import fields_of, save
from tests.invitations.conftest import arrived, mailed
from tests.invitations.read import first_of, lines_of

pytestmark = pytest.mark.django_db


def place_of(name: str) -> Invitation:
    return Invitation.objects.get(participant__name=name)


def take_off(browser: Client, conference: Conference, *names: str, without: tuple[str, ...] = ()) -> None:
    """Ticks their rows to be deleted, on the page of the conference, and saves."""
    page = f"/admin/participants/conference/{conference.pk}/change/"
    fields = fields_of(browser.get(page))
    ids = [name for name in fields if re.fullmatch(r"invitations-\d+-id", name)]
    rows = {fields[name]: name.removesuffix("-id") for name in ids}
    ticked = {f"{rows[str(place_of(name).pk)]}-DELETE".replace("-", "__"): "on" for name in names}
    assert save(browser, page, without=without, **ticked).status_code == 302


def delete(browser: Client, kind: str, pk: int, **typed: str) -> str:
    """The page that asks, after it was agreed to."""
    page = f"/admin/participants/{kind}/{pk}/delete/"
    asked = browser.get(page).content.decode()
    assert browser.post(page, {"post": "yes", **typed}).status_code == 302
    return asked


def test_whoever_is_taken_off_the_roster_is_told_and_nobody_else(organizer, invited):
    before = Delivery.objects.get(address="ana@example.com").calendar

    take_off(organizer, invited, "Ana", "Cy")

    assert arrived() == [("ana@example.com", "No longer invited: Budget")]
    mail = Delivery.objects.get(kind="taken off")
    assert mail.body.startswith("Harbour no longer invites you to Budget. The line will not let you in.\n")
    assert "METHOD:CANCEL" in lines_of(mail.calendar)
    assert first_of(mail.calendar, "UID") == first_of(before, "UID")
    assert (first_of(before, "SEQUENCE"), first_of(mail.calendar, "SEQUENCE")) == ("0", "1")
    assert "mailto:ana@example.com" in first_of(mail.calendar, "ATTENDEE")
    assert "STATUS:CANCELLED" in lines_of(mail.calendar)
    assert mail.calendar_method == "CANCEL"


def test_whoever_is_taken_off_and_typed_again_in_one_save_keeps_their_place_and_is_told_nothing(organizer, invited):
    page, place = f"/admin/participants/conference/{invited.pk}/change/", place_of("Ana")
    ana = {"number": "+12025550110", "name": "Ana"}
    for table, row in (("invitations", 0), ("moderators", 1)):  # as a moderator; then once more as what she is
        typed = {f"moderators__{row}__{field}": value for field, value in ana.items()}
        assert save(organizer, page, **{f"{table}__0__DELETE": "on"}, **typed).status_code == 302
        kept = place_of("Ana")
        assert (kept.pk, kept.roster_number, kept.role) == (place.pk, place.roster_number, "moderator")
        assert arrived() == []
    assert "Deleted" not in organizer.get(page.replace("change", "history")).content.decode()


def test_a_text_says_so_where_there_is_consent(organizer, invited):
    take_off(organizer, invited, "Bo")
    assert arrived() == [("+12025550111", "")]
    assert Message.objects.get().body == (
        "Harbour no longer invites you to Budget. The line will not let you in. Answer STOP to get no more texts."
    )


def test_a_box_that_is_unticked_tells_nobody(organizer, invited):
    take_off(organizer, invited, "Ana", "Bo", without=("tell",))
    assert not Invitation.objects.filter(participant__name="Ana").exists()
    assert arrived() == []


def test_whoever_comes_back_is_invited_anew_with_an_entry_that_is_newer(organizer, invited):
    ana = place_of("Ana").participant
    take_off(organizer, invited, "Ana")
    arrived()
    cast.invite(invited, ana)

    assert invite(invited, Whom.NEW).new == 2  # and Cy

    gone = Delivery.objects.get(kind="taken off")
    again = Delivery.objects.filter(kind="invitation", address="ana@example.com").latest("pk")
    assert [first_of(each.calendar, "SEQUENCE") for each in (gone, again)] == ["1", "2"]
    assert invite(invited, Whom.NEW).new == 0
    assert CalendarEntry.objects.get().sequence == 2  # each press that follows leaves it


def test_those_who_stay_are_not_told_of_it(organizer, invited):
    take_off(organizer, invited, "Ana")
    assert save(organizer, f"/admin/participants/conference/{invited.pk}/change/", seats="20").status_code == 302
    assert arrived() == [("ana@example.com", "No longer invited: Budget")]


def test_a_place_that_is_deleted_by_itself_asks_first(organizer, invited):
    asked = delete(organizer, "invitation", place_of("Ana").pk, tell="on")

    assert 'name="tell" checked> Tell the 1 person who is invited that they are invited no more' in asked
    assert arrived() == [("ana@example.com", "No longer invited: Budget")]
    asked = delete(organizer, "invitation", place_of("Cy").pk)
    assert 'name="tell"' not in asked


def test_several_places_at_once(organizer, invited):
    chosen = [place_of("Ana").pk, place_of("Bo").pk]
    ticked = {"action": "delete_selected", "_selected_action": chosen}
    asked = organizer.post("/admin/participants/invitation/", ticked).content.decode()
    assert "Tell the 2 people who are invited that they are invited no more" in asked

    organizer.post("/admin/participants/invitation/", ticked | {"post": "yes", "tell": "on"})

    assert arrived() == [("+12025550111", ""), ("ana@example.com", "No longer invited: Budget")]


def test_a_conference_that_is_deleted_is_called_off_for_those_who_were_invited(organizer, invited):
    uid = first_of(Delivery.objects.get(address="ana@example.com").calendar, "UID")

    asked = delete(organizer, "conference", invited.pk, tell="on")

    assert "Tell the 2 people who are invited that it does not take place" in asked
    assert not Conference.objects.exists()
    assert arrived() == [("+12025550111", ""), ("ana@example.com", "Called off: Budget")]
    mail = Delivery.objects.get(kind="called off", channel="mail")
    assert (mail.state, mail.conference, mail.invitation) == ("sent", None, None)
    assert "METHOD:CANCEL" in lines_of(mail.calendar)
    assert (first_of(mail.calendar, "STATUS"), first_of(mail.calendar, "UID")) == ("CANCELLED", uid)
    assert first_of(mail.calendar, "SEQUENCE") == "1"


def test_a_conference_can_be_deleted_without_a_word(organizer, invited):
    delete(organizer, "conference", invited.pk)
    assert arrived() == []


def test_what_was_called_off_before_is_not_called_off_again(organizer, invited):
    page = f"/admin/participants/conference/{invited.pk}/change/"
    assert save(organizer, page, status="cancelled").status_code == 302
    assert len(arrived()) == 2

    asked = delete(organizer, "conference", invited.pk, tell="on")

    assert 'name="tell"' not in asked
    assert len(arrived()) == 2


def test_an_invitation_that_waits_goes_with_its_place_and_nothing_is_told(organizer, budget):
    mailed(budget, "Ana")
    invite(budget, Whom.NEW)

    delete(organizer, "invitation", place_of("Ana").pk, tell="on")

    assert arrived() == []
    assert Delivery.objects.get().last_error == "They are on the roster no more."


def test_what_is_over_is_told_to_nobody(organizer, invited):
    invited.occurrences.update(**{name: F(name) - timedelta(days=10) for name in TIMES})
    assert 'name="tell"' not in delete(organizer, "conference", invited.pk, tell="on")
    assert arrived() == []


def test_whoever_may_not_delete_tells_nobody(auditor, neighbour, invited):
    for browser in (auditor, neighbour):
        answer = browser.post(f"/admin/participants/conference/{invited.pk}/delete/", {"post": "yes", "tell": "on"})
        assert answer.status_code in (302, 403)
    assert Conference.objects.exists()
    assert arrived() == []
