"""One person is told all that is stored of them, and is erased: nothing is left but what is said to be."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client
from django.utils import timezone

from participants.models import (
    Authenticator,
    Conference,
    Contact,
    GroupMember,
    ImportRow,
    Occurrence,
    Participant,
    PeopleImport,
)
from sandbox.models import Factor
from tests import cast
from tests.admin.conftest import groups, harbourmaster, organizer, organizers  # noqa: F401
from tests.admin.page import save
from tests.phone import Phone
from verification import erasing
from verification.erasing import InCallError, erase
from verification.models import Admission, Attempt, Block, Call, Challenge, HeardNotice, Unlock, Vouch
from verification.privacy import everything_about

NUMBER, OLD_NUMBER, FAMILY = "+12025550141", "+12025550142", "+12025550143"
NAME, OLD_NAME, MAIL = "Quirina Vandermeer", "Quirina Ostrander", "quirina@example.com"
TRACES = (NAME, OLD_NAME, NUMBER, OLD_NUMBER, MAIL)


def left_of(*words: str) -> set[str]:
    """The fields of all tables in which one of these words stands. What stands in for Twilio is Twilio's."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label != "sandbox"
        for field in model._meta.fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        for value in model._base_manager.values_list(field.name, flat=True)
        if any(word.casefold() in str(value).casefold() for word in words)
    }


def age(days: int) -> None:
    """Whatever is on record happened so many days earlier. The room stays open."""
    back = timedelta(days=days)
    for model in apps.get_models():
        ours = model._meta.app_label in ("participants", "verification") and not model._meta.proxy
        if ours and model not in (Conference, Occurrence):
            for field in model._meta.fields:
                if isinstance(field, models.DateTimeField):
                    name = field.name
                    model._base_manager.exclude(**{name: None}).update(**{name: models.F(name) - back})


def called(number: str) -> None:
    """A call with a code, into the room and out of it."""
    phone = Phone(number, texts=number)
    phone.dial()
    phone.press(phone.text_code())
    assert phone.in_room
    phone.hang_up()


@pytest.fixture
def quirina(room: Conference, organizer: Client, harbourmaster) -> Participant:  # noqa: F811
    """With everything that can be on record of somebody, some of it more than a day old."""
    page = f"/admin/participants/conference/{room.pk}/change/"
    Conference.objects.filter(pk=room.pk).update(privacy_notice="Nobody may record this call.")
    typed = {"moderators__0__number": OLD_NUMBER, "moderators__0__name": OLD_NAME}
    assert save(organizer, page, **typed).status_code == 302
    person = Participant.objects.get(name=OLD_NAME)
    called(OLD_NUMBER)
    person.name = NAME
    person.save()
    for row, field in ((person.lines.get(), "number"), (person.contacts.get(), "address")):
        setattr(row, field, NUMBER)
        row.save()
    cast.mailbox(person, MAIL)
    age(1)
    person.refresh_from_db()
    called(NUMBER)
    contact = Contact.objects.get(participant=person, address=NUMBER)
    contact.address = FAMILY  # was told at MAIL
    contact.save()
    contact.address = NUMBER
    contact.save()
    cast.app(person)
    invitation = person.invitations.get()
    asks = f"/admin/verification/unlock/add/?participant={person.pk}"
    assert organizer.post(asks).status_code == 302
    Unlock.objects.update(used_up=f"3 of 3 codes sent to {NUMBER}")
    Vouch.objects.make(invitation, room.occurrences.get(), by=harbourmaster, reason=f"{NAME} rang me from {NUMBER}")
    age(2)
    return person


def test_everything_is_told_in_words_and_no_code(quirina):
    everything = everything_about(quirina)
    told = json.dumps(everything)

    assert everything["person"]["name"] == NAME
    assert everything["calling lines"] == [NUMBER]
    assert {"text message", "e-mail", "authenticator app"} == {each["how"] for each in everything["contacts"]}
    assert everything["rosters"][0]["conference"] == "Board meeting"
    assert [call["calling line"] for call in everything["calls"]] == ["…0142", NUMBER]
    assert [[code["state"] for code in call["codes"]] for call in everything["calls"]][1] == ["right code typed"]
    assert [seat["proved by"] for call in everything["calls"] for seat in call["seats"]] == [
        "a code by text to the calling number"
    ] * 2
    assert [each["words"] for each in everything["privacy notices heard"]] == ["Nobody may record this call."]
    assert everything["mails and texts"][0]["to"]
    assert everything["changes of contacts"]
    assert everything["let in by hand"][0]["reason"] == f"{NAME} rang me from {NUMBER}"
    assert everything["unlocked"][0]["what was used up"] == f"3 of 3 codes sent to {NUMBER}"
    assert OLD_NAME in json.dumps(everything["history"])
    assert everything["authenticator apps"][0]["set up at"]
    assert Authenticator.objects.get().identity not in json.dumps(everything["contacts"])
    assert "None" not in told


