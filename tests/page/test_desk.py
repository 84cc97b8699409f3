"""What lies on the desk: which phones, whose, and that they stay."""

import pytest
from django.test import Client

from participants.models import Invitation
from sandbox.models import Handset, Leg
from sandbox.page.callers import people, pretty, two_who_meet
from tests import cast
from tests.page.desk import Desk


def test_the_page_opens_with_somebody_invited_and_who_moderates(desk, ana, bo):
    assert [(phone["name"], phone["about"], phone["shown"]) for phone in desk.phones] == [
        ("Ana", "participant of Board meeting", "+1 202-555-0101"),
        ("Bo", "moderator of Board meeting", "+1 202-555-0102"),
    ]
    assert {phone["words"] for phone in desk.phones} == {"Ready to call."}


def test_where_nobody_is_invited_strangers_have_the_phones(desk):
    assert [phone["name"] for phone in desk.phones] == ["A stranger", "A stranger"]


def test_those_who_would_be_asked_more_than_a_code_are_not_the_first(room, ana, bo):
    shares = cast.person(room.team, "Abe", cast.ANA)
    cast.invite(room, shares)
    no_code = cast.person(room.team, "Ada", "+12025550141", texts=None)
    cast.invite(room, no_code)

    assert two_who_meet(people()) == []
    shares.delete()
    assert [each.name for each in two_who_meet(people())] == ["Ana", "Bo"]


def test_a_reload_keeps_the_phones_and_their_calls(desk, ana, bo):
    first, second = desk.phones
    desk.call(first["id"])
    desk.do(second["id"], "choose", number=cast.STRANGER, texts_at=cast.STRANGER)
    desk.post("add/")
    before = desk.phones

    desk.client.get("/phone/")

    assert desk.phones == before
    assert [phone["name"] for phone in before][:2] == ["Ana", "A stranger"]
    assert before[0]["heard"]
    assert len(before) == 3


def test_two_browsers_have_two_desks(desk, ana, bo):
    other = Desk(Client())

    assert {phone["id"] for phone in desk.phones}.isdisjoint({phone["id"] for phone in other.phones})


def test_another_phone_is_of_somebody_who_could_get_in_too(desk, room, ana, bo):
    assert len(desk.phones) == 2
    cleo = cast.person(room.team, "Cleo", "+12025550103")
    cast.invite(room, cleo)

    assert desk.post("add/").json()["name"] == "Cleo"
    assert desk.post("add/").json()["name"] == "A stranger"


def test_six_phones_are_enough(desk):
    for _time in range(6 - len(desk.phones)):
        assert desk.post("add/").status_code == 200

    answer = desk.post("add/")

    assert (answer.status_code, answer.json()["error"]) == (400, "6 phones are as many as fit on the desk.")
    assert len(desk.phones) == 6


def test_a_phone_that_is_removed_hangs_up(desk, ana, bo):
    first = desk.phones[0]["id"]
    desk.call(first)

    assert desk.post(f"{first}/remove/").status_code == 200

    assert Leg.objects.get().is_over
    assert [phone["name"] for phone in desk.phones] == ["Bo"]
    assert desk.post(f"{first}/remove/").status_code == 404


def test_an_empty_desk_stays_empty(desk):
    for phone in desk.phones:
        desk.post(f"{phone['id']}/remove/")
    desk.client.get("/phone/")

    assert desk.phones == []


def test_people_are_offered_with_what_they_can_do(desk, room, ana, bo):
    late = cast.conference(room.team, "Budget", status="cancelled")
    kim = cast.person(room.team, "Abel", "+12025550107")
    cast.invite(late, kim, role=Invitation.Role.LISTENER)
    cast.person(room.team, "Zoe")

    offered = desk.ask("desk/")["people"]

    assert [(each["label"], each["open"]) for each in offered] == [
        ("Ana, +1 202-555-0101: participant of Board meeting", True),
        ("Bo, +1 202-555-0102: moderator of Board meeting", True),
        ("Abel, +1 202-555-0107: listener of Budget (not open now)", False),
        ("Zoe, +1 202-555-0190: on no roster", False),
    ]


def test_somebody_else_takes_the_phone(desk, ana, bo):
    first = desk.phones[0]["id"]

    taken = desk.do(first, "choose", who=str(bo.uuid), number="2025550102", texts_at=cast.BO)

    assert (taken["name"], taken["number"], taken["role"]) == ("Bo", cast.BO, "moderator")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"number": "Ana"}, "'Ana' is no telephone number. Type it like +12025550101."),
        ({"number": "555"}, "'555' is too short or too long for a telephone number."),
        ({"number": ""}, "Type the number that the phone calls from."),
        ({"number": "1" * 101}, "Type the number that the phone calls from."),
        ({"texts_at": " "}, "Type the number whose text messages you read."),
        ({"who": "Ana"}, "There is no such person."),
        ({"attestation": "a+"}, "No carrier says that of a number."),
        ({"who": "00000000-0000-0000-0000-000000000000"}, "There is no such person."),
    ],
)
def test_what_cannot_be_is_refused_in_words(desk, ana, bo, fields, words):
    first = desk.phones[0]
    before = list(Handset.objects.values())

    assert desk.refusal(first["id"], "choose", **{"number": cast.BO, "texts_at": cast.BO} | fields) == words
    assert list(Handset.objects.values()) == before


def test_a_number_reads_as_people_write_it():
    assert pretty("+12025550101") == "+1 202-555-0101"
    assert pretty("sip:ana@example.com") == "sip:ana@example.com"


def test_looking_costs_the_same_whatever_lies_in_the_tables(desk, room, ana, bo, django_assert_max_num_queries):
    first = desk.phones[0]["id"]
    desk.call(first)
    for number in range(20):
        cast.invite(room, cast.person(room.team, f"Guest {number}", f"+120255501{number + 40}"))

    with django_assert_max_num_queries(25):
        desk.look(first)
