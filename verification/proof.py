"""The life of a code in a call: sending it once, using one that is on its way, checking what was typed.

What came of it is returned as a plain word; flow.py says what each means to the caller.
"""

import logging
from enum import Enum, auto

from django.db import transaction
from django.utils import timezone

from conferenceline.telephony.errors import (
    MisconfiguredError,
    NoSuchCodeError,
    OutcomeUnknownError,
    TooBusyError,
    TooManyChecksError,
    TooManySendsError,
    TwilioFaultError,
    UndeliverableError,
)
from participants.models import Contact
from verification import throttle
from verification.dialogue import Codes
from verification.models import Attempt, Call, Challenge, TurnLostError

logger = logging.getLogger(__name__)

RETRIES_MOST = 1  # of what Twilio would not do for the moment


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
    UNDELIVERABLE = auto()
    NO_CONTACT = auto()


class Checking(Enum):
    """What came of a code that was typed."""

    RIGHT = auto()
    WRONG = auto()
    GONE = auto()  # expired, or used
    UNCONFIRMED = auto()  # gone after a check without an answer: it may have been right, and admits nobody
    NOT_CHECKED = auto()
    TOO_MANY = auto()


def send_code(call: Call, codes: Codes) -> Sending:
    """Sends a code to the call's contact, unless one is on its way that will do. At most one request to Twilio."""
    contact = call.contact
    if contact is None:
        call.note(Attempt.Outcome.NO_CONTACT)
        return Sending.NO_CONTACT
    code = _code_on_its_way(call, contact)
    if code and code != call.challenge and not _take_over(call, code):
        code = None
    if code and code.ends_too_soon and _may_be_sent(call, contact):
        return _withdraw(call, codes, code)
    if code and code != call.challenge:
        call.challenge = code
        if code.state != Challenge.State.PENDING:
            return perhaps_sent(call, code)
        call.note(Attempt.Outcome.CODE_REUSED)
        return Sending.REUSED
    return _send(call, codes, contact, code)


def perhaps_sent(call: Call, code: Challenge) -> Sending:
    """A code that was asked for and never confirmed is not sent twice on a guess."""
    code.settle(Challenge.State.UNSURE)
    call.note(Attempt.Outcome.CODE_PERHAPS_SENT)
    return Sending.PERHAPS_SENT


def _code_on_its_way(call: Call, contact: Contact) -> Challenge | None:
    """This call's own code, or one that an earlier call from this line asked for at the same contact."""
    mine = call.challenge
    if mine:
        # A contact changed in mid-call gets a code of its own: an old one must not vouch for the new address.
        return mine if mine.typeable and (mine.channel, mine.address) == contact.destination else None
    return Challenge.objects.pending(contact.destination, call.line)


def _take_over(call: Call, code: Challenge) -> bool:
    """Binds the code to this call, and closes the one it was asked for in. False where another call was quicker."""
    earlier = code.call
    with transaction.atomic():  # both or neither: a call without its code must not go on and find it approved
        if not code.adopt(call):
            return False
        if earlier != call:  # its own, where a worker died before the call knew of it
            earlier.end()
    return True


def _may_be_sent(call: Call, contact: Contact) -> bool:
    """Whether a new code would be within the limits: a good one is not withdrawn for one that cannot be sent."""
    destination = " ".join(contact.destination)
    try:
        throttle.take(still_free={"sends_per_contact": destination, "sends_per_line": call.line})
    except throttle.OverLimitError:
        return False
    return True


def _withdraw(call: Call, codes: Codes, code: Challenge) -> Sending:
    call.challenge = code
    call.store()
    if code.verification_sid:
        try:
            codes.cancel(code.verification_sid)
        except MisconfiguredError:
            raise
        except TwilioFaultError:
            logger.info("a code could not be withdrawn; it is void in two minutes anyway")
    code.settle(Challenge.State.CANCELLED)
    return Sending.WITHDRAWN


