"""How the line speaks to whoever calls: in which language, and how slowly.

A person's own wish comes first, then the conference's, then the number dialled, in whose language the call began.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import translation

from conferenceline.telephony.voices import VOICES
from participants.models import Conference, Invitation, Participant
from verification.models import Call


@dataclass(frozen=True)
class Manner:
    """What one person at one conference asks for. `language` is "" where neither has a wish."""

    language: str
    slow: bool

    @classmethod
    def at(cls, conference: Conference, person: Participant) -> "Manner":
        return cls(person.language or conference.language, person.slow_pace)


def suit_invited(call: Call, invitations: Sequence[Invitation]) -> None:
    """Goes on as whoever holds these invitations asks for."""
    suit(call, [Manner.at(invitation.conference, invitation.participant) for invitation in invitations])


def suit(call: Call, asked_for: Sequence[Manner]) -> None:
    """Goes on in the language that all of these share, and slowly where one of them needs it.

    Where they share none the call stays as it is: before proof nobody knows which of them is calling. What is said
    in the rest of this turn is translated accordingly.
    """
    languages = {manner.language for manner in asked_for}
    language = languages.pop() if len(languages) == 1 else ""
    if language in VOICES:
        call.language = language
        translation.activate(language)  # the turn's own override ends it
    if asked_for:
        call.slow_pace = any(manner.slow for manner in asked_for)
