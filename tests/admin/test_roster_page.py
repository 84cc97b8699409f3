"""Rosters in the admin: people chosen from the address book, and moderators typed in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Grade, Invitation, ModeratorNumber, Participant
from tests import cast
from tests.admin.conftest import login, make_organizer
from tests.admin.page import errors_of, fields_of, save

Role = Invitation.Role
ADD = "/admin/participants/conference/add/"
NEW = {"title": "Budget", "starts_at_0": "2026-07-15", "starts_at_1": "09:00"}


def page_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/change/"


# People chosen


def test_the_page_says_which_way_the_code_goes_and_who_has_none_that_proves_enough(organizer, harbour):
    vault = cast.conference(harbour, "Vault", least_grade=Grade.PHONE)
    both, by_mail = cast.person(harbour, "Rosa", "+12025550150", texts=None), cast.person(harbour, "Sven", texts=None)
    cast.mailbox(both, "rosa@example.com"), cast.mailbox(by_mail, "sven@example.com")
    Contact.objects.create(participant=both, channel="sms", address="+12025550150", position=1)
    landline = cast.person(harbour, "Vera", "+12025550154")
    landline.contacts.update(line_type="landline")
    Contact.objects.create(participant=landline, channel="call", address="+12025550155", position=1)
    for person in (both, by_mail, landline):
        cast.invite(vault, person)

    page = organizer.get(page_of(vault)).content.decode()

    assert "1 person gets the code by text message." in page
    assert "1 person gets the code by call to another phone." in page
    assert "No contact of Sven proves as much as callers need: they cannot get in." in page
    shown = ("text message +12025550150", "call to another phone +12025550155", "e-mail sven@example.com")
    for way in shown:
        assert f"<p>{way}" in page
    assert "<p>text message +12025550154" not in page


def test_a_person_is_chosen_for_the_roster_of_a_new_conference(organizer, harbour):
    ana = cast.person(harbour, "Ana", cast.ANA)

    answer = save(organizer, ADD, **NEW, invitations__0__participant=ana.pk, invitations__0__role="listener")

    assert answer.status_code == 302
    invitation = Conference.objects.get().invitations.get()
    assert (invitation.participant, invitation.role) == (ana, Role.LISTENER)


def test_the_roster_shows_who_it_is_how_they_get_in_and_their_number(organizer, harbour, room, ana):
    cast.invite(room, cast.person(harbour, "Gus Vale", "+12025550105", texts=None))

    page = organizer.get(page_of(room)).content.decode()

    assert room.invitations.get(participant=ana).roster_number in page
    assert "text message +12025550101" in page
    assert page.count("no contact: cannot get in") == 1


def test_an_empty_row_shows_no_roster_number(organizer, room):
    for address in (page_of(room), ADD, "/admin/participants/invitation/add/"):
        body = organizer.get(address).content.decode()
        assert not [digits for digits in body.split("<p>") if digits[:8].isdigit()], address


def test_nobody_is_on_a_roster_twice_in_one_go_or_two(organizer, room, ana):
    bo = cast.person(room.team, "Bo", cast.BO)
    twice = {"invitations__TOTAL_FORMS": 3, "invitations__1__participant": bo.pk, "invitations__2__participant": bo.pk}
    roles = {"invitations__1__role": "participant", "invitations__2__role": "participant"}

    assert "invitations" in errors_of(save(organizer, page_of(room), **twice, **roles))
    assert "invitations" in errors_of(save(organizer, page_of(room), invitations__1__participant=ana.pk))
    again = {"conference": room.pk, "participant": ana.pk}
    assert errors_of(save(organizer, "/admin/participants/invitation/add/", **again)) == {
        "__all__": ["This person is already on the roster."]
    }
    new = {"invitations__0__participant": bo.pk, "invitations__1__participant": bo.pk, "invitations__TOTAL_FORMS": 2}
    roles = {"invitations__0__role": "participant", "invitations__1__role": "participant"}
    assert "invitations" in errors_of(save(organizer, ADD, **NEW, **new, **roles))
    assert room.invitations.count() == 1


def test_a_person_of_another_team_is_refused_on_a_new_and_on_an_old_roster(organizer, room, secret):
    nell = secret.team.participants.get()

    for address, typed in ((page_of(room), {}), (ADD, NEW), ("/admin/participants/invitation/add/", None)):
        if typed is None:
            answer = save(organizer, address, conference=room.pk, participant=nell.pk)
            field = "participant"
        else:
            answer = save(organizer, address, **typed, invitations__0__participant=nell.pk)
            field = "invitations-0-participant"
        assert errors_of(answer) == {field: ["Select a valid choice. That choice is not one of the available choices."]}
        assert "Zanzibar" not in answer.content.decode()
    assert not room.invitations.exists()
    assert nell.invitations.count() == 1


def test_a_person_of_ours_is_not_put_on_the_roster_of_another_team(organizer, harbour, secret):
    ana = cast.person(harbour, "Ana", cast.ANA)

    answer = save(organizer, "/admin/participants/invitation/add/", conference=secret.pk, participant=ana.pk)

    assert list(errors_of(answer)) == ["conference"]
    assert "Zanzibar" not in answer.content.decode()
    assert secret.invitations.count() == 1


def test_a_stranger_in_the_address_is_not_offered(organizer, secret):
    nell = secret.team.participants.get()

    page = organizer.get(f"/admin/participants/invitation/add/?participant={nell.pk}&conference={secret.pk}")

    assert "Zanzibar" not in page.content.decode()


def test_whoever_organizes_two_teams_cannot_mix_them_either(organizers, administrator, room, quay):
    nell = cast.person(quay, "Nell", "+12025550130")
    busy = login(make_organizer("busy", organizers, room.team, quay))
    words = ["This person is not in this team's address book."]

    for browser in (busy, administrator):
        answer = save(browser, page_of(room), invitations__0__participant=nell.pk)
        assert errors_of(answer) == {"invitations-0-participant": words}
        answer = save(browser, ADD, **NEW, team=room.team.pk, invitations__0__participant=nell.pk)
        assert errors_of(answer) == {"invitations-0-participant": words}
        answer = save(browser, "/admin/participants/invitation/add/", conference=room.pk, participant=nell.pk)
        assert errors_of(answer) == {"participant": words}
    assert not nell.invitations.exists()


def test_an_invitation_of_another_team_is_neither_changed_nor_taken_off_through_our_page(organizer, room, ana, secret):
    theirs = secret.invitations.get()
    fields = fields_of(organizer.get(page_of(room)))

    for prefix in ("invitations", "moderators"):
        organizer.post(
            page_of(room),
            fields
            | {
                f"{prefix}-INITIAL_FORMS": "1",
                f"{prefix}-TOTAL_FORMS": "1",
                f"{prefix}-0-id": str(theirs.pk),
                f"{prefix}-0-conference": str(room.pk),
                f"{prefix}-0-role": "listener",
                f"{prefix}-0-DELETE": "on",
            },
        )

    theirs.refresh_from_db()
    assert (theirs.conference, theirs.role) == (secret, Role.MODERATOR)


def test_a_role_changes_and_the_roster_number_stays(organizer, room, ana):
    before = room.invitations.get()

    assert save(organizer, page_of(room), invitations__0__role="moderator").status_code == 302

    after = room.invitations.get()
    assert (after.pk, after.roster_number, after.role) == (before.pk, before.roster_number, Role.MODERATOR)
    page = f"/admin/participants/invitation/{after.pk}/change/"
    assert save(organizer, page, role="listener").status_code == 302
    after.refresh_from_db()
    assert (after.role, after.roster_number) == (Role.LISTENER, before.roster_number)


def test_an_invitation_stays_with_its_person(organizer, room, ana, bo):
    """Else a roster number that was sent to one person would let another in."""
    invitation = room.invitations.get(participant=ana)

    for address, prefix in (
        (page_of(room), "invitations__0__"),
        (f"/admin/participants/invitation/{invitation.pk}/change/", "_"),
    ):
        fields = fields_of(organizer.get(address))
        name = "participant" if prefix == "_" else "invitations-0-participant"
        organizer.post(address, fields | {name: str(bo.pk)})
        invitation.refresh_from_db()
        assert invitation.participant == ana


def test_whoever_became_a_moderator_meanwhile_is_told_of_and_not_changed(organizer, room, ana):
    fields = fields_of(organizer.get(page_of(room)))
    room.invitations.update(role=Role.MODERATOR)

    answer = organizer.post(page_of(room), fields | {"invitations-0-role": "listener"})

    assert answer.status_code == 200
    assert room.invitations.get().role == Role.MODERATOR


# Moderators typed


def moderator(number: str, name: str, row: int = 0) -> dict[str, str]:
    return {f"moderators__{row}__number": number, f"moderators__{row}__name": name}


@pytest.mark.parametrize("number", ["(202) 555-0102", "202.555.0102", "+1 202 555 0102"])
def test_a_moderator_is_typed_as_people_write_numbers(organizer, harbour, room, number):
    assert save(organizer, page_of(room), **moderator(number, "Bo")).status_code == 302

    added = ModeratorNumber.objects.get()
    assert (added.conference, added.participant.name, added.participant.team) == (room, "Bo", harbour)
    assert CallingLine.objects.values_list("number", flat=True).get() == "+12025550102"
    assert Contact.objects.get().destination == ("sms", "+12025550102")


def test_a_moderator_is_typed_for_a_new_conference(organizer, harbour):
    assert save(organizer, ADD, **NEW, **moderator(cast.BO, "Bo")).status_code == 302

    assert Conference.objects.get() == ModeratorNumber.objects.get().conference


def test_whoever_is_on_the_roster_already_becomes_a_moderator(organizer, room, ana):
    before = room.invitations.get()

    assert save(organizer, page_of(room), **moderator(cast.ANA, "Ana")).status_code == 302

    after = room.invitations.get()
    assert (after.pk, after.roster_number, after.role) == (before.pk, before.roster_number, Role.MODERATOR)


def test_whoever_is_chosen_and_typed_in_one_go_moderates(organizer, harbour, room):
    ana = cast.person(harbour, "Ana", cast.ANA)

    answer = save(organizer, page_of(room), invitations__0__participant=ana.pk, **moderator(cast.ANA, "Ana"))

    assert answer.status_code == 302
    assert room.invitations.get().role == Role.MODERATOR


@pytest.mark.parametrize(
    ("number", "name", "field", "words"),
    [
        (cast.ANA, "Bo", "name", "In this team's address book this number is that of Ana. Give that name."),
        ("202 555 0102 ext 5", "Bo", "number", "A number with an extension cannot be called or texted by itself."),
        ("555-0102", "Bo", "number", "555-0102 is no telephone number. Write it as (201) 555-0123, or with +"),
        ("", "Bo", "number", "This field is required."),
        (cast.BO, "", "name", "This field is required."),
    ],
)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_slip_is_told_at_its_field_and_nothing_typed_is_lost(
    organizer, room, ana, number, name, field, words, is_new
):
    address, typed = (ADD, NEW) if is_new else (page_of(room), {"title": "Other title"})

    answer = save(organizer, address, **typed, **moderator(number, name))

    errors = errors_of(answer)
    assert list(errors) == [f"moderators-0-{field}"]
    assert errors[f"moderators-0-{field}"][0].startswith(words)
    fields = fields_of(answer)
    assert (fields["moderators-0-number"], fields["moderators-0-name"]) == (number, name)
    assert fields["title"] == typed["title"]
    assert not ModeratorNumber.objects.exists()
    assert Participant.objects.count() == Conference.objects.count() == 1


def test_one_number_under_two_names_is_refused_before_either_is_made(organizer, room):
    rows = {**moderator(cast.BO, "Bo"), **moderator("(202) 555-0102", "Bob", row=1), "moderators__TOTAL_FORMS": 2}

    errors = errors_of(save(organizer, page_of(room), **rows))

    assert errors == {"moderators-1-number": ["This number is given twice here, under two names."]}
    assert not Participant.objects.exists()


def test_the_same_moderator_typed_twice_is_one(organizer, room):
    rows = {**moderator(cast.BO, "Bo"), **moderator("(202) 555-0102", "bo", row=1), "moderators__TOTAL_FORMS": 2}

    assert save(organizer, page_of(room), **rows).status_code == 302

    assert ModeratorNumber.objects.count() == Participant.objects.count() == 1


def test_a_number_of_another_team_neither_finds_nor_names_its_owner(organizer, harbour, room, secret):
    answer = save(organizer, page_of(room), **moderator("+12025550130", "Bo"))

    assert answer.status_code == 302
    assert "Zanzibar" not in organizer.get(page_of(room)).content.decode()
    assert ModeratorNumber.objects.get(conference=room).participant.team == harbour
    assert secret.team.participants.get().name == "Nell Zanzibar"
    assert CallingLine.objects.filter(number="+12025550130").count() == 2


def test_moderators_are_shown_and_taken_off(organizer, room, ana, bo):
    page = organizer.get(page_of(room))
    assert "+12025550102" in page.content.decode()
    assert page.content.decode().count(">Bo<") + page.content.decode().count('value="Bo"') == 1
    assert "moderators-0-number" not in fields_of(page)  # disabled: a number that exists is not typed over
    renamed = save(organizer, page_of(room), moderators__0__name="Mallory", moderators__0__number="+12025550199")
    assert renamed.status_code == 302
    assert (Participant.objects.get(pk=bo.pk).name, str(bo.lines.get().number)) == ("Bo", cast.BO)

    assert save(organizer, page_of(room), moderators__0__DELETE="on").status_code == 302

    assert not ModeratorNumber.objects.exists()
    assert room.invitations.get().participant == ana
    assert Participant.objects.filter(pk=bo.pk).exists()


def test_a_roster_of_forty_costs_no_more_queries_to_show_than_one_of_two(
    organizer, harbour, room, ana, bo, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(45) as few:
        organizer.get(page_of(room))

    for n in range(40):
        role = Role.MODERATOR if n % 2 else Role.PARTICIPANT
        cast.invite(room, cast.person(harbour, f"Person {n}", f"+120255502{n:02}"), role=role)
    with django_assert_num_queries(len(few)):
        organizer.get(page_of(room))


# The list of all rosters


def test_a_seat_is_found_by_its_person_its_conference_and_its_number(organizer, harbour, room, ana, bo, secret):
    later = cast.conference(harbour, "Budget", timezone.now() + timedelta(days=3))
    cast.invite(later, ana)
    Invitation.objects.filter(conference=room, participant=bo).update(roster_number="41414141")

    def found(query: str) -> set[tuple[str, str]]:
        rows = organizer.get(f"/admin/participants/invitation/{query}").context["cl"].result_list
        return {(row.participant.name, row.conference.title) for row in rows}

    at_the_board, at_the_budget = ("Ana", "Board meeting"), ("Ana", "Budget")
    assert found("") == {at_the_board, at_the_budget, ("Bo", "Board meeting")}
    assert found("?q=ana") == found("?q=(202)+555-0101") == {at_the_board, at_the_budget}
    assert found("?q=budget") == found(f"?conference={later.pk}") == {at_the_budget}
    assert found("?q=41414141") == found("?q=414141") == {("Bo", "Board meeting")}
    assert found("?q=zanzibar") == found(f"?conference={secret.pk}") == found("?conference=none") == set()


def test_rosters_are_filtered_by_the_next_conferences_of_the_team(organizer, harbour, room, ana, secret):
    over = cast.conference(harbour, "Long ago", timezone.now() - timedelta(days=30))
    cast.invite(over, ana)

    def offered(query: str = "") -> str:
        return organizer.get(f"/admin/participants/invitation/{query}").content.decode()

    assert f"?conference={room.pk}" in offered()
    assert f"?conference={over.pk}" not in offered()
    assert "Zanzibar" not in offered(f"?conference={secret.pk}")
    chosen = offered(f"?conference={over.pk}")
    assert "Long ago" in chosen
    assert f"?conference={room.pk}" in chosen


def test_a_roster_that_is_longer_than_a_form_can_carry_shows_whom_it_got_last_and_is_saved(organizer, room):
    people = Participant.objects.bulk_create(Participant(team=room.team, name=f"Guest {n}") for n in range(350))
    rows = Invitation.objects.bulk_create(Invitation(conference=room, participant=each) for each in people)

    page = organizer.get(page_of(room))
    fields = fields_of(page)
    assert (fields["invitations-0-id"], fields["invitations-49-id"]) == (str(rows[300].pk), str(rows[349].pk))
    whole = f'of 350. <a href="/admin/participants/invitation/?conference={room.pk}">The whole roster</a>'
    assert page.content.decode().count(whole) == 1

    cast.invite(room, cast.person(room.team, "Bo", cast.BO))  # meanwhile, by somebody else
    taken_off = {"invitations-0-DELETE": "on", "invitations-50-number": cast.ANA, "invitations-50-name": "Ana"}
    assert organizer.post(page_of(room), fields | taken_off | {"title": "Big"}).status_code == 302
    room.refresh_from_db()
    assert (room.title, room.invitations.count()) == ("Big", 351)
    assert not room.invitations.filter(pk=rows[300].pk).exists()
