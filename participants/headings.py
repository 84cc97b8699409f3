"""How the columns of a list of people are called, and the roles in it: in English, German, Spanish and French."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from participants.models import Invitation

NAME, FIRST, LAST, MOBILE, PHONE, MAIL, CODES, ROLE, LANGUAGE = (
    "name", "first name", "last name", "mobile", "phone", "mail", "codes", "role", "language",
)  # fmt: skip
HEADINGS = {
    NAME: "name|full name|person|participant|nombre completo|nombre y apellidos|nom complet",
    FIRST: "first name|given name|forename|vorname|nombre|prénom",
    LAST: "last name|surname|family name|nachname|familienname|apellido|apellidos|nom|nom de famille",
    MOBILE: "mobile|mobile number|mobile phone|cell|cell phone|mobil|mobilnummer|mobiltelefon|handy|handynummer|móvil"
    "|teléfono móvil|celular|portable|téléphone portable",
    PHONE: "phone|phone number|telephone|telephone number|number|tel|landline|telefon|telefonnummer|rufnummer|teléfono"
    "|número|número de teléfono|téléphone|numéro|numéro de téléphone|home phone|business phone|work phone|office phone"
    "|primary phone|festnetz|privat|telefon privat|telefon geschäftlich|telefon dienstlich|calls from",
    MAIL: "mail|e-mail|email|mail address|e-mail address|email address|e-mail-adresse|mailadresse|correo"
    "|correo electrónico|courriel|adresse e-mail",
    CODES: "gets codes at",
    ROLE: "role|rolle|rol|rôle",
    LANGUAGE: "language|sprache|idioma|langue",
}
ROLES = {
    Invitation.Role.MODERATOR: "moderator|moderatorin|moderador|moderadora|modérateur|modératrice",
    Invitation.Role.PARTICIPANT: "participant|teilnehmer|teilnehmerin|participante",
    Invitation.Role.LISTENER: "listener|zuhörer|zuhörerin|oyente|auditeur|auditrice",
}


def bare(text: str) -> str:
    """In small letters without accents and marks, and without a number at the end: of "Teléfono (2):", telefono.

    Google's "Phone 1 - Value" is a phone, too.
    """
    letters = (each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))
    words = re.sub(r"[\W_]+", " ", "".join(letters)).strip()
    return re.sub(r" ?\d*(?: value)?$", "", words)


COLUMN = {bare(heading): kind for kind, headings in HEADINGS.items() for heading in headings.split("|")}
ROLE_WORDS = {bare(word): str(role) for role, words in ROLES.items() for word in words.split("|")}


def kind_of(heading: str) -> str:
    """Which of the columns this heading is of; "" where it is of none."""
    return COLUMN.get(bare(heading), "")


def are_of_people(kinds: Iterable[str]) -> bool:
    """Whether there is a name among these columns, and where to reach who has it."""
    there = {*kinds}
    return bool({NAME, FIRST, LAST} & there and {MOBILE, PHONE, MAIL, CODES} & there)
