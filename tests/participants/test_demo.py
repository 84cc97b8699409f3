"""The demo: somebody for everything that can happen, and nothing of anybody else's touched."""

import re
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from participants import demo
from participants.models import (
    CallingLine,
    Conference,
    Contact,
    DialInNumber,
    Invitation,
    Occurrence,
    Participant,
    Team,
)
from sandbox.models import OwnedNumber
from tests import cast
from tests.phone import Phone

MODELS = (Team, Conference, Occurrence, Participant, CallingLine, Contact, Invitation, DialInNumber, User)


def seed() -> str:
    told = StringIO()
    call_command("seed_demo", stdout=told)
    return told.getvalue()


def everything() -> dict[str, list]:
    """All rows but the dates of the room that repeats, which go on by themselves."""
    rows = {model.__name__: list(model._default_manager.order_by("pk").values()) for model in MODELS}
    series = [row["id"] for row in rows["Conference"] if row["recurrence"]]
    rows["Occurrence"] = [row for row in rows["Occurrence"] if row["conference_id"] not in series]
    return rows


def open_now(title: str) -> bool:
    return Occurrence.objects.open_at(timezone.now()).filter(conference__title=title).exists()


@pytest.mark.django_db
def test_it_is_for_the_sandbox_only(settings):
    settings.SANDBOX = False

    with pytest.raises(CommandError, match="Set SANDBOX=on"):
        seed()

    assert not any(everything().values())


@pytest.mark.django_db
def test_rooms_are_open_to_come_and_over():
    seed()

    assert open_now("Harbour board")
    assert open_now("Pilots on duty")
    assert open_now("Quay choir")
    assert not open_now("Budget")
    assert not open_now("Storm review")
    assert Occurrence.objects.get(conference__title="Budget").opens_at > timezone.now()
    assert Occurrence.objects.get(conference__title="Storm review").overtime_until < timezone.now()


@pytest.mark.django_db
def test_twice_changes_nothing():
    with time_machine.travel("2026-11-24 12:10Z", tick=False):
        seed()
        first = everything()
        told = seed()

    assert everything() == first
    assert "harbour-demo" in told


@pytest.mark.django_db
def test_a_week_later_only_the_dates_have_moved():
    with time_machine.travel("2026-11-17 12:10Z", tick=False):
        seed()
        first = everything()
        assert open_now("Harbour board")
    with time_machine.travel("2026-11-24 12:10Z", tick=False):
        assert not open_now("Harbour board")
        seed()
        assert open_now("Harbour board")
        second = everything()

    times = {"starts_at", "moderators_open_at", "opens_at", "closes_at", "overtime_until"}
    week = timedelta(days=7)

    def moved(row: dict, key: str) -> object:
        if key == "recurrence_id":
            return f"{datetime.fromisoformat(row[key]) + week:%Y%m%dT%H%M%S}"
        return row[key] + week if key in times and not row.get("recurrence") else row[key]

    for name, rows in first.items():
        for before, after in zip(rows, second[name], strict=True):
            assert {key: moved(before, key) for key in before} == after


@pytest.mark.django_db
def test_what_was_changed_by_hand_stays_but_the_rooms_open_again():
    seed()
    Participant.objects.filter(name="Ana Bell").update(name="Ana Belle")
    Contact.objects.filter(address="+12025550103").update(address="+12025550155")
    Conference.objects.filter(title="Harbour board").update(seats=7, status=Conference.Status.CANCELLED)
    Occurrence.objects.update(locked=True, cancelled=True)
    Participant.objects.get(name="Theo Marsh").delete()

    seed()

    assert Participant.objects.filter(name="Ana Belle").exists()
    assert not Participant.objects.filter(name="Ana Bell").exists()
    assert Contact.objects.filter(address="+12025550155").exists()
    assert not Contact.objects.filter(address="+12025550103").exists()
    assert Conference.objects.get(title="Harbour board").seats == 7
    assert open_now("Harbour board")
    assert not Occurrence.objects.filter(locked=True).exists()
    assert Participant.objects.get(name="Theo Marsh").invitations.count() == 2