def test_nothing_is_left_of_whoever_is_erased(quirina):
    assert {"participants.HistoricalParticipant.name", "admin.LogEntry.change_message", "admin.LogEntry.object_repr",
            "verification.Call.line", "verification.Challenge.address", "verification.Vouch.reason",
            "verification.Unlock.used_up", "participants.Delivery.address"} <= left_of(*TRACES)  # fmt: skip
    age(2)

    assert erase(quirina)["privacy notices heard"] == 1

    assert not HeardNotice.objects.exists()
    assert left_of(*TRACES) - {"verification.Tally.key"} == set()  # deleted when its window is over: the sweep
    assert (Admission.objects.count(), Attempt.objects.filter(outcome="admitted").count()) == (2, 2)
    assert Conference.objects.count() == 1
    assert not any(quirina.pk in call.people for call in Call.objects.all())


def test_what_the_limits_count_on_keeps_its_number_and_goes_with_the_old_calls(quirina):
    Call.objects.filter(line=NUMBER).update(rang_at=timezone.now())
    Challenge.objects.filter(address=NUMBER).update(sent_at=timezone.now())

    erase(quirina)

    kept = {"verification.Call.line", "verification.Challenge.address"}
    assert left_of(*TRACES) - {"verification.Tally.key"} == kept
    age(91)
    call_command("forget_old", "--days", "90", verbosity=0)
    assert left_of(*TRACES) - {"verification.Tally.key"} == set()


def row_of(imported: PeopleImport, line: int, name: str, *numbers: str, **fields) -> ImportRow:
    text = f"{line}: {name or NAME} | {' '.join(numbers)}"
    return imported.rows.create(line=line, text=text, name=name, numbers=numbers, fate="new", **fields)


def test_rows_of_a_file_that_waits_are_told_counted_and_go(harbour):
    ana = cast.person(harbour, "Ana", cast.ANA)
    imported, foreign = (
        PeopleImport.objects.create(uuid=uuid4(), team=team, content=b"") for team in (harbour, cast.team("Quay"))
    )
    theirs = [
        row_of(imported, 2, "Anna", cast.ANA),
        row_of(imported, 3, "ana", cast.STRANGER),
        row_of(imported, 4, "Somebody", participant=ana),
    ]
    theirs.append(row_of(imported, 5, "", cast.ANA))
    others = [row_of(imported, 6, "Diana Anable", cast.BO), row_of(foreign, 2, "Ana", cast.ANA)]

    rows = everything_about(ana)["rows of files of people"]
    assert [(row["line"], row["numbers and addresses"]) for row in rows] == [
        (2, [cast.ANA]),
        (3, ["…0199"]),
        (4, []),
        (5, [cast.ANA]),
    ]
    assert erasing.goes(ana)["rows of files of people"] == len(theirs)

    erase(ana)

    assert set(ImportRow.objects.all()) == set(others)


def test_places_in_groups_go_with_their_history(harbour):
    ana, bo = (cast.person(harbour, name, number) for name, number in (("Ana", cast.ANA), ("Bo", cast.BO)))
    board, crew = (harbour.groups.create(name=name) for name in ("Board", "Crew"))
    for group, person in ((board, ana), (crew, ana), (board, bo)):
        group.members.create(participant=person)
    crew.members.get().delete()  # of which only the history knows
    assert everything_about(ana)["groups"] == ["Board"]
    assert erasing.goes(ana)["places in groups"] == 1
    assert GroupMember.history.filter(participant_id=ana.pk).count() == 3

    erase(ana)

    assert [each.participant for each in board.members.all()] == [bo]
    assert {each.participant_id for each in GroupMember.history.all()} == {bo.pk}


def test_twilio_forgets_the_app(quirina):
    assert Factor.objects.count() == 1
    erase(quirina)

    call_command("forget_authenticators", verbosity=0)

    assert Factor.objects.count() == 0


def test_a_family_and_a_namesake_stay_whole(quirina, room, harbour):
    family = cast.person(harbour, "Piet Vandermeer", FAMILY, NUMBER)
    quay = cast.team("Quay")
    other = cast.person(quay, NAME, OLD_NUMBER)
    cast.invite(cast.conference(quay, "Plans"), other)
    before = {person.pk: everything_about(person) | {"written at": ""} for person in (family, other)}

    erase(quirina)

    after = {person.pk: everything_about(person) | {"written at": ""} for person in (family, other)}
    assert after == before
    assert set(Call.objects.values_list("line", flat=True)) == {NUMBER, OLD_NUMBER}  # somebody has them still
    assert left_of(MAIL) - {"verification.Tally.key"} == set()


