"""Words that stand beside numbers and addresses in people's lists, as "Tel.:", "(home)" or "or", and are no names."""

from __future__ import annotations

import re

MARK = "\0"  # where a number or an address stood

SURE = (
    r"tel|telephone|téléphone|telefon|teléfono|tfno|tlf|phone|mobile?|móvil|movil|celular|portable|cell|mob|festnetz|privat|"
    r"e-?mail|mail|mailto|correo|courriel|whatsapp"
)
# Names, too.
MAYBE = r"handy|home|work|office|desk|direct|private|main|fijo|fixe|other|geschäftlich|dienstlich|priv|[tmpehw]"
ANY = f"{SURE}|{MAYBE}"
NUMBER_WORD = r"(?:\.?[ -]?(?:no|nr|number|nummer|phone|telefon)\b)?"
JOINS = r"or|and|oder|und|o|y|ou|et|sowie|&|\+"

BETWEEN = rf"(?<={MARK})[\s,;/|]*(?:{ANY}|{JOINS}){NUMBER_WORD}[\s.:]*(?={MARK})"
IN_BRACKETS = rf"[(\[]\s*(?:{ANY}){NUMBER_WORD}[\s.:]*[)\]]:?"
BESIDE = rf"{IN_BRACKETS}\s*(?={MARK})|(?<={MARK})\s*{IN_BRACKETS}"
ALONE = rf"(?:^|(?<=[,;|\t]))\s*(?:{ANY}){NUMBER_WORD}[\s.:]*(?={MARK})"
BEFORE = rf"\b(?:(?:{SURE}){NUMBER_WORD}[\s.:]*|(?:{ANY}){NUMBER_WORD}\s*:)\s*(?=[<(\[\"]*{MARK})"
LABELS = re.compile("|".join((BETWEEN, BESIDE, ALONE, BEFORE)), re.IGNORECASE)


def without_labels(text: str) -> str:
    """The text without the words that only say what a MARK beside them is, or join two. One that may be a name stays
    unless a colon, brackets or a place of its own make it clear.
    """
    return LABELS.sub(" ", text)
