"""The life of a code in a call: sending it once, using one that is on its way, checking what was typed.

What came of it is returned as a plain word; flow.py says what each means to the caller.
"""

import logging

from django.db import transaction
from django.utils import timezone

from conferenceline.telephony.errors import (
    ChannelDownError,
    MisconfiguredError,
    NoSuchCodeError,
    OutcomeUnknownError,
    TooBusyError,
    TooManyChecksError,
    TooManySendsError,
    TwilioFaultError,
    UndeliverableError,
)
from participants.models import Contact, Doubt
from verification import app_codes, ladder, throttle
from verification.ceilings import ceilings
from verification.dialogue import Codes
from verification.models import Attempt, Call, Challenge, TurnLostError
from verification.results import Checking, Sending

logger = logging.getLogger(__name__)

RETRIES_MOST = 1  # of what Twilio would not do for the moment

FAILURES = {  # as the contact remembers them; the first that fits
    ChannelDownError: Contact.Failure.NOT_IN_SERVICE,
    UndeliverableError: Contact.Failure.CANNOT_RECEIVE,
    TooManySendsError: Contact.Failure.TOO_MANY,
}


def send_code(call: Call, codes: Codes) -> Sending:
    """Sends a code by the way that the caller chose, or by the best that is left, unless an earlier one will do.

    At most one request to Twilio.
    """
    ways = ladder.left(call)
    doubtful = [] if call.challenge else [way.shut for way in ways if way.shut in Doubt.values]
    if doubtful:
        call.note(doubtful[0])
    sent_to = [way.destination for way in ways if not way.contact.is_app]
    earlier = [] if call.challenge else Challenge.objects.earlier(sent_to, call)
    contact, code = _way_and_code(call, ways, earlier)
    if contact is None:
        return _nothing_left(call, ways)
    call.contact = contact
    if contact.is_app:
        return app_codes.ask_for(call, contact, code)
    if call.is_members:
        # Twilio counts everybody's wrong guesses at the one code of an address: those of forged calls, too.
        guessable = [each for each in earlier if each.address == contact.address]
        own = (each.call.is_members and each.call.line == call.line for each in guessable)
        if not all(own) and _may_be_sent(call, contact):
            return _withdraw(codes, guessable)
    is_redial = code is not None and call.challenge is None
    if code and is_redial and not _take_over(call, code):
        code, is_redial = None, False
    if code and code.ends_too_soon and _may_be_sent(call, contact):
        return _withdraw(codes, [code])
    if code and is_redial:
        call.challenge = code
        if code.state != Challenge.State.PENDING:
            return perhaps_sent(call, code)
        call.note(Attempt.Outcome.CODE_REUSED, code.channel)
        return Sending.REUSED
    again = code if code and code.channel == contact.channel else None
    return _send(call, codes, contact, again, others=[way for way in ways if way.contact != contact and not way.shut])


def _way_and_code(
    call: Call, ways: list[ladder.Way], earlier: list[Challenge]
) -> tuple[Contact | None, Challenge | None]:
    """Where the code should go, and the code that is on its way there."""
    offered = ladder.offered(ways)
    call.ways = len(offered)
    if call.challenge is None:
        # An earlier call from this line may have asked for one, by whichever of these ways.
        useless = [way.destination for way in ways if way.spent or way.shut]
        free = (each for each in earlier if (each.channel, each.address) not in useless)
        code = next((each for each in free if call.may_take_over(each.call)), None)
        if code:
            return next(way.contact for way in ways if way.destination == (code.channel, code.address)), code
    chosen = [way.contact for way in offered if way.contact.pk == call.contact_id]
    contact = next(iter(chosen or [way.contact for way in offered]), None)
    return contact, _own_code(call, contact) if contact and call.challenge else None


def _nothing_left(call: Call, ways: list[ladder.Way]) -> Sending:
    """Every way has failed in this call, or there never was one, or a member's call has them all."""
    code = call.challenge
    if code and code.typeable and code.state == Challenge.State.PENDING:
        return Sending.NO_MORE_BUT_ONE_IN_HAND
    if call.dead_ends:
        return Sending.NO_MORE
    shut = next((way.shut for way in ways if way.shut), "")
    if shut:
        call.note(Attempt.Outcome.OVER_LIMIT if shut == ladder.HELD else Attempt.Outcome.NO_CONTACT, shut)
        return Sending.OVER_LIMIT
    call.note(Attempt.Outcome.NO_CONTACT, ", ".join(call.left_out))
    return Sending.NO_CONTACT


