"""The codes that an authenticator app shows: asking for one sends nothing, and each is right once."""

from __future__ import annotations

from django.utils import timezone

from conferenceline.telephony.errors import (
    AuthenticatorGoneError,
    CodeUsedError,
    MisconfiguredError,
    OutcomeUnknownError,
    TooBusyError,
    TooManyChecksError,
    TwilioFaultError,
)
from participants.models import Authenticator, Contact
from verification import ladder, throttle
from verification.dialogue import Codes
from verification.models import Attempt, Call, Challenge, TurnLostError, UsedCode
from verification.results import Checking, Sending


def ask_for(call: Call, contact: Contact, code: Challenge | None) -> Sending:
    """From here on the code of this app is asked for. `code` is where the call has asked for it before."""
    subject = call.counted_at(contact.address)
    try:
        throttle.take(still_free={"wrong_codes_per_contact": subject, "app_codes_per_contact": subject})
    except throttle.OverLimitError as over:
        call.note(Attempt.Outcome.OVER_LIMIT, str(over))
        earlier = call.challenge is not None and call.challenge.typeable
        return Sending.FELL_BACK if earlier else Sending.OVER_LIMIT
    call.challenge = code or Challenge.objects.create(
        call=call,
        contact=contact,
        channel=contact.channel,
        address=contact.address,
        verification_sid=Authenticator.objects.filter(identity=contact.address).values_list("factor_sid", flat=True)[0],
        state=Challenge.State.PENDING,
        sent_at=timezone.now(),
    )
    call.note(Attempt.Outcome.APP_ASKED)
    return Sending.SHOWN_BY_APP


def check(call: Call, codes: Codes, code: Challenge, keys: str) -> Checking:
    """Whether the keys are what the app shows, and were not right before. At most one request to Twilio.

    Raises TurnLostError where the call ended while Twilio was asked.
    """
    if code.contact_id is None:  # removed in mid-call: it counts no more, whatever Twilio still knows
        return _other_way(call, code, Contact.Failure.CANNOT_RECEIVE)
    subject = call.counted_at(code.address)
    try:
        # As for codes that are sent: counted before, and given back after a right one. Twilio counts all of them.
        throttle.take(wrong_codes_per_contact=subject, app_codes_per_contact=subject)
    except throttle.OverLimitError as over:
        call.note(Attempt.Outcome.OVER_LIMIT, str(over))
        return _other_way(call, code)
    try:
        right = codes.check_app(keys, identity=code.address, factor_sid=code.verification_sid)
    except TwilioFaultError as fault:
        throttle.take_back(wrong_codes_per_contact=subject)  # nobody learned whether it was right
        return _not_checked(call, code, fault)
    if not right:
        call.note(Attempt.Outcome.WRONG_CODE)
        return Checking.WRONG
    if not UsedCode.objects.use(code.address, keys):
        throttle.take_back(wrong_codes_per_contact=subject)
        return _used(call)
    if not code.approve():
        raise TurnLostError(call.sid)
    throttle.give_back(wrong_codes_per_contact=subject)
    return Checking.RIGHT


def _not_checked(call: Call, code: Challenge, fault: TwilioFaultError) -> Checking:
    match fault:
        case CodeUsedError():
            return _used(call)
        case TooManyChecksError():
            call.note(Attempt.Outcome.OVER_LIMIT, str(fault.code))
            return _other_way(call, code, Contact.Failure.TOO_MANY)
        case AuthenticatorGoneError():
            call.note(Attempt.Outcome.CHECK_REFUSED, str(fault.code))
            return _other_way(call, code, Contact.Failure.CANNOT_RECEIVE)
        case OutcomeUnknownError():
            call.note(Attempt.Outcome.CHECK_UNSURE)
        case TooBusyError():
            call.note(Attempt.Outcome.CHECK_REFUSED, str(fault.code))
        case MisconfiguredError():
            raise fault
    return Checking.NOT_CHECKED


def _used(call: Call) -> Checking:
    call.note(Attempt.Outcome.CODE_USED)
    return Checking.USED


def _other_way(call: Call, code: Challenge, failure: str = "") -> Checking:
    """No code of this app is checked any more in this call. `failure` is what the contact remembers of it."""
    code.settle(Challenge.State.FAILED, failure=failure)
    call.dead_ends = [*call.dead_ends, code.contact_id]
    others = ladder.offered([way for way in ladder.left(call) if way.contact.pk != code.contact_id])
    if not others:
        return Checking.CANNOT
    call.contact = others[0].contact
    return Checking.NEXT_WAY
