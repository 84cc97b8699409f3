"""Calls and conferences in progress."""

from conferenceline.telephony import twiml
from conferenceline.telephony.client import client, twilio_errors
from conferenceline.telephony.errors import MisconfiguredError, NotThereError, TooBusyError
from verification.replies import HangUp

# https://www.twilio.com/docs/api/errors/21220: the call is over already
ERRORS = {404: NotThereError, 20404: NotThereError, 21220: NotThereError, 429: TooBusyError, 20429: TooBusyError}


def disarm(room_sid: str, call_sid: str) -> None:
    """Takes from this call's leg the power to end the room by leaving it.

    Raises NotThereError, TooBusyError, OutcomeUnknownError, MisconfiguredError.
    """
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        client().conferences(room_sid).participants(call_sid).update(end_conference_on_exit=False)


def take_leave(call_sid: str, farewell: HangUp, *, language: str, slow: bool = False) -> None:
    """Takes this call out of whatever it is in, says the farewell and hangs up. Raises as disarm() does."""
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        client().calls(call_sid).update(twiml=twiml.render(farewell, language=language, slow=slow))
