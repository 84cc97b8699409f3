"""What can go wrong between Twilio and us, named for what a caller can be told."""


class TwilioFaultError(Exception):
    """Twilio did not do what was asked. `code` is Twilio's error code, or the HTTP status, or 0 where none came."""

    def __init__(self, code: int = 0):
        super().__init__(code)
        self.code = code


class OutcomeUnknownError(TwilioFaultError):
    """No answer in time, a broken connection, or a server's fault: it may have been done or not."""


class TooBusyError(TwilioFaultError):
    """Too much at once. It was not done, and may be asked again in a moment."""


class TooManySendsError(TwilioFaultError):
    """Twilio sends no more codes to this address for now; one sent before may still be typed."""


class TooManyChecksError(TwilioFaultError):
    """This code was typed wrong so often that it is void."""


class NoSuchCodeError(TwilioFaultError):
    """The code has expired, was used, or never was."""


class WrongCodeError(TwilioFaultError):
    """This is not what the authenticator app shows."""


class CodeUsedError(TwilioFaultError):
    """The code was right before, and is right once."""


class AlreadyConfirmedError(TwilioFaultError):
    """The authenticator counts already."""


class AuthenticatorGoneError(TwilioFaultError):
    """There is no such authenticator any more, or it was never confirmed."""


class UndeliverableError(TwilioFaultError):
    """No code can reach this address on this channel."""


class ChannelDownError(UndeliverableError):
    """This way of sending codes is not in service, for nobody of this installation."""


class MisconfiguredError(TwilioFaultError):
    """Our account, credentials or service are wrong: nothing will work until somebody mends them."""


class NotThereError(TwilioFaultError):
    """The call, conference or participant is no longer there; the number or the service never was."""


class RefusedError(TwilioFaultError):
    """Twilio would not do it; its code says why."""


# What Twilio answers when the line is being set up: https://www.twilio.com/docs/api/errors/NNNNN
SETUP_ERRORS: dict[int, type[TwilioFaultError]] = {
    404: NotThereError,
    20404: NotThereError,
    429: TooBusyError,
    20429: TooBusyError,
}