@pytest.mark.django_db
def test_rows_of_others_are_not_touched(room, ana, bo):
    room.occurrences.update(locked=True)
    User.objects.create_user("admin", email="someone@example.com", password="their-own")
    Invitation.objects.filter(participant=ana).update(roster_number="20000001")
    before = {model: list(model._default_manager.order_by("pk").values()) for model in MODELS[:-1]}
    # Harbour is the name of a team in the demo, too.
    with pytest.raises(CommandError, match="There is a team named Harbour"):
        seed()
    assert {model: list(model._default_manager.order_by("pk").values()) for model in MODELS[:-1]} == before

    Team.objects.update(name="Ours")
    before[Team] = list(Team.objects.values())
    told = seed()

    for model, rows in before.items():
        kept = model._default_manager.filter(pk__in=[row["id"] for row in rows])
        assert list(kept.order_by("pk").values()) == rows
    user = User.objects.get(username="admin")
    assert user.check_password("their-own")
    assert not user.is_superuser
    assert "a login of this name was here before" in told
    assert Invitation.objects.get(
        participant__name="Mia Stone", conference__title="Harbour board"
    ).roster_number not in (
        "20000001",
        "",
    )


@pytest.mark.django_db
def test_logins(monkeypatch, client):
    monkeypatch.setenv("DEMO_PASSWORD", "a-word-of-ours")
    told = seed()

    assert re.search(r"organizer +a-word-of-ours +Harbour", told)
    organizer, neighbour, admin = (User.objects.get(username=name) for name in ("organizer", "neighbour", "admin"))
    assert (organizer.is_staff, organizer.is_superuser) == (True, False)
    assert [team.name for team in organizer.teams.all()] == ["Harbour"]
    assert [team.name for team in neighbour.teams.all()] == ["Quay"]
    assert (admin.is_superuser, admin.teams.count()) == (True, 0)
    client.post("/admin/login/", {"username": "organizer", "password": "a-word-of-ours"})
    page = client.get("/admin/participants/conference/").content.decode()
    assert "Harbour board" in page
    assert "Quay choir" not in page

    monkeypatch.delenv("DEMO_PASSWORD")
    assert re.search(r"organizer +\(as it was set before\)", seed())


@pytest.mark.django_db
def test_everybody_is_told_of_with_what_to_dial_and_their_roster_number():
    told = seed()

    for person in demo.PEOPLE:
        assert re.search(rf"{person.name} +{re.escape(person.calls_from)} +\./run dial", told)
        for seat in person.seats:
            assert f"{seat.role.label} of {seat.room}, roster number {seat.roster_number}" in told
    assert Invitation.objects.get(participant__name="Hana Moss").roster_number == "20000015"
    others = Participant.objects.exclude(language="", slow_pace=False).order_by("name")
    assert list(others.values_list("name", "language", "slow_pace")) == [
        ("Lucía Prado", "es", False),
        ("Otto Lind", "", True),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name", ["Ana Bell", "Fay Hill", "Rolf Kern", "Sue Dean", "Rosa Hale", "Vera Nash", "Zara Finch"]
)
def test_what_is_to_be_typed_in_a_terminal_shows_the_code_wherever_it_goes(name, settings):
    settings.LOOKUP_LINE_TYPES = True
    told = seed()
    call_command("ask_line_types")  # as the worker does, soon after the start
    person = next(each for each in demo.PEOPLE if each.name == name)
    typed = re.search(rf"{name} .*?\./run dial (\S+)(?: --texts (\S+))?\n", told)
    phone = Phone(typed[1], texts=typed[2] or "")
    phone.dial()

    if phone.heard[-1].startswith("Welcome. Please enter the roster number"):
        phone.press(person.seats[0].roster_number)
    phone.take_code_calls()

    assert len(phone.text_code()) == 6


