"""Names however they come in: without what nobody sees, so that they are found again."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import CharField, Value

from participants.admin.typed import name_field
from participants.intake import plan
from participants.lists import read_list
from participants.models import Invitation, Participant
from participants.names import likeness, plain
from participants.numbers import read_number
from participants.tables import people_of, read_table
from tests import cast

SHOWN = "Zoë O'Neill"
HIDDEN = "\ufeffZoe\u0308\u00a0 \u202aO\u200b'Nei\u00adll\u202c\x07\t"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (HIDDEN, SHOWN),
        ("می\u200cخواهم", "می\u200cخواهم"),  # Persian: the letters around it do not join
        ("علی\u200c", "علی"),
        ("ක්\u200dෂ", "ක්\u200dෂ"),  # Sinhala: after a virama
        ("An\u200da \u200cBell", "Ana Bell"),
    ],
)
def test_what_nobody_sees_is_no_part_of_a_name(typed, kept):
    assert plain(typed) == kept


def test_a_person_is_found_by_a_name_with_invisible_characters(harbour, room):
    zoe = cast.person(harbour, SHOWN, cast.ANA)
    number = f"\u202a{cast.ANA}\u202c"

    [pasted] = read_list(f"{HIDDEN}\u202a{number}\u202c", "US")
    [filed] = people_of(read_table(f"name,mobile\n{HIDDEN},{number}\n".encode()), "US")

    assert [each.fate for each in plan(harbour, [pasted])] == ["same"], pasted
    assert [each.fate for each in plan(harbour, [filed.row])] == ["same"], filed
    assert "\u202a" not in pasted.text + filed.row.text  # by which whoever is erased is found
    assert Invitation.objects.find(harbour, read_number("\u202a00 1 202 555 0101\u202c"), HIDDEN) == zoe
    assert name_field().clean(HIDDEN) == SHOWN
    assert Participant.objects.get(name=HIDDEN) == zoe


def test_a_name_is_stored_as_it_is_seen(harbour):
    zoe = Participant(team=harbour, name=HIDDEN)
    zoe.full_clean()
    assert zoe.name == SHOWN
    Participant.objects.create(team=harbour, name=HIDDEN)
    assert set(Participant.objects.values_list("name", flat=True)) == {SHOWN}
    with pytest.raises(ValidationError, match="cannot be blank"):
        Participant(team=harbour, name="\u200b\u202a").full_clean()


def test_names_that_were_stored_before_are_made_so(harbour):
    zoe = cast.person(harbour, "Zoë")
    Participant.objects.update(name=Value(HIDDEN, output_field=CharField()))
    import_module("participants.migrations.0027_plain_names").make_names_plain(apps, None)
    zoe.refresh_from_db()
    assert zoe.name == SHOWN


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("José García", "JOSE GARCIA"),
        ("Shea O’Neill", "shea o'neill"),  # as Word puts it
        ("Anna-Lena Groß", "Anna Lena GROSS"),
        ("Łucja", "łucja"),
        ("Jo Ann", "Joann"),
        ("Ｚｏｅ", "Zoe"),  # full-width, as some keyboards have it
    ],
)
def test_two_spellings_of_a_name_are_found_for_one_another(harbour, one, other):
    known = cast.person(harbour, one, cast.ANA)
    [by_name] = plan(harbour, read_list(f"{other} {cast.BO}", "US"))
    [by_both] = plan(harbour, read_list(f"{other} {cast.ANA}", "US"))
    assert (by_name.fate, by_name.alike) == ("ask", [known])
    assert (by_both.fate, by_both.person) == ("same", known)
    assert Invitation.objects.find(harbour, cast.ANA, other) == known


@pytest.mark.parametrize(("one", "other"), [("Ana", "Anna"), ("නිමල්", "නමල්")])
def test_another_name_is_another(harbour, one, other):
    assert likeness(one) != likeness(other)
    cast.person(harbour, one, cast.ANA)
    assert [each.fate for each in plan(harbour, read_list(f"{other} {cast.BO}", "US"))] == ["new"]


def test_whoever_is_renamed_is_found_by_the_new_name(harbour):
    zoe = cast.person(harbour, "Zoë", cast.ANA)
    zoe.name = "Zuzana"
    zoe.save()
    assert [each.alike for each in plan(harbour, read_list(f"ZUZANA {cast.BO}", "US"))] == [[zoe]]


def test_a_long_name_that_grows_without_its_accents_is_found_too(harbour):
    long = "ﬃ" * 100
    known = cast.person(harbour, long, cast.ANA)
    assert [each.alike for each in plan(harbour, read_list(f"{long} {cast.BO}", "US"))] == [[known]]


def test_those_who_were_stored_before_are_found(harbour):
    zoe = cast.person(harbour, "Zoë", cast.ANA)
    Participant.objects.update(likeness="")
    import_module("participants.migrations.0031_likeness_of_names").fill_in(apps, None)
    assert [each.alike for each in plan(harbour, read_list(f"zoe {cast.BO}", "US"))] == [[zoe]]
