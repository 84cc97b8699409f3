"""The numbers that people dial are for administrators: they are the same for every team."""

import pytest
from django.test import Client

from participants.models import DialInNumber

NUMBERS = "/admin/participants/dialinnumber/"
NEW = {"number": "+12025550140", "label": "United States", "language": "en", "position": "1"}


def test_an_administrator_lists_a_number(administrator: Client):
    page = administrator.get(f"{NUMBERS}add/").content.decode()
    assert "without, it is read as one of the installation's country, US." in page
    assert administrator.post(f"{NUMBERS}add/", NEW).status_code == 302
    number = DialInNumber.objects.get()
    assert (str(number), number.language) == ("+12025550140 (United States)", "en")
    assert "+12025550140" in administrator.get(NUMBERS).content.decode()
    twice = administrator.post(f"{NUMBERS}add/", NEW)
    assert "already exists" in twice.content.decode()
    assert DialInNumber.objects.count() == 1


@pytest.mark.usefixtures("both")
def test_an_organizer_neither_sees_nor_changes_them(organizer: Client):
    number = DialInNumber.objects.create(number="+12025550140")
    assert NUMBERS not in organizer.get("/admin/").content.decode()
    for address in (NUMBERS, f"{NUMBERS}add/", f"{NUMBERS}{number.pk}/change/", f"{NUMBERS}{number.pk}/delete/"):
        assert organizer.get(address).status_code == 403
        assert organizer.post(address, NEW | {"post": "yes"}).status_code == 403
    assert [str(each) for each in DialInNumber.objects.all()] == ["+12025550140"]