def perhaps_sent(call: Call, code: Challenge) -> Sending:
    """A code that was asked for and never confirmed is not sent twice on a guess."""
    code.settle(Challenge.State.UNSURE)
    call.note(Attempt.Outcome.CODE_PERHAPS_SENT, code.channel)
    return Sending.PERHAPS_SENT


def _own_code(call: Call, contact: Contact) -> Challenge | None:
    """The code that this call has asked for at this address: best by the same channel, else the same code by another.

    A contact changed in mid-call gets a code of its own: an old one must not vouch for the new address.
    """
    mine = call.challenge
    if mine and mine.typeable and (mine.channel, mine.address) == contact.destination:
        return mine
    codes = list(call.challenges.typeable().filter(address=contact.address).select_related("call"))
    return next((code for code in codes if code.channel == contact.channel), next(iter(codes), None))


def _take_over(call: Call, code: Challenge) -> bool:
    """Binds the code to this call, and closes the one it was asked for in. False where it is not to be had."""
    earlier = code.call
    with transaction.atomic():  # both or neither: a call without its code must not go on and find it approved
        if not code.adopt(call):
            return False
        if earlier != call:  # its own, where a worker died before the call knew of it
            earlier.end()
    return True


def _may_be_sent(call: Call, contact: Contact) -> bool:
    """Whether a new code would be within the limits: a good one is not withdrawn for one that cannot be sent."""
    try:
        throttle.take(
            still_free={
                "sends_per_contact": call.counted_at(contact.address, contact.channel),
                "sends_per_line": call.strange_line,
            }
        )
    except throttle.OverLimitError:
        return False
    return True


def _withdraw(codes: Codes, withdrawn: list[Challenge]) -> Sending:
    """Withdraws the codes at one address. The rows go first: from here on none of them is good in any call."""
    Challenge.objects.cancel(withdrawn)
    if withdrawn[0].verification_sid:  # Twilio has one code for an address
        try:
            codes.cancel(withdrawn[0].verification_sid)
        except MisconfiguredError:
            raise
        except TwilioFaultError:
            logger.info("a code could not be withdrawn; it is void within ten minutes anyway")
    return Sending.WITHDRAWN


def _send(call: Call, codes: Codes, contact: Contact, again: Challenge | None, others: list[ladder.Way]) -> Sending:
    channel, address = contact.destination
    earlier = call.challenge if call.challenge and call.challenge.typeable else None
    try:
        throttle.take(
            sends_per_contact=call.counted_at(address, channel),
            sends_per_line=call.strange_line,
            sends_per_hour="",
            sends_per_day="",
            ceilings=ceilings(call, contact),
            still_free={"wrong_codes_per_contact": call.counted_at(address)},  # or the code could not be checked
        )
    except throttle.OverLimitError as over:
        call.note(Attempt.Outcome.OVER_LIMIT, str(over))
        if again:
            call.challenge = again
            return Sending.NO_MORE_BUT_ONE_IN_HAND
        if earlier:
            return Sending.FELL_BACK
        app = next((way.contact for way in others if way.contact.is_app and not way.rests), None)
        call.contact = app or contact
        return Sending.NEXT_WAY if app else Sending.OVER_LIMIT
    code = again or Challenge.objects.create(
        call=call, contact=contact, channel=channel, address=address, sent_at=timezone.now()
    )
    call.challenge, call.asked_at = code, timezone.now()
    call.store()  # whoever takes over from a dead worker must know that a code may be on its way
    try:
        sent = codes.send(channel=code.channel, address=code.address, language=call.language)
    except OutcomeUnknownError:
        return perhaps_sent(call, code)
    except TwilioFaultError as fault:
        return _not_sent(call, code, fault, earlier if earlier != again else None, others)
    code.confirm_sent(sent.sid, sent.first_at)
    call.note(Attempt.Outcome.CODE_SENT, code.channel)
    return Sending.SENT_AGAIN if again else Sending.SENT


