"""Who may enter which room, and when."""

from participants.models.conferences import Conference, Occurrence
from participants.models.people import CallingLine, Contact, Participant, Team
from participants.models.rosters import Invitation, ModeratorNumber, new_roster_number

__all__ = [
    "CallingLine",
    "Conference",
    "Contact",
    "Invitation",
    "ModeratorNumber",
    "Occurrence",
    "Participant",
    "Team",
    "new_roster_number",
]
