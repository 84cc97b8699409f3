"""Who may enter which room, and when."""

from participants.models.admission import LEAST, Grade, Policy
from participants.models.authenticators import Authenticator
from participants.models.calendars import CalendarEntry
from participants.models.changes import ContactChange
from participants.models.conferences import Conference, Occurrence
from participants.models.contacts import Contact, Doubt
from participants.models.deliveries import Delivery
from participants.models.groups import GroupMember, PeopleGroup
from participants.models.heard_texts import HeardText
from participants.models.imports import Fate, ImportRow, PeopleImport
from participants.models.numbers import DialInNumber
from participants.models.passcodes import PASSCODE_DIGITS, Passcode
from participants.models.people import CallingLine, Participant
from participants.models.rosters import Invitation, ModeratorNumber, new_roster_number
from participants.models.teams import Membership, Team

__all__ = [
    "LEAST",
    "PASSCODE_DIGITS",
    "Authenticator",
    "CalendarEntry",
    "CallingLine",
    "Conference",
    "Contact",
    "ContactChange",
    "Delivery",
    "DialInNumber",
    "Doubt",
    "Fate",
    "Grade",
    "GroupMember",
    "HeardText",
    "ImportRow",
    "Invitation",
    "Membership",
    "ModeratorNumber",
    "Occurrence",
    "Participant",
    "Passcode",
    "PeopleGroup",
    "PeopleImport",
    "Policy",
    "Team",
    "new_roster_number",
]