@pytest.mark.django_db
def test_the_numbers_are_fiction_and_differ_except_where_sharing_is_the_point():
    seed()
    addresses = [address for person in demo.PEOPLE for address in {person.calls_from, person.texts} - {None}]
    numbers = [address for address in addresses if "@" not in address] + [demo.STRANGER]

    assert all(re.fullmatch(r"\+1\d{3}55501\d\d|\+442079460\d{3}", number) for number in numbers)
    mailboxes = Contact.objects.filter(channel="email").values_list("address", flat=True)
    assert all(re.fullmatch(r"[a-z.]+@example\.com", mailbox) for mailbox in mailboxes)
    shared = {number for number, count in Counter(numbers).items() if count > 1}
    assert shared == {"+12025550120", "+12025550102"}
    assert settings.SANDBOX_LINE not in numbers
    roster_numbers = [seat.roster_number for person in demo.PEOPLE for seat in person.seats]
    assert len(set(roster_numbers)) == len(roster_numbers)
    assert all(re.fullmatch(r"[1-9]\d{7}", number) for number in roster_numbers)
    for row in (*CallingLine.objects.all(), *Contact.objects.all(), *Conference.objects.all()):
        row.full_clean()


@pytest.mark.django_db
def test_each_kind_of_caller_is_there():
    seed()
    at = Invitation.objects.open_at(timezone.now())

    def rooms(number: str) -> set[tuple[str, str]]:
        found = at.filter(participant__lines__number=number)
        return {(invitation.participant.name, invitation.conference.title) for invitation in found}

    assert rooms("+12025550101") == {("Ana Bell", "Harbour board")}
    assert rooms("+12025550104") == {("Dora Reed", "Harbour board"), ("Dora Reed", "Pilots on duty")}
    assert rooms("+12025550102") == {("Ben Ford", "Harbour board"), ("Benny Ford", "Quay choir")}
    assert rooms("+12025550120") == {("Ed Hill", "Harbour board"), ("Fay Hill", "Harbour board")}
    assert rooms("+12025550190") == rooms("+12025550106") == rooms("+12025550107") == rooms(cast.STRANGER) == set()
    assert not Participant.objects.get(name="Gus Vale").contacts.exists()
    assert Participant.objects.get(name="Hana Moss").contacts.exists()
    board = Conference.objects.get(title="Harbour board")
    assert board.moderator_exit == Conference.ModeratorExit.ENDS
    assert board.invitations.filter(role=Invitation.Role.MODERATOR).count() == 2


@pytest.mark.django_db
def test_lookup_has_told_of_the_landlines_when_the_demo_begins(settings):
    settings.LOOKUP_LINE_TYPES = True
    seed()
    assert not Contact.objects.of_unknown_line().exists()
    vera = Phone("+12025550154", texts="vera.nash@example.com")
    vera.dial()
    assert vera.hears("We have sent you an e-mail with a 6 digit code.")
    vera.press(vera.text_code())
    assert vera.in_room


@pytest.mark.django_db
def test_a_room_is_full_while_somebody_sits_on_its_only_seat():
    seed()
    xenia, yuri = Phone("+12025550157"), Phone("+12025550158")
    xenia.dial()
    xenia.press(xenia.text_code())
    yuri.dial()
    yuri.press(yuri.text_code())
    assert xenia.in_room
    assert yuri.hears("Tug crew is full. Please call again later.")

    xenia.hang_up()
    yuri.dial()
    yuri.press(yuri.text_code())
    assert yuri.in_room


@pytest.mark.django_db
def test_no_code_goes_to_a_country_that_its_team_does_not_allow():
    seed()
    zara = Phone("+12025550159", texts="zara.finch@example.com")
    zara.dial()
    assert zara.hears("We have sent you an e-mail with a 6 digit code.")
    assert not Phone("+442079460159").messages
    zara.press(zara.text_code())
    assert zara.in_room


@pytest.mark.django_db
def test_the_sandboxs_number_is_listed_and_rings_here_on_whatever_port_this_is(settings):
    seed()
    settings.PUBLIC_URL = "http://127.0.0.1:8001"
    settings.VOICE_FALLBACK_URL = f"{settings.PUBLIC_URL}/voice/trouble/"
    seed()
    number = OwnedNumber.objects.get()
    assert number.voice_url.startswith("http://127.0.0.1:8001/voice/#")
    assert [str(each) for each in DialInNumber.objects.all()] == ["+12025550100 (The sandbox)"]
