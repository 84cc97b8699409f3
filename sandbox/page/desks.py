"""A desk with telephones on it: what one browser sees, also after a reload."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.http import HttpRequest

from participants import demo
from sandbox.models import Handset
from sandbox.page import callers

MOST_PHONES = 6


def find(request: HttpRequest) -> UUID:
    """This browser's desk. A new one has two phones on it: of somebody invited, and of who moderates there."""
    if known := request.session.get("desk"):
        return UUID(known)
    desk = uuid4()
    for each in callers.two_who_meet(callers.people()):
        Handset.objects.create(desk=desk, person=each.uuid, number=each.number, texts_at=each.texts_at)
    while Handset.objects.filter(desk=desk).count() < 2:
        put_down(desk)
    request.session["desk"] = str(desk)
    return desk


def put_down(desk: UUID) -> Handset:
    """One more phone: of the first person who is not there yet and could get in, else a stranger's."""
    here = set(Handset.objects.filter(desk=desk).values_list("person", flat=True))
    for each in callers.people():
        if each.open_seats and each.uuid not in here:
            return Handset.objects.create(desk=desk, person=each.uuid, number=each.number, texts_at=each.texts_at)
    return Handset.objects.create(desk=desk, number=demo.STRANGER, texts_at=demo.STRANGER)
