"""Names of people as they come in, in a form, a list or a file: the one rule of what is one."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

LONGEST = 100
TRUTHS = {"true", "false", "wahr", "falsch", "verdadero", "falso", "vrai", "faux"}  # as spreadsheets write them


def read_name(name: str) -> str:
    """The name; "" stays so. Raises ValidationError where it is too long, or what a spreadsheet has in place of one."""
    if len(name) > LONGEST:
        raise ValidationError(gettext("The name is longer than %(longest)s characters.") % {"longest": LONGEST})
    has_letter = any(character.isalpha() for character in name)
    if name and (not has_letter or name.startswith("#") or name.casefold() in TRUTHS):
        raise ValidationError(gettext("%(text)s is no name.") % {"text": name})
    return name
