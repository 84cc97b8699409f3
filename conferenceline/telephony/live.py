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


def announce(room_sid: str, path: str) -> None:
    """Has everybody in the room hear what is at this path. Raises as disarm() does.

    https://www.twilio.com/docs/voice/api/conference-resource: the words are fetched after this has returned.
    """
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        client().conferences(room_sid).update(announce_url=twiml.webhook_url(path), announce_method="POST")


def end(room_sid: str) -> None:
    """Ends the room for everybody in it. Each call goes on with its farewell. Raises as disarm() does."""
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        client().conferences(room_sid).update(status="completed")


def take_leave(call_sid: str, farewell: HangUp, *, language: str, slow: bool = False) -> None:
    """Takes this call out of whatever it is in, says the farewell and hangs up. Raises as disarm() does."""
    with twilio_errors(ERRORS, otherwise=MisconfiguredError):
        client().calls(call_sid).update(twiml=twiml.render(farewell, language=language, slow=slow))
