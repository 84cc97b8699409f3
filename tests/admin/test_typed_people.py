"""Who may enter a conference, typed on its page: numbers and names, as organizers have them."""

import pytest

from participants.models import CallingLine, Conference, Contact, Invitation, Participant, Team
from tests import cast
from tests.admin.page import errors_of, fields_of, save

Role = Invitation.Role
ADD = "/admin/participants/conference/add/"
NEW = {"title": "Budget", "starts_at_0": "2026-07-15", "starts_at_1": "09:00"}
FIVE = [(f"(202) 555-014{n}", name) for n, name in enumerate(("Ivo Lund", "Jo Park", "Kai Ode", "Lea Fox", "Max Orr"))]


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/change/"


def typed(*people: tuple[str, str], role: str = "participant") -> dict[str, str | int]:
    rows: dict[str, str | int] = {"invitations__TOTAL_FORMS": max(len(people), 1)}
    for n, (number, name) in enumerate(people):
        rows |= {
            f"invitations__{n}__number": number,
            f"invitations__{n}__name": name,
            f"invitations__{n}__role": role,
        }
    return rows


def test_five_people_and_a_moderator_are_typed_on_the_page_of_a_new_conference(organizer, harbour):
    moderator = {"moderators__0__number": "202-555-0150", "moderators__0__name": "Nia Holm"}

    assert save(organizer, ADD, **NEW, **typed(*FIVE), **moderator).status_code == 302

    roster = Conference.objects.get().invitations.order_by("pk")
    assert [(each.participant.name, each.role) for each in roster] == [
        *((name, Role.PARTICIPANT) for _number, name in FIVE),
        ("Nia Holm", Role.MODERATOR),
    ]
    assert [str(each.address) for each in Contact.objects.order_by("pk")] == [
        *(f"+1202555014{n}" for n in range(5)),
        "+12025550150",
    ]
    assert Participant.objects.filter(team=harbour).count() == 6


def test_numbers_on_a_roster_are_read_as_the_team_writes_its_own(organizer, harbour, room):
    Team.objects.filter(pk=harbour.pk).update(region="DE")
    moderator = {"moderators__0__number": "030 123457", "moderators__0__name": "Nia Holm"}
    people = typed(("030 123456", "Ivo Lund"), ("+1 202 555 0141", "Jo Park"))

    assert save(organizer, ADD, **NEW, **people, **moderator).status_code == 302
    assert save(organizer, page_of(room), **typed(("0049 30 123458", "Kai Ode"))).status_code == 302

    numbers = {str(line.number): line.participant.name for line in CallingLine.objects.all()}
    assert numbers == {
        "+4930123456": "Ivo Lund",
        "+12025550141": "Jo Park",
        "+4930123457": "Nia Holm",
        "+4930123458": "Kai Ode",
    }


def test_a_listener_is_typed(organizer, room):
    save(organizer, page_of(room), **typed((cast.BO, "Bo"), role="listener"))

    assert room.invitations.get().role == Role.LISTENER


def test_whoever_is_in_the_address_book_is_found_by_number_and_name(organizer, harbour, room):
    ana = cast.person(harbour, "Ana", cast.ANA)

    assert save(organizer, page_of(room), **typed(("202 555 0101", "ana"))).status_code == 302

    assert room.invitations.get().participant == ana
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("address", ["new", "old"])
@pytest.mark.parametrize(
    ("number", "name", "field", "words"),
    [
        (cast.ANA, "Bo", "name", "In this team's address book this number is that of Ana. Give that name."),
        ("555-0102", "Bo", "number", "555-0102 is no telephone number. Write it as (201) 555-0123, or with +"),
        ("", "Bo", "number", "This field is required."),
        (cast.BO, "", "name", "This field is required."),
    ],
)
def test_a_slip_is_told_at_its_field_and_nothing_typed_is_lost(
    organizer, harbour, room, address, number, name, field, words
):
    cast.person(harbour, "Ana", cast.ANA)
    where, more = (ADD, NEW) if address == "new" else (page_of(room), {})

    answer = save(organizer, where, **more, **typed((number, name), role="listener"))

    errors = errors_of(answer)
    assert list(errors) == [f"invitations-0-{field}"]
    assert errors[f"invitations-0-{field}"][0].startswith(words)
    fields = fields_of(answer)
    assert [fields[f"invitations-0-{each}"] for each in ("number", "name", "role")] == [number, name, "listener"]
    assert not Invitation.objects.exists()
    assert Participant.objects.count() == Conference.objects.count() == 1


def test_one_person_has_one_seat_however_often_they_are_given(organizer, harbour, room):
    bo = cast.person(harbour, "Bo", cast.BO)
    there = ["This person is already on the roster."]

    twice = errors_of(save(organizer, page_of(room), **typed((cast.BO, "Bo"), ("(202) 555-0102", "bo"))))
    assert twice == {"invitations-1-number": there}
    chosen = {**typed((cast.BO, "Bo")), "invitations__1__participant": bo.pk, "invitations__1__role": "listener"}
    both = errors_of(save(organizer, page_of(room), **chosen | {"invitations__TOTAL_FORMS": 2}))
    assert both == {"invitations-0-number": there}
    cast.invite(room, bo, role=Role.MODERATOR)
    again = errors_of(save(organizer, page_of(room), **typed((cast.BO, "Bo"))))
    assert again == {"invitations-0-number": there}
    assert room.invitations.get().role == Role.MODERATOR


def test_a_number_under_one_name_on_the_roster_and_another_among_the_moderators_is_refused(organizer, room):
    moderator = {"moderators__0__number": "202-555-0102", "moderators__0__name": "Bob"}

    errors = errors_of(save(organizer, page_of(room), **typed((cast.BO, "Bo")), **moderator))

    assert errors == {"moderators-0-number": ["This number is given twice here, under two names."]}
    assert not Participant.objects.exists()


def test_a_row_is_either_typed_or_chosen(organizer, harbour, room):
    bo = cast.person(harbour, "Bo", cast.BO)

    errors = errors_of(save(organizer, page_of(room), **typed((cast.BO, "Bo")), invitations__0__participant=bo.pk))

    assert errors == {"invitations-0-participant": ["Either type a number and a name, or choose somebody: not both."]}


def test_two_people_of_one_name_are_told_apart_where_they_are_chosen(organizer, harbour):
    for number in (cast.ANA, cast.BO):
        cast.person(harbour, "Robin Gray", number)
    query = "app_label=participants&model_name=invitation&field_name=participant"

    found = organizer.get(f"/admin/autocomplete/?{query}&term=robin").json()["results"]
    by_number = organizer.get(f"/admin/autocomplete/?{query}&term=555-0102").json()["results"]

    assert [each["text"] for each in found] == ["Robin Gray · +12025550101", "Robin Gray · +12025550102"]
    assert [each["text"] for each in by_number] == ["Robin Gray · +12025550102"]


def test_whoever_organizes_two_teams_is_told_whose_person_they_choose(organizer, harbourmaster, harbour, quay):
    for team in (harbour, quay):
        cast.person(team, "Robin Gray", cast.ANA)
    query = "app_label=participants&model_name=invitation&field_name=participant&term=robin"

    def offered() -> list[str]:
        return [each["text"] for each in organizer.get(f"/admin/autocomplete/?{query}").json()["results"]]

    assert offered() == ["Robin Gray · +12025550101"]
    quay.memberships.create(user=harbourmaster, role="organizer")
    assert offered() == ["Robin Gray · +12025550101 · Harbour", f"Robin Gray · +12025550101 · {quay}"]
