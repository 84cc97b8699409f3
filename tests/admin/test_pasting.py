"""A list of people is pasted: what becomes of each line is shown, and nothing saved, before somebody says so."""

import re
from html import unescape

import pytest

from participants.models import CallingLine, Conference, Contact, ContactChange, Delivery, Invitation, Participant
from tests import cast
from tests.admin.conftest import NELL, login, make_organizer
from tests.phone import Phone

BOOK = "/admin/participants/participant/paste/"
Role = Invitation.Role


def roster_of(conference: Conference) -> str:
    return f"/admin/participants/conference/{conference.pk}/paste/"


class Pasting:
    """Somebody with the page open."""

    def __init__(self, browser, address: str, **fields: str) -> None:
        self.browser, self.address, self.fields = browser, address, {k: str(v) for k, v in fields.items()}

    def look(self, text: str, **answers: str) -> "Pasting":
        self.fields["text"] = text
        self.answer = self.browser.post(self.address, {**self.fields, **answers, "look": "1"})
        assert self.answer.status_code == 200
        return self

    def press_save(self, **answers: str) -> "Pasting":
        """As the page is now."""
        shown = self.answer.context["shown"]
        self.sent = {**self.fields, "shown": shown, **answers, "save": "1"}
        self.answer = self.browser.post(self.address, self.sent)
        return self

    def again(self) -> "Pasting":
        self.answer = self.browser.post(self.address, self.sent)
        return self

    @property
    def fates(self) -> list[str]:
        return [plan.fate.value for plan in self.answer.context["plans"]]

    @property
    def keys(self) -> list[str]:
        return [plan.key for plan in self.answer.context["plans"]]

    @property
    def text(self) -> str:
        """What is in the box."""
        found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", self.answer.content.decode(), re.DOTALL)
        assert found
        return unescape(found[1])

    @property
    def said(self) -> str:
        return unescape(self.answer.content.decode())


def counts() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Participant, CallingLine, Contact, Invitation))


@pytest.fixture
def ana(ana: Participant) -> Participant:
    """With a surname."""
    ana.name = "Ana Bell"
    ana.save()
    return ana


@pytest.fixture
def book(organizer, harbour) -> Pasting:
    return Pasting(organizer, BOOK, team=harbour.pk)


@pytest.fixture
def roster(organizer, room) -> Pasting:
    return Pasting(organizer, roster_of(room), role=Role.LISTENER)


def test_looking_saves_nothing_and_saving_does(roster, room, ana):
    before = counts()
    text = "Ana Bell 202-555-0101\nIvo Lund, (202) 555-0140, ivo@example.com\nMia Kerr 2025550150 moderator\nJo Park 12"
    assert roster.look(text).fates == ["same", "new", "new", "wrong"]
    assert "Mia Kerr (moderator)" in roster.said
    assert counts() == before

    roster.press_save()
    ivo = Participant.objects.get(name="Ivo Lund")
    assert [str(line) for line in ivo.lines.all()] == ["+12025550140"]
    assert [each.destination for each in ivo.contacts.all()] == [("sms", "+12025550140"), ("email", "ivo@example.com")]
    roles = {each.participant.name: each.role for each in room.invitations.all()}
    assert (roles["Ivo Lund"], roles["Mia Kerr"]) == (Role.LISTENER, Role.MODERATOR)
    assert room.invitations.get(participant=ana).role != Role.LISTENER  # who is on it keeps their role
    assert roster.text == "Jo Park 12"  # what was not saved is still there
    assert "These lines were not saved" in roster.said


def test_whoever_was_pasted_gets_in(roster, room):
    roster.look("Ivo Lund, (202) 555-0140").press_save()
    assert roster.answer.status_code == 302
    phone = Phone("+12025550140")
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room


def test_what_is_left_of_a_table_keeps_its_headings(book):
    book.look("Last name;First name;Phone\nLund;Ivo;202-555-0140\nPark;Jo;12").press_save()
    assert Participant.objects.filter(name="Ivo Lund").exists()
    assert book.text == "Last name;First name;Phone\nPark;Jo;12"


def test_nothing_is_sent(book):
    book.look("Ivo Lund, (202) 555-0140, ivo@example.com").press_save()
    assert Participant.objects.filter(name="Ivo Lund").exists()
    assert not Delivery.objects.exists()


def test_what_was_not_looked_at_is_not_saved(book):
    before = counts()
    book.look("Ivo Lund, (202) 555-0140")
    book.fields["text"] = "Jo Park, (202) 555-0141"
    book.press_save()
    assert counts() == before
    assert "Look at it first" in book.said
    assert book.text == "Jo Park, (202) 555-0141"


def test_the_book_may_have_changed_since(book, harbour):
    book.look("Ivo Lund, (202) 555-0140")
    cast.person(harbour, "Iva Lund", "+12025550140")
    before = counts()
    assert book.press_save().fates == ["ask"]
    assert counts() == before


def test_pressing_twice_does_it_once(book):
    book.look("Ivo Lund, (202) 555-0140").press_save()
    before = counts()
    assert book.again().fates == ["same"]
    assert counts() == before


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Ann Bell, 202-555-0101", "this number is Ana's"),
        ("Ana Bell, 202-555-0149", "there is one of this name"),
        ("202-555-0101", "there is no name"),
        ("Ana Bell", "there is nothing else"),
    ],
)
def test_who_is_alike_is_asked_about_and_never_merged(book, ana, text, why):
    before = counts()
    assert book.look(text).fates == ["ask"], why
    book.press_save()
    assert "Say who is meant" in book.said
    assert counts() == before
    assert [each.pk for each in book.answer.context["plans"][0].alike] == [ana.pk]