def _not_sent(
    call: Call, code: Challenge, fault: TwilioFaultError, earlier: Challenge | None, others: list[ladder.Way]
) -> Sending:
    """What follows a refusal to send: a code in hand, a pause, the next way, or an end. No way is tried twice."""
    call.note(Attempt.Outcome.CODE_NOT_SENT, str(fault.code))
    if isinstance(fault, MisconfiguredError):
        code.settle(Challenge.State.FAILED)
        raise fault
    if isinstance(fault, ChannelDownError):
        logger.error("no codes by %s for now: Twilio answered %s", code.channel, fault.code)
    if code.state == Challenge.State.PENDING:  # that one more cannot be sent does not spoil the one that was
        if not isinstance(fault, TooBusyError):
            ladder.give_up(call)
        if isinstance(fault, ChannelDownError):
            code.settle(code.state, failure=FAILURES[ChannelDownError])
        return Sending.NO_MORE_BUT_ONE_IN_HAND
    if isinstance(fault, TooManySendsError) and not earlier:
        ladder.give_up(call)
        code.settle(Challenge.State.UNSURE, failure=FAILURES[TooManySendsError])
        return Sending.NO_MORE_BUT_ONE_IN_HAND
    code.settle(Challenge.State.FAILED, failure=failure_of(fault))
    call.retries += 1
    if isinstance(fault, TooBusyError) and call.retries <= RETRIES_MOST:
        call.challenge = earlier or code
        return Sending.BUSY
    ladder.give_up(call)
    if earlier and earlier.state == Challenge.State.PENDING:
        call.challenge = earlier
        return Sending.FELL_BACK
    if others:
        call.contact = others[0].contact
        return Sending.NEXT_WAY
    match fault:
        case UndeliverableError():
            return Sending.UNDELIVERABLE
        case TooBusyError():
            return Sending.STILL_BUSY
        case _:
            return Sending.NO_MORE


def failure_of(fault: TwilioFaultError) -> str:
    """What the contact remembers of it; "" where it is not the contact's fault."""
    return next((failure for kind, failure in FAILURES.items() if isinstance(fault, kind)), "")


def check_code(call: Call, codes: Codes, keys: str) -> Checking:
    """Whether the keys are the code of this call. At most one request to Twilio; only its "approved" is a yes.

    Raises TurnLostError where the call ended, or lost its code to a redial, while Twilio was asked.
    """
    code = call.challenge
    if code is not None and code.is_of_app and code.state == Challenge.State.PENDING:  # which no time makes void
        return app_codes.check(call, codes, code, keys)
    if code is None or not code.typeable:
        return _gone(call, code)
    # By address: within ten minutes every channel brings the same code there, and Twilio counts alike.
    destination = call.counted_at(code.address)
    try:
        # Counted before the check and given back after a right one, so that calls at once cannot outrun the limit.
        throttle.take(wrong_codes_per_contact=destination)
    except throttle.OverLimitError as over:
        return _too_many(call, code, str(over))
    try:
        right = codes.check(keys, sid=code.verification_sid, address=code.address)
    except TooManyChecksError as fault:
        code.settle(Challenge.State.GONE)
        return _too_many(call, code, str(fault.code))
    except TwilioFaultError as fault:
        throttle.take_back(wrong_codes_per_contact=destination)  # nobody learned whether it was right
        return _not_checked(call, code, fault)
    if not right:
        call.note(Attempt.Outcome.WRONG_CODE)
        return Checking.WRONG
    if not code.approve():
        raise TurnLostError(call.sid)
    throttle.give_back(wrong_codes_per_contact=destination, one={"sends_per_line": call.strange_line})
    return Checking.RIGHT


def _too_many(call: Call, code: Challenge, limit: str) -> Checking:
    """No code at this address is checked for a while. Others may have guessed at it: who has another is sent one there.

    The wrong ones of a call count on, by whichever way they came.
    """
    call.note(Attempt.Outcome.OVER_LIMIT, limit)
    call.dead_ends = [*call.dead_ends, code.contact_id]
    elsewhere = [way for way in ladder.left(call) if way.contact.address != code.address and not way.rests]
    others = ladder.offered(elsewhere)
    if not others:
        return Checking.TOO_MANY
    call.contact = others[0].contact
    return Checking.TOO_MANY_HERE


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
