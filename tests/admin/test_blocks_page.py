"""The block list in the admin: whose it is, what may be typed, and who is told what."""

import pytest
from django.utils import timezone

from tests import cast
from tests.admin.page import errors_of, save
from tests.phone import Phone
from verification.models import Block

pytestmark = pytest.mark.django_db

LIST = "/admin/verification/block/"
ADD = f"{LIST}add/"


@pytest.fixture(autouse=True)
def rosters(both):
    """Both teams have a block of their own already."""


def made_by_hand():
    return Block.objects.exclude(made_by=None)


def add(browser, **typed):
    return save(browser, ADD, **{"kind": "number", "reason": "It rang all night", **typed})


def test_an_organizer_blocks_a_number_for_the_team_and_it_is_kept_who(ana, organizer, harbour, harbourmaster):
    assert add(organizer, number="+1 202 555 0101", team=harbour.pk).status_code == 302
    block = made_by_hand().get()
    assert (block.number, block.team, block.made_by) == (cast.ANA, harbour, harbourmaster)
    phone = Phone(cast.ANA)
    phone.dial()
    assert phone.is_over


def test_a_number_without_country_code_is_one_of_the_teams_country(organizer, harbour):
    harbour.region = "DE"
    harbour.save()
    assert add(organizer, number="030 123456", team=harbour.pk).status_code == 302
    assert made_by_hand().get().number == "+4930123456"
    assert add(organizer, number="+1 202 555 0101", team=harbour.pk).status_code == 302
    told = errors_of(add(organizer, number="12", team=harbour.pk))["number"]
    assert told == ["12 is no telephone number. Write it as 030 123456, or with + and the code of its country."]


def test_an_organizer_spares_a_number_of_the_teams_own_list(organizer, harbour, quay):
    kind = {"kind": "spared", "number": "(202) 555-0101"}
    assert "team" in errors_of(add(organizer, **kind, team=""))
    assert "team" in errors_of(add(organizer, **kind, team=quay.pk))
    assert add(organizer, **kind, team=harbour.pk).status_code == 302
    assert (made_by_hand().get().number, made_by_hand().get().team) == (cast.ANA, harbour)
    assert "never block this number" in organizer.get(LIST).content.decode()


def test_an_organizer_cannot_block_for_everybody_nor_for_another_team(organizer, quay):
    assert "team" in errors_of(add(organizer, number=cast.STRANGER, team=""))
    assert "team" in errors_of(add(organizer, number=cast.STRANGER, team=quay.pk))
    assert not made_by_hand().exists()


def test_an_administrator_blocks_for_everybody(administrator):
    assert add(administrator, number="+1900", kind="prefix", team="").status_code == 302
    assert (made_by_hand().get().team, made_by_hand().get().kind) == (None, "prefix")
    assert "everybody" in administrator.get(LIST).content.decode()


@pytest.mark.parametrize(
    ("kind", "number"), [("number", "abc"), ("prefix", "+"), ("number", ""), ("withheld", "+1900")]
)
def test_what_would_block_nobody_or_everybody_is_refused_at_its_field(administrator, kind, number):
    assert "number" in errors_of(add(administrator, kind=kind, number=number, team=""))


def test_teams_do_not_see_each_others_lists_nor_that_of_everybody(organizer, neighbour):
    Block.objects.create(kind="prefix", number="+1900", reason="premium rate")
    for browser, own, other in ((organizer, f"{cast.ANA}9", "+120255501309"), (neighbour, "+120255501309", cast.ANA)):
        numbers = {block.number for block in browser.get(LIST).context["cl"].result_list}
        assert own in numbers
        assert numbers == {own}
        assert other not in browser.get(LIST).content.decode()


def test_a_foreign_block_can_be_neither_read_nor_lifted(organizer, quay):
    foreign = Block.objects.get(team=quay)
    for address in (f"{LIST}{foreign.pk}/change/", f"{LIST}{foreign.pk}/delete/"):
        for method in (organizer.get, organizer.post):
            assert method(address, {"post": "yes"}).status_code in (302, 403, 404)
    assert Block.objects.filter(pk=foreign.pk).exists()


def test_lifting_it_lets_the_line_in_again(ana, organizer, harbour):
    add(organizer, number=cast.ANA, team=harbour.pk)
    block = made_by_hand().get()
    assert organizer.post(f"{LIST}{block.pk}/delete/", {"post": "yes"}).status_code == 302
    phone = Phone(cast.ANA)
    phone.dial()
    assert not phone.is_over


def test_who_is_in_a_room_is_said_and_stays(bo, organizer, harbour):
    phone = Phone(cast.BO)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    page = organizer.get(add(organizer, number=cast.BO, team=harbour.pk).headers["Location"]).content.decode()
    assert "is in a room now, and stays" in page
    assert phone.in_room


def test_one_that_is_over_says_so(organizer, harbour):
    Block.objects.filter(team=harbour).update(until=timezone.now())
    assert not organizer.get(LIST).context["cl"].result_list[0].in_force


@pytest.mark.parametrize("who", ["auditor", "chair"])
def test_who_only_looks_blocks_nobody(request, who, harbour):
    browser = request.getfixturevalue(who)
    assert browser.get(ADD).status_code == 403
    data = {"kind": "number", "number": cast.ANA, "team": harbour.pk, "reason": "It rang"}
    assert browser.post(ADD, data).status_code == 403
    assert not made_by_hand().exists()
