"""Every word of the line has its translation, its voice and its keys; docs/words.py finds what is missing."""

import io
import re

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from conferenceline.telephony.voices import VOICES
from docs import words
from sandbox.rest.verifications import LOCALES

CODE = "Enter the code. For a new one, press star, then pound."
DIGITS = "The code has %(length)s digits. Please enter them all."
ROSTER = "The roster number has 8 digits. Please enter them all."
HERE = ("One person is here.", "%(number)s people are here.")


@pytest.fixture
def spanish() -> Catalog:
    """A copy of the catalogue, to be hurt."""
    return read_po(io.BytesIO(words.po_of("es").read_bytes()), locale="es")


def test_everything_that_callers_hear_is_translated_compiled_and_in_the_page():
    assert words.problems() == []


def test_each_language_has_its_voice_its_catalogue_and_its_glossary():
    spoken = {code for code, _name in settings.LANGUAGES}

    assert spoken == set(VOICES)
    assert spoken - {"en"} == set(words.languages()) == set(words.GLOSSARY)
    assert {voice.verify_locale for voice in VOICES.values()} <= LOCALES
    for code, voice in VOICES.items():
        assert voice.language.startswith(f"{code}-")
        assert re.fullmatch(r"Polly\.[A-Z][a-z]+-Neural", voice.name)


@pytest.mark.parametrize(
    ("said", "translated", "fault"),
    [
        (CODE, "", f"es: not translated: {CODE}"),
        (CODE, "Marque el código. Para uno nuevo, oprima numeral.", "star is asterisco"),
        (CODE, "Marque el código. Para uno nuevo, oprima asterisco y almohadilla.", "pound is numeral"),
        (CODE, "Marque la clave. Para una nueva, oprima asterisco y numeral.", "code is código"),
        (DIGITS, "El código tiene %(lenght)s dígitos.", "an unknown placeholder"),
        (DIGITS, "El código tiene %(length)d dígitos.", "an unknown placeholder"),
        (DIGITS, "El código tiene seis dígitos.", "a placeholder is missing"),
        (ROSTER, "El número de participante tiene 6 dígitos.", "other numbers"),
        (ROSTER, "El número de lista tiene 8 dígitos.", "roster number is número de participante"),
        (HERE, ("Hay una persona presente.", ""), "not translated"),
        (HERE, ("Hay una persona.", "Hay %(n)s personas."), "an unknown placeholder"),
    ],
)
def test_a_translation_that_would_mislead_a_caller_is_found(spanish, said, translated, fault):
    key = said if isinstance(said, str) else said[0]
    spanish.get(key).string = translated

    found = [f"es: {problem}" for problem in words.faults("es", spanish)]
    assert [problem for problem in found if fault in problem], found


def test_a_translation_of_what_is_said_no_more_and_a_guessed_one_are_found(spanish):
    before = set(words.faults("es", spanish))
    spanish.add("Hold the line.", "No cuelgue.")
    spanish.get(CODE).flags.add("fuzzy")

    assert set(words.faults("es", spanish)) - before == {f"not translated: {CODE}", "said nowhere: Hold the line."}


def test_words_are_found_wherever_they_stand_and_those_that_no_catalogue_can_hold_are_refused():
    source = """
hello = f"{_('Inside.')} {_('Also.')}"
count = ngettext("One.", "Many.", n)
other = format("Not words.")
"""
    assert list(words.spoken(source)) == [("Inside.",), ("Also.",), ("One.", "Many.")]
    with pytest.raises(ValueError, match="no catalogue"):
        list(words.spoken("_(f'{room} is full')"))


def test_the_compiled_catalogue_is_what_django_speaks():
    with translation.override("es"):
        assert translation.gettext(CODE).endswith("oprima asterisco y luego numeral.")
        assert translation.ngettext(*HERE, 1) == "Hay una persona presente."
        assert translation.ngettext(*HERE, 3) % {"number": 3} == "Hay 3 personas presentes."
    with translation.override("en"):
        assert translation.gettext(CODE) == CODE