def test_the_answer_is_one_of_them_or_somebody_new_or_nobody(book, ana):
    book.look("Ana Bell, 202-555-0149").press_save(**{book.keys[0]: "new"})
    assert Participant.objects.filter(name="Ana Bell").count() == 2
    book.look("Ann Bell, 202-555-0101, ann@example.com").press_save(**{book.keys[0]: str(ana.pk)})
    ana.refresh_from_db()
    assert (ana.name, ana.contacts.last().address) == ("Ana Bell", "ann@example.com")
    before = counts()
    book.look("Anna Bell, 202-555-0101").press_save(**{book.keys[0]: "out"})
    assert counts() == before


def test_nobody_is_made_without_a_name(book, ana):
    before = counts()
    book.look("202-555-0101").press_save(**{book.keys[0]: "new"})
    assert counts() == before


def test_an_address_that_is_added_is_told_and_noted(book, harbour, harbourmaster):
    ana = cast.person(harbour, "Ana Lund", "+12025550140")
    cast.mailbox(ana, "old@example.com")
    Participant.objects.filter(pk=ana.pk).update(created_at="2020-01-01T00:00Z")
    assert book.look("Ana Lund, 202-555-0140, new@example.com").fates == ["changed"]
    book.press_save()
    assert ContactChange.objects.get().by == harbourmaster.get_username()
    assert [each.address for each in Delivery.objects.all()] == ["old@example.com"]
    assert [each.address for each in ana.contacts.all()] == ["+12025550140", "old@example.com", "new@example.com"]


def test_twice_in_a_list_is_a_slip(book, ana):
    text = "Ana Bell, 202-555-0101\nIvo, 202-555-0140\nIva, 202-555-0140\nAna Bell, 2025550101"
    assert book.look(text).fates == ["same", "new", "wrong", "wrong"]
    assert "Line 2 has this person or number already." in book.said


def test_two_of_one_name_in_a_list_are_asked_about(book):
    book.look("Mia Kerr, 202-555-0150\nmia kerr, 202-555-0151\n")
    assert book.fates == ["new", "ask"]
    assert "Line 1 has this name too. If both are one person, write them in one line." in book.answer.content.decode()
    book.press_save()
    assert "Nothing is saved yet." in book.said
    assert not Participant.objects.filter(name__iexact="mia kerr").exists()

    _first, second = book.keys
    book.look(book.text, **{second: "out"})
    assert book.fates == ["new", "out"]
    book.look(book.text).press_save(**{second: "new"})
    assert Participant.objects.filter(name__iexact="mia kerr").count() == 2


def test_another_teams_people_are_nobody_here(book, secret, harbour):
    before = counts()
    assert book.look(f"Nell Zanzibar, {NELL}").fates == ["new"]
    assert "77777777" not in book.said
    assert counts() == before
    book.press_save()
    assert Participant.objects.filter(name="Nell Zanzibar").count() == 2
    assert Participant.objects.get(name="Nell Zanzibar", team=harbour).lines.count() == 1


def test_a_person_of_another_team_is_not_an_answer(book, secret, harbour, ana):
    nell = Participant.objects.get(name="Nell Zanzibar")
    before = counts()
    book.look("Ann Bell, 202-555-0101").press_save(**{book.keys[0]: str(nell.pk)})
    assert counts() == before


def test_another_teams_book_and_roster_are_out_of_reach(organizer, secret, quay):
    before = counts()
    answer = organizer.post(BOOK, {"team": quay.pk, "text": "Ivo, 202-555-0140", "look": "1"})
    assert answer.context["form"].errors["team"]
    assert organizer.post(roster_of(secret), {"role": "listener", "text": "Ivo, 202-555-0140"}).status_code == 403
    assert counts() == before


def test_who_organizes_two_teams_says_which(organizers, harbour, quay, secret):
    both = login(make_organizer("both", organizers, harbour, quay))
    pasting = Pasting(both, BOOK, team=harbour.pk).look(f"Nell Zanzibar, {NELL}")
    assert pasting.fates == ["new"]
    assert Pasting(both, BOOK, team=quay.pk).look(f"Nell Zanzibar, {NELL}").fates == ["same"]


@pytest.mark.parametrize("who", ["auditor", "chair"])
def test_who_only_looks_pastes_nothing(who, request, room):
    browser = request.getfixturevalue(who)
    for address in (BOOK, roster_of(room)):
        assert browser.get(address).status_code == 403
    assert b"Add people from a list" not in browser.get("/admin/participants/participant/").content
    assert b"Add people from a list" not in browser.get(f"/admin/participants/conference/{room.pk}/change/").content


def test_a_list_that_is_too_long_is_kept_and_said_so(book):
    text = "\n".join(f"Ivo {'x' * n}, ivo{n}@example.com" for n in range(301))
    assert "more than 300 lines" in book.look(text).said
    assert book.text == text


def test_an_empty_list_is_said_so(book):
    assert "There is nobody in this list." in book.look("Name, Number").said


def test_what_a_list_costs_does_not_grow_with_it(book, harbour, django_assert_max_num_queries):
    for n in range(10):
        cast.person(harbour, f"Person {chr(65 + n)}", f"+1202555014{n}")
    text = "\n".join(f"Person {chr(65 + n)}, 202-555-014{n}" for n in range(10))
    with django_assert_max_num_queries(30):
        assert book.look(text).fates == ["same"] * 10
