"""Single dates of a series that are moved or called off: what those who are invited are told of them."""

import pytest
from django.db import transaction
from time_machine import travel

from participants.invitations import Whom, invite
from participants.models import CalendarEntry, Conference, Delivery, Occurrence
from participants.news import tell_changes
from participants.notices import day_and_time, spelled_out
from tests.admin.page import save
from tests.invitations.conftest import arrived, mailed, texted

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(weekly: Conference) -> Conference:
    """With Ana and Bo, who read it in English and Spanish by mail, and Cy, by text."""
    mailed(weekly, "Ana"), mailed(weekly, "Bo", language="es"), texted(weekly, "Cy")
    invite(weekly, Whom.NEW)
    arrived()
    return weekly


def letters(kind: str = "changed") -> tuple[str, str, str]:
    """What Ana, Bo and Cy got last."""
    arrived()
    rows = Delivery.objects.filter(kind=kind, state="sent").order_by("participant__name", "pk")
    found = dict(rows.values_list("participant__name", "body"))
    return found["Ana"], found["Bo"], found["Cy"]


def on_date(date: object, browser: object, **typed: str) -> None:
    assert save(browser, f"/admin/participants/occurrence/{date.pk}/change/", **typed).status_code == 302


def test_the_date_that_is_called_off_or_moved_is_named(organizer, told):
    first, _second, third, fourth, *later = told.occurrences.all()[:9]
    said = {date.pk: day_and_time(date.starts_at, told.time_zone) for date in (third, fourth, *later)}
    on_date(fourth, organizer, cancelled="on")
    ana, bo, cy = letters()
    assert ana.startswith(f"Not held: {said[fourth.pk]}.\n\nThis is how it stands now.\n\nWhen: ")
    assert bo.startswith("No tendrá lugar: martes, ")
    next_date = spelled_out(first.starts_at, told.time_zone)
    assert cy.startswith(f"Harbour watch has changed. Not held: {said[fourth.pk]}. The next date: {next_date}. Dial ")

    on_date(third, organizer, starts_at_1="10:30")  # what waits is taken back, and told with the next
    Occurrence.objects.filter(pk__in=[date.pk for date in later[1:]]).update(cancelled=True)
    on_date(later[0], organizer, cancelled="on")
    ana, bo, cy = letters()
    moved = f"Moved: from {said[third.pk]} to {said[third.pk].replace('09:00', '10:30')}."
    off = [f"Not held: {said[date.pk]}." for date in later[:3]]
    assert ana.startswith("\n\n".join([moved, *off, "And 2 more dates have changed.", "This is how"]))
    assert bo.startswith("Cambia de fecha: de martes, ")
    assert f"has changed. {moved} {off[0]}" in cy
    assert said[fourth.pk] not in ana + cy

    on_date(fourth, organizer, follow="on")
    assert letters()[0].startswith(f"Held after all: {said[fourth.pk]}.\n")


def test_once_no_date_is_left_it_is_called_off_and_comes_back(organizer, told):
    told.recurrence = "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=2"
    told.save()
    first, second = told.occurrences.all()
    Occurrence.objects.filter(pk=first.pk).update(cancelled=True)
    on_date(second, organizer, cancelled="on")

    ana, _bo, cy = letters("called off")
    assert ana.startswith("Harbour watch does not take place any more.\n")
    assert cy.startswith("Harbour watch does not take place any more. Answer STOP")
    assert "When" not in ana

    on_date(second, organizer, follow="on")
    ana = letters()[0]
    stays_off = f"Not held: {day_and_time(first.starts_at, told.time_zone)}."
    assert ana.startswith(f"It takes place after all.\n\n{stays_off}\n\nThis is how")


def test_the_last_date_is_called_off_after_others_were_held(told):
    told.recurrence = "FREQ=WEEKLY;BYDAY=TU;WKST=MO;COUNT=2"
    told.save()
    first, second = told.occurrences.all()
    CalendarEntry.objects.note(told)
    with travel(first.closes_at, tick=False), transaction.atomic():
        told.occurrences.filter(pk=second.pk).update(cancelled=True)
        tell_changes(CalendarEntry.objects.note(told))

    body = Delivery.objects.get(kind="changed", participant__name="Cy").body
    assert f"Not held: {day_and_time(second.starts_at, told.time_zone)}. No date is left: it does not take" in body
    assert "Dial" not in body
