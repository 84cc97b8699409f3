"""What came of sending a code and of checking one, as plain words. flow.py says what each means to the caller."""

from enum import Enum, auto


class Sending(Enum):
    """What came of the wish to send a code."""

    SENT = auto()
    SENT_AGAIN = auto()
    REUSED = auto()  # a redial: the code of the earlier call is still good
    WITHDRAWN = auto()  # too old to be found in time: a new one comes on the next turn
    PERHAPS_SENT = auto()  # Twilio did not say
    NO_MORE_BUT_ONE_IN_HAND = auto()  # over a limit, ours or Twilio's, and an earlier one may still be typed
    NO_MORE = auto()  # over Twilio's limit
    OVER_LIMIT = auto()  # over our own limit, before anything was sent
    BUSY = auto()  # not done: once more on the next turn
    STILL_BUSY = auto()
    NEXT_WAY = auto()  # not by this one: by another on the next turn
    FELL_BACK = auto()  # not by this one, and the code that came by another is still good
    UNDELIVERABLE = auto()  # by no way that is left
    NO_CONTACT = auto()
    SHOWN_BY_APP = auto()  # nothing is sent: the authenticator app shows a code


NOT_SENT_AT_ALL = (  # and no other is in hand
    Sending.NO_MORE,
    Sending.OVER_LIMIT,
    Sending.STILL_BUSY,
    Sending.UNDELIVERABLE,
    Sending.NO_CONTACT,
)


class Checking(Enum):
    """What came of a code that was typed."""

    RIGHT = auto()
    WRONG = auto()
    GONE = auto()  # expired, or used
    UNCONFIRMED = auto()  # gone after a check without an answer: it may have been right, and admits nobody
    NOT_CHECKED = auto()
    TOO_MANY_HERE = auto()  # for this address, ours or Twilio's: by a way to another on the next turn
    TOO_MANY = auto()  # and there is none
    USED = auto()  # the code of an app, which was right before
    NEXT_WAY = auto()  # no code of this app can be checked now: by another way on the next turn
    CANNOT = auto()  # and there is no other way