def _send(call: Call, codes: Codes, contact: Contact, again: Challenge | None) -> Sending:
    channel, address = contact.destination
    try:
        throttle.take(
            sends_per_contact=f"{channel} {address}",
            sends_per_line=call.line,
            sends_per_hour="",
            sends_per_day="",
            still_free={"wrong_codes_per_contact": f"{channel} {address}"},  # or the code could not be checked
        )
    except throttle.OverLimitError as over:
        call.note(Attempt.Outcome.OVER_LIMIT, str(over))
        return Sending.NO_MORE_BUT_ONE_IN_HAND if again else Sending.OVER_LIMIT
    code = again or Challenge.objects.create(
        call=call, contact=contact, channel=channel, address=address, sent_at=timezone.now()
    )
    call.challenge = code
    call.store()  # whoever takes over from a dead worker must know that a code may be on its way
    try:
        sent = codes.send(channel=code.channel, address=code.address, language=call.language)
    except OutcomeUnknownError:
        return perhaps_sent(call, code)
    except TwilioFaultError as fault:
        return _not_sent(call, code, fault, in_hand=again is not None and again.state == Challenge.State.PENDING)
    code.confirm_sent(sent.sid, sent.first_at)
    call.note(Attempt.Outcome.CODE_SENT)
    return Sending.SENT_AGAIN if again else Sending.SENT


def _not_sent(call: Call, code: Challenge, fault: TwilioFaultError, *, in_hand: bool) -> Sending:
    call.note(Attempt.Outcome.CODE_NOT_SENT, str(fault.code))
    if in_hand and not isinstance(fault, MisconfiguredError):
        return Sending.NO_MORE_BUT_ONE_IN_HAND  # that one more cannot be sent does not spoil the one that was
    call.retries += 1
    once_more = call.retries <= RETRIES_MOST
    if isinstance(fault, TooManySendsError) and once_more:
        code.settle(Challenge.State.UNSURE)
        return Sending.NO_MORE_BUT_ONE_IN_HAND
    code.settle(Challenge.State.FAILED)
    match fault:
        case MisconfiguredError():
            raise fault
        case UndeliverableError():
            return Sending.UNDELIVERABLE
        case TooBusyError():
            return Sending.BUSY if once_more else Sending.STILL_BUSY
        case _:
            return Sending.NO_MORE


def check_code(call: Call, codes: Codes, keys: str) -> Checking:
    """Whether the keys are the code of this call. At most one request to Twilio; only its "approved" is a yes.

    Raises TurnLostError where the call ended, or lost its code to a redial, while Twilio was asked.
    """
    code = call.challenge
    if code is None or not code.typeable:
        return _gone(call, code)
    destination = f"{code.channel} {code.address}"
    try:
        # Counted before the check and given back after a right one, so that calls at once cannot outrun the limit.
        throttle.take(wrong_codes_per_contact=destination)
    except throttle.OverLimitError as over:
        call.note(Attempt.Outcome.OVER_LIMIT, str(over))
        return Checking.TOO_MANY
    try:
        right = codes.check(keys, sid=code.verification_sid, address=code.address)
    except TooManyChecksError as fault:
        code.settle(Challenge.State.GONE)
        call.note(Attempt.Outcome.OVER_LIMIT, str(fault.code))
        return Checking.TOO_MANY
    except TwilioFaultError as fault:
        throttle.take_back(wrong_codes_per_contact=destination)  # nobody learned whether it was right
        return _not_checked(call, code, fault)
    if not right:
        call.note(Attempt.Outcome.WRONG_CODE)
        return Checking.WRONG
    if not code.approve():
        raise TurnLostError(call.sid)
    throttle.give_back(wrong_codes_per_contact=destination)
    return Checking.RIGHT


def _not_checked(call: Call, code: Challenge, fault: TwilioFaultError) -> Checking:
    match fault:
        case NoSuchCodeError():
            return _gone(call, code)
        case OutcomeUnknownError():
            Challenge.objects.filter(pk=code.pk).update(doubtful=True)
            call.note(Attempt.Outcome.CHECK_UNSURE)
        case TooBusyError():
            call.note(Attempt.Outcome.CHECK_REFUSED, str(fault.code))
        case _:
            raise fault
    return Checking.NOT_CHECKED


def _gone(call: Call, code: Challenge | None) -> Checking:
    call.note(Attempt.Outcome.CODE_GONE)
    if code is None:
        return Checking.GONE
    code.settle(Challenge.State.GONE)
    return Checking.UNCONFIRMED if code.doubtful else Checking.GONE
