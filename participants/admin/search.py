"""Conferences and rosters are found by the people on them, however many people there are."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from phonenumber_field.phonenumber import PhoneNumber, to_python

from participants.models import CallingLine, Invitation, Participant


def searched(term: str) -> str:
    """Numbers are stored as E.164, and searched for, or a part of them, as people write them in whichever country.

    With its country code a number is a whole one. Without, it is a part, and the zeros before it are no part of it.
    """
    term = term.strip()
    number = to_python(f"+{term[2:]}" if term.startswith("00") else term)
    if term.startswith(("+", "00")) and isinstance(number, PhoneNumber) and number.is_valid():
        return str(number.as_e164)
    digits = "".join(filter(str.isdigit, term))
    return digits.lstrip("0") or digits if len(digits) > 2 and not any(map(str.isalpha, term)) else term


def has_words(field: str, term: str) -> Q:
    """The field has each word of the term, in any order."""
    return Q(*(Q(**{f"{field}__icontains": word}) for word in term.split()))


def people_like(people: QuerySet[Participant], term: str) -> QuerySet[Participant]:
    """Those of these people whose name has the words of the term, or who call from such a number.

    Without order, to be asked for within a query for something else: a join from there would go through the names and
    numbers of everybody.
    """
    found = has_words("name", term)
    if not any(map(str.isalpha, term)):
        found |= Q(pk__in=CallingLine.objects.filter(**like_number("number", term)).order_by().values("participant"))
    return people.filter(found).order_by()


def like_number(field: str, term: str) -> dict[str, str]:
    """A whole number (E.164) is that number, and has an index; of a part any place may be meant."""
    return {field: term} if term.startswith("+") else {f"{field}__contains": term}


def invited_like(people: QuerySet[Participant], term: str) -> QuerySet[Invitation]:
    """The invitations of those of these people who are like the term."""
    return Invitation.objects.filter(participant__in=people_like(people, term).values("pk")).order_by()
