"""Conferences and rosters are found by the people on them, however many people there are."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from phonenumber_field.phonenumber import PhoneNumber, to_python

from participants.models import CallingLine, Invitation, Participant


def searched(term: str) -> str:
    """Numbers are stored as E.164, and searched for, or a part of them, as people write them."""
    number = to_python(term)
    if isinstance(number, PhoneNumber) and number.is_valid():
        return str(number.as_e164)
    digits = "".join(filter(str.isdigit, term))
    return digits if len(digits) > 2 and not any(map(str.isalpha, term)) else term


def has_words(field: str, term: str) -> Q:
    """The field has each word of the term, in any order."""
    return Q(*(Q(**{f"{field}__icontains": word}) for word in term.split()))


def invited_like(people: QuerySet[Participant], term: str) -> QuerySet[Invitation]:
    """The invitations of those of these people whose name, or whose number, is like the term.

    The people come first: a join from the conferences would go through all of everybody's numbers.
    """
    lines = CallingLine.objects.filter(number__contains=term).order_by().values("participant")
    found = people.filter(has_words("name", term) | Q(pk__in=lines)).order_by().values("pk")
    return Invitation.objects.filter(participant__in=found).order_by()
