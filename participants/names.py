"""Names of people as they come in, in a form, a list or a file: what is kept of one, and what is none."""

from __future__ import annotations

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

LONGEST = 100
TRUTHS = {"true", "false", "wahr", "falsch", "verdadero", "falso", "vrai", "faux"}  # as spreadsheets write them
NON_JOINER, JOINERS, VIRAMA = "\u200c", "\u200c\u200d", 9


def visible(text: str) -> str:
    """The text composed (NFC), without the characters nobody sees: marks of direction, zero-width spaces and others.

    Joiners stay where they shape a word: after a virama, and between letters of Arabic script (RFC 5892, A.1 and A.2).
    """
    if text.isascii() and text.isprintable():
        return text
    seen = (each for at, each in enumerate(text) if not is_invisible(each) or shapes(text, at))
    return unicodedata.normalize("NFC", "".join(seen))


def is_invisible(character: str) -> bool:
    return unicodedata.category(character) in ("Cf", "Cc") and not character.isspace()


def shapes(text: str, at: int) -> bool:
    """Whether what stands there is a joiner that its neighbours need."""
    if text[at] not in JOINERS or at == 0:
        return False
    if unicodedata.combining(text[at - 1]) == VIRAMA:
        return True
    joining = [unicodedata.bidirectional(each) for each in text[at - 1 : at + 2]]
    return text[at] == NON_JOINER and joining[0] in ("AL", "NSM") and joining[2:] == ["AL"]


def plain(name: str) -> str:
    """The name as it is stored and compared: visible(), and each white space one blank."""
    return " ".join(visible(name).split())


def likeness(name: str) -> str:
    """The same for names that differ by accents, capitals, blanks and punctuation alone: "josemaria" of "José-María".

    By it people are looked for. Whoever is found so is asked about, unless a number is the same too.
    """
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each for each in letters if is_of_a_letter(each))[:LONGEST]


def is_of_a_letter(character: str) -> bool:
    """Whether it belongs to how a name is read: no accent, no blank, no punctuation."""
    kind = unicodedata.category(character)[0]
    return not unicodedata.combining(character) and kind not in "PZ" and character not in "`´"


def read_name(name: str) -> str:
    """plain(); "" stays so. Raises ValidationError where it is too long, or what a spreadsheet has in place of one."""
    name = plain(name)
    if len(name) > LONGEST:
        raise ValidationError(gettext("The name is longer than %(longest)s characters.") % {"longest": LONGEST})
    has_letter = any(character.isalpha() for character in name)
    if name and (not has_letter or name.startswith("#") or name.casefold() in TRUTHS):
        raise ValidationError(gettext("%(text)s is no name.") % {"text": name})
    return name


class NameField(models.CharField):
    """Stores plain() names, wherever they come from, and looks for them so. To the database it is a CharField."""

    def to_python(self, value: Any) -> Any:
        return plain(value) if isinstance(value, str) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        name = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, name)
        return name

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class LikenessField(models.CharField):
    """likeness() of the `name` of the same row. To the database it is a CharField."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        found = likeness(plain(model_instance.name))  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, found)
        return found

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
