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
from participants.names import plain
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
