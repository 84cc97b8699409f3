"""What Twilio answers next, by what the line takes it for."""

from conferenceline.telephony.client import meaning
from conferenceline.telephony.errors import OutcomeUnknownError
from docs.errors import ASKED, FOLLOWS, Fault
from sandbox import models
from sandbox.mishaps import MISHAPS

ANYTHING_ELSE = (60999, 400)  # a code that nobody knows


def rows(*operations: str) -> list[tuple[str, Fault]]:
    """Those of the tables in the page of the call that are about these operations."""
    return [row for row in FOLLOWS if row[0] in operations]


def words(operation: str, fault: Fault) -> str:
    """What that page says that is said."""
    return " ".join(FOLLOWS[operation, fault].words) % {"length": 6}


def meets(operation: str, fault: Fault) -> None:
    """The next request of this kind meets the first answer of that row, or none at all."""
    if fault is OutcomeUnknownError:
        models.Fault.objects.inject(operation, kind="timeout")
        return
    asked = ASKED[operation]
    answers = [mishap for mishap in MISHAPS if mishap.operation == operation]
    codes = [(each.code, each.status) for each in answers if each.code] + [ANYTHING_ELSE]
    code, status = next(each for each in codes if meaning(*each, asked.known, asked.otherwise) is fault)
    models.Fault.objects.inject(operation, code, status=status)