def test_a_call_from_before_the_number_was_entered_is_nobodys_to_change(harbour, room):
    stranger = Phone(NUMBER)
    stranger.dial()
    stranger.hang_up()
    age(3)
    late = cast.person(harbour, NAME, NUMBER)

    assert everything_about(late)["calls"] == []
    erase(late)

    assert Call.objects.get().line == NUMBER


def test_a_block_stays(quirina, harbour):
    Block.objects.create(team=harbour, number=NUMBER, reason="rings at night")
    erase(quirina)
    assert Block.objects.get().number == NUMBER


def test_nobody_is_erased_in_the_middle_of_a_call(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    with pytest.raises(InCallError, match="in a call now"):
        erase(ana)
    phone.press(phone.text_code())
    assert phone.in_room
    with pytest.raises(InCallError):
        erase(ana)
    assert Participant.objects.filter(pk=ana.pk).exists()

    phone.hang_up()
    erase(ana)
    assert not Participant.objects.exists()


def test_what_was_stopped_can_be_done_again_and_twice_is_once(quirina):
    age(2)
    erasing._blank(erasing.Traces(quirina).calls(), line="")  # as far as it came
    again = Participant.objects.get(pk=quirina.pk)

    erase(again)
    erase(quirina)  # by whoever had the page open

    assert left_of(*TRACES) - {"verification.Tally.key"} == set()


def says(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_commands_find_a_person_by_id_number_or_mail(ana, harbour):
    cast.mailbox(ana, "ana@example.com")

    for who in ([str(ana.pk)], [cast.ANA, "--team", "Harbour"], ["Ana@example.com", "--team", "Harbour"]):
        assert json.loads(says("export_person", *who))["person"]["name"] == "Ana"


def test_a_dry_run_says_the_same_and_changes_nothing(ana):
    dry = says("erase_person", str(ana.pk), "--dry-run")
    assert dry.startswith(f"Would erase the person with the id {ana.pk}:\n  calling lines: 1\n  contacts: 1\n")
    assert "What remains, and why:\n" in dry
    assert Participant.objects.count() == 1

    done = says("erase_person", str(ana.pk))
    assert done == dry.replace("Would erase", "Erased")
    assert not Participant.objects.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["999999"], 1, "There is nobody with the id 999999."),
        ([cast.ANA], 2, "Say in which team"),
        ([cast.ANA, "--team", "Nowhere"], 2, "There is no team Nowhere."),
        (["nonsense", "--team", "Harbour"], 2, "nonsense is neither a telephone number nor a mail address"),
        ([cast.STRANGER, "--team", "Harbour"], 1, "Nobody in Harbour has"),
        ([cast.ANA, "--team", "Quay"], 1, "Nobody in Quay has"),
    ],
)
@pytest.mark.parametrize("command", ["export_person", "erase_person"])
def test_who_is_not_meant_clearly_is_left_alone(ana, command, arguments, code, words):
    cast.team("Quay")

    with pytest.raises(CommandError, match=words) as refusal:
        says(command, *arguments)

    assert refusal.value.returncode == code
    assert Participant.objects.count() == 1


def test_of_several_with_one_number_the_command_asks_which(ana, harbour):
    cast.person(harbour, "Amy", cast.ANA)
    with pytest.raises(CommandError, match="Several people in Harbour have") as refusal:
        says("erase_person", cast.ANA, "--team", "Harbour")
    assert refusal.value.returncode == 1


def test_in_a_call_the_command_refuses(ana):
    phone = Phone(cast.ANA)
    phone.dial()
    with pytest.raises(CommandError, match="in a call now") as refusal:
        says("erase_person", str(ana.pk))
    assert refusal.value.returncode == 1


def test_the_dry_run_of_the_retention_says_what_the_run_does(quirina, room, harbour):
    imported = PeopleImport.objects.create(uuid=uuid4(), team=harbour, state=PeopleImport.State.SHOWN)
    ImportRow.objects.create(imported=imported, line=2, text=NAME, name=NAME, fate="ask")
    Block.objects.create(team=harbour, number=OLD_NUMBER, reason="rang by night", until=timezone.now())
    Vouch.objects.update(call=Call.objects.first(), used_at=timezone.now())
    quirina.contacts.get(channel="totp").delete()
    Authenticator.objects.update(forgotten_at=timezone.now())
    age(200)
    out = [StringIO(), StringIO()]
    for said, arguments in zip(out, (["--dry-run"], []), strict=True):
        call_command("forget_old", *arguments, stdout=said)
    would, did = (said.getvalue().partition("UTC): ")[2] for said in out)
    assert would == did
    assert {"0 calls", "0 changes", "0 helped by hand", "0 files of people"}.isdisjoint(did.split(", ")), did
