"""The address book in the admin."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from participants.admin.reach import hindrance
from participants.models import CallingLine, Contact, Participant, Team
from tests import cast
from tests.admin.conftest import login, make_organizer
from tests.admin.page import errors_of, fields_of, save

ADD = "/admin/participants/participant/add/"
LIST = "/admin/participants/participant/"


def page_of(person: Participant) -> str:
    return f"{LIST}{person.pk}/change/"


def test_a_new_person_is_typed_on_one_page(organizer, harbour):
    answer = save(organizer, ADD, name="Ana", lines__0__number="(202) 555-0101", contacts__0__address="202 555 0103")

    assert answer.status_code == 302
    person = Participant.objects.get()
    assert (person.name, person.team) == ("Ana", harbour)
    assert str(person.lines.get().number) == "+12025550101"
    assert person.contacts.get().destination == ("sms", "+12025550103")


@pytest.mark.parametrize("field", ["lines__0__number", "contacts__0__address"])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("202 555 0101 ext 5", "A number with an extension cannot be called or texted by itself."),
        ("555-0101", "555-0101 is no telephone number. Write it as (201) 555-0123, or with +"),
        ("anonymous", "anonymous is no telephone number."),
    ],
)
def test_what_is_no_number_is_told_at_its_field(organizer, harbour, field, typed, words):
    answer = save(organizer, ADD, name="Ana", **{field: typed})

    errors = errors_of(answer)
    assert list(errors) == [field.replace("__", "-")]
    assert errors[field.replace("__", "-")][0].startswith(words)
    assert fields_of(answer)[field.replace("__", "-")] == typed
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("region", "typed", "stored"),
    [
        ("", "202 555 0110", "+12025550110"),
        ("US", "(202) 555-0110", "+12025550110"),
        ("DE", "030 123456", "+4930123456"),
        ("DE", "+1 202 555 0110", "+12025550110"),
        ("DE", "001 202 555 0110", "+12025550110"),
        ("GB", "0121 234 5678", "+441212345678"),
    ],
)
def test_a_number_is_read_as_the_team_writes_its_own(organizer, harbour, region, typed, stored):
    Team.objects.filter(pk=harbour.pk).update(region=region)

    assert save(organizer, ADD, name="Ana", lines__0__number=typed, contacts__0__address=typed).status_code == 302

    ana = Participant.objects.get()
    assert (str(ana.lines.get().number), ana.contacts.get().address) == (stored, stored)
    assert save(organizer, page_of(ana), lines__0__number=typed, contacts__0__address=typed).status_code == 302
    assert not ana.lines.exclude(number=stored).exists()


def test_a_wrong_number_is_told_with_one_of_the_teams_country(organizer, harbour):
    Team.objects.filter(pk=harbour.pk).update(region="DE")

    answer = save(organizer, ADD, name="Ana", lines__0__number="012", contacts__0__address="555-0")

    assert errors_of(answer) == {
        "lines-0-number": [
            "012 is no telephone number. Write it as 030 123456, or with + and the code of its country."
        ],
        "contacts-0-address": [
            "555-0 is no telephone number. Write it as 030 123456, or with + and the code of its country."
        ],
    }
    fields = fields_of(answer)
    assert (fields["lines-0-number"], fields["contacts-0-address"]) == ("012", "555-0")
    assert not Participant.objects.exists()


def test_a_number_typed_twice_in_two_ways_is_one_too_many(organizer, harbour):
    twice = {"lines__0__number": "(202) 555-0101", "lines__1__number": "+12025550101", "lines__TOTAL_FORMS": 2}

    assert "lines" in errors_of(save(organizer, ADD, name="Ana", **twice))

    ana = cast.person(harbour, "Ana", cast.ANA)
    assert "lines" in errors_of(save(organizer, page_of(ana), lines__1__number="(202) 555-0101"))
    assert ana.lines.count() == 1


def test_the_number_of_another_teams_person_makes_a_second_person(organizer, harbour, secret):
    nell = secret.team.participants.get()

    answer = save(organizer, ADD, name="Ours", lines__0__number="+12025550130", contacts__0__address="+12025550130")

    assert answer.status_code == 302
    assert harbour.participants.get().name == "Ours"
    nell.refresh_from_db()
    assert nell.name == "Nell Zanzibar"
    assert [CallingLine.objects.filter(number="+12025550130").count(), nell.lines.count()] == [2, 1]


def test_a_line_or_contact_of_another_team_is_not_reached_through_our_persons_page(organizer, ana, secret):
    line, contact = CallingLine.objects.get(number="+12025550130"), Contact.objects.get(address="+12025550130")
    fields = fields_of(organizer.get(page_of(ana)))

    for prefix, row, name in (("lines", line, "number"), ("contacts", contact, "address")):
        for more in ({}, {f"{prefix}-0-DELETE": "on"}):
            stolen = {f"{prefix}-0-id": str(row.pk), f"{prefix}-0-{name}": "+12025550199"}
            answer = organizer.post(page_of(ana), fields | stolen | more, follow=True)
            assert "0130" not in answer.content.decode()

    line.refresh_from_db()
    contact.refresh_from_db()
    assert (str(line.number), str(contact.address)) == ("+12025550130", "+12025550130")


def test_whoever_has_no_contact_is_pointed_out(organizer, harbour):
    gus = cast.person(harbour, "Gus", "+12025550105", texts=None)
    cast.person(harbour, "Ana", cast.ANA)

    body = organizer.get(LIST).content.decode()
    assert body.count("no contact: cannot get in</td>") == 1
    rows = organizer.get(LIST + "?contact=no").context["cl"].result_list
    assert list(rows) == [gus]

    answer = organizer.post(page_of(gus), fields_of(organizer.get(page_of(gus))), follow=True)
    words = [str(message) for message in answer.context["messages"]]
    assert "Gus has no contact: no code can reach them, and they cannot get in." in words


def test_whether_a_person_has_a_contact_is_said_as_it_is_now(organizer, harbour):
    gus = cast.person(harbour, "Gus", "+12025550105", texts=None)
    lacks = "Gus has no contact: no code can reach them, and they cannot get in."

    def said(**typed: Any) -> str:
        answer = save(organizer, page_of(gus), **typed)
        return unescape(organizer.get(answer.headers["location"]).content.decode())

    assert lacks not in said(contacts__0__channel="sms", contacts__0__address="+12025550105")
    assert gus.contacts.exists()
    assert lacks in said(contacts__0__DELETE="on")
    assert not gus.contacts.exists()


def test_the_list_says_who_cannot_get_in_and_why(organizer, harbour):
    now = timezone.now()
    ana = cast.person(harbour, "Ana", cast.ANA)
    told = {
        cast.person(harbour, "Ben", "+12025550102"): {"failed_at": now, "failure": "cannot receive"},
        cast.person(harbour, "Cora", "+12025550103"): {"line_type": "landline"},
        cast.person(harbour, "Dora", "+12025550104"): {
            "failed_at": now - timedelta(days=1),
            "succeeded_at": now,
            "line_type": "landline",  # which the code that came there by text knows better
        },
    }
    for person, known in told.items():
        person.contacts.update(**known)
    ben, cora, dora = told

    rows = organizer.get(LIST).context["cl"].result_list

    assert {person.name: hindrance(person) for person in rows} == {
        "Ana": "",
        "Ben": "the last code did not go out: cannot receive codes this way",
        "Cora": "no code goes to this kind of line (landline)",
        "Dora": "",
    }
    for chosen, found in {"yes": [ana, dora], "no": [], "line": [cora], "failed": [ben]}.items():
        assert list(organizer.get(f"{LIST}?contact={chosen}").context["cl"].result_list) == found, chosen
    Contact.objects.create(participant=ben, channel="email", address="ben@example.com", position=1)
    assert not organizer.get(f"{LIST}?contact=failed").context["cl"].result_list


@pytest.mark.usefixtures("harbour")
def test_an_empty_list_says_what_to_do_and_one_that_is_narrowed_how_to_widen_it(organizer):
    assert "Nothing here yet." in (page := organizer.get(LIST).content.decode())
    assert "Add people here" in page
    assert "Show everything" not in page
    assert "Show everything" in (page := organizer.get(f"{LIST}?q=Nobody").content.decode())
    assert "Add people here" not in page


@pytest.mark.parametrize("typed", ["(202) 555-0101", "+12025550101", "5550101", "Ana"])
def test_people_are_found_by_name_and_by_number_however_written(organizer, harbour, typed):
    ana = cast.person(harbour, "Ana", cast.ANA)
    cast.person(harbour, "Bo", cast.BO)

    assert list(organizer.get(LIST, {"q": typed}).context["cl"].result_list) == [ana]


def test_a_number_of_any_country_is_found_as_it_is_written_there(organizer, harbour):
    people = {number: cast.person(harbour, number, number) for number in ("+4930123456", "+442079460000")}
    for typed, number in (
        ("030 123456", "+4930123456"),
        ("0049 30/123456", "+4930123456"),
        ("(020) 7946 0000", "+442079460000"),
    ):
        assert list(organizer.get(LIST, {"q": typed}).context["cl"].result_list) == [people[number]], typed


def test_a_person_on_a_roster_stays_with_their_team(organizers, ana, quay):
    browser = login(make_organizer("busy", organizers, ana.team, quay))

    assert errors_of(save(browser, page_of(ana), team=quay.pk)) == {
        "team": ["This person is on a roster of their team. Take them off it first."]
    }

    ana.invitations.all().delete()
    assert save(browser, page_of(ana), team=quay.pk).status_code == 302
    ana.refresh_from_db()
    assert ana.team == quay


def test_a_name_with_marks_in_it_is_shown_as_it_is_written(organizer, room):
    ana = cast.person(room.team, "<b>Ana</b>", cast.ANA)
    invitation = cast.invite(cast.conference(room.team, "<i>Budget</i>"), ana)
    conference = f"/admin/participants/conference/{invitation.conference_id}/change/"

    for address in (LIST, page_of(ana), conference, "/admin/participants/conference/"):
        body = organizer.get(address).content.decode()
        assert "<b>" not in body
        assert "<i>" not in body
    assert "&lt;b&gt;Ana" in organizer.get(conference).content.decode()


def test_the_page_of_a_person_tells_what_they_are_invited_to(organizer, room, ana):
    body = organizer.get(page_of(ana)).content.decode()

    assert f"Board meeting (participant, roster number {ana.invitations.get().roster_number})" in body


def test_how_the_line_speaks_to_somebody_is_chosen_on_their_page(organizer, ana):
    shown = fields_of(organizer.get(page_of(ana)))
    assert (shown["language"], "slow_pace" in shown) == ("", False)

    assert save(organizer, page_of(ana), language="es", slow_pace="on").status_code == 302
    ana.refresh_from_db()
    assert (ana.language, ana.slow_pace) == ("es", True)

    answer = save(organizer, page_of(ana), language="xx")
    assert "xx is not one of the available choices" in str(errors_of(answer))


def test_a_mailbox_is_a_contact_of_the_channel_e_mail_and_of_no_other(organizer, harbour):
    mail = {"contacts__0__channel": "email", "contacts__0__address": " Ana@Example.com "}
    assert save(organizer, ADD, name="Ana", **mail).status_code == 302
    assert Participant.objects.get().contacts.get().destination == ("email", "ana@example.com")

    answer = save(organizer, ADD, name="Bo", contacts__0__address="bo@example.com")
    assert errors_of(answer) == {
        "contacts-0-address": ["This is an e-mail address: choose the channel e-mail, or enter a number."]
    }
    mail["contacts__0__address"] = "+12025550102"
    assert list(errors_of(save(organizer, ADD, name="Bo", **mail))) == ["contacts-0-address"]
    assert Participant.objects.count() == 1


def test_the_page_says_when_a_contact_worked_and_why_it_failed(organizer, harbour):
    ana = cast.person(harbour, "Ana", cast.ANA)
    moment = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    ana.contacts.update(succeeded_at=moment, failed_at=moment + timedelta(days=1), failure="cannot receive")
    page = organizer.get(page_of(ana)).content.decode()
    assert "1 Mar 2026, 09:30 UTC" in page
    assert "2 Mar 2026, 09:30 UTC: cannot receive codes this way" in page
