"""What is left of a call in the tables and at Twilio."""

from sandbox.models import RestRequest
from verification.models import Attempt

REFUSAL = "We cannot connect this call now. If you were invited, check the time and the number in your invitation."
ASKED_WHO = "Welcome. Please enter the roster number from your invitation, or a conference number."
ASKED_FOR_CODE = (
    "Welcome. We have sent you a text with a 6 digit code. Enter the code. For a new one, press star, then pound."
)


def attempts() -> list[str]:
    """The outcomes of all attempts, oldest first."""
    return list(Attempt.objects.order_by("pk").values_list("outcome", flat=True))


def asked_of_twilio() -> list[tuple[str, str]]:
    """What was asked of Twilio, and for which address, oldest first."""
    return list(RestRequest.objects.order_by("pk").values_list("operation", "to"))


def wrong(code: str) -> str:
    """Another code than this one."""
    return str((int(code) + 1) % 10 ** len(code)).zfill(len(code))
