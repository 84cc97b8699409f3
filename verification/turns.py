"""The turn protocol: each webhook of a call is handled once, however often it comes.

Every reply's address carries the number of the next turn. Only the request that moves Call.turn from n to n+1
takes the turn; every other gets the kept reply or, while the winner is at work, a short pause and the same address
again. A winner that dies leaves a lease: when it is over, or when Twilio reports the turn as failed, the next
request claims a fresh turn and asks that step's question again.
"""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conferenceline.telephony import twiml
from conferenceline.telephony.callers import Webhook
from conferenceline.telephony.verify import VerifyCodes
from verification.dialogue import take_turn
from verification.flow import STEPS
from verification.models import Call, TurnLostError
from verification.models.calls import spoken_at
from verification.replies import HangUp, Reply, Wait

TROUBLES_MOST = 3  # times that our own side may fail a call before it is told to call again
SILENCE_MOST = timedelta(seconds=3)  # that a caller hears because of us, before being told to wait


def answer(webhook: Webhook, turn: int, *, failed: bool = False) -> str:
    """The TwiML for a webhook of this turn. `failed`: Twilio, or we ourselves, got no answer out of the turn before."""
    try:
        return _answer(webhook, turn, failed=failed)
    except TurnLostError:
        return _answer(webhook, turn, failed=False)


def _answer(webhook: Webhook, turn: int, *, failed: bool) -> str:
    if not webhook.sid:
        return _goodbye(settings.LINE_LANGUAGE)
    if turn == 0 and not webhook.over:
        call = Call.objects.ring(webhook.sid, webhook.line, webhook.dialled, webhook.attestation)
        if call:
            return _play(call)
    if not failed and not webhook.over:
        call = Call.objects.claim(webhook.sid, turn)
        if call:
            return _play(call, keys=webhook.keys)
    call = Call.objects.known(webhook.sid)
    if call is None:
        return _goodbye(spoken_at(webhook.dialled))
    if webhook.over:
        call.end()
    if call.ended_at:
        return _goodbye(call.language, slow=call.slow_pace)
    if call.reply_stands:
        return call.reply
    if call.reply or call.lease_over or (failed and call.turn <= turn + 1):
        return _ask_again(call, turn, failed=failed)
    return _hold(call, turn)


def _ask_again(call: Call, turn: int, *, failed: bool) -> str:
    mine = Call.objects.claim_again(call.sid, call.turn, call.reply)
    if mine is None:
        return _hold(call, turn)
    mine.troubles += failed
    return _play(mine, again=True)


def _hold(call: Call, turn: int) -> str:
    """For a copy of a webhook whose first is still at work: a short pause, then the same address again."""
    with translation.override(call.language):
        waited = call.claimed_at is not None and timezone.now() - call.claimed_at > SILENCE_MOST
        reply = Wait(_("One moment, please.") if waited else "")
    return _rendered(reply, call, turn)


def _play(call: Call, *, keys: str = "", again: bool = False) -> str:
    with translation.override(call.language):
        if call.troubles > TROUBLES_MOST:
            call.step, call.asked = "Goodbye", False
            reply: Reply = HangUp(_("We are sorry, we cannot go on. Please call again in a few minutes. Goodbye."))
        else:
            reply = take_turn(STEPS, call, VerifyCodes(call.counted(call.line)), keys=keys, again=again)
    document = _rendered(reply, call, call.turn)
    call.keep(document)
    return document


def _rendered(reply: Reply, call: Call, turn: int) -> str:
    path = turn_path(turn, call.language)
    return twiml.render(reply, next_path=path, language=call.language, slow=call.slow_pace)


def _goodbye(language: str, *, slow: bool = False) -> str:
    with translation.override(language):
        words = _("This call has ended. To be connected, please call again. Goodbye.")
    return twiml.render(HangUp(words), language=language, slow=slow)


def turn_path(turn: int, language: str = "") -> str:
    """The path of the webhook that takes this turn.

    It says in which language, where that is not the line's own: if the turn fails, so may the database that knows.
    """
    path = reverse("voice-turn", args=[turn]) if turn else reverse("voice")
    return path if language in ("", settings.LINE_LANGUAGE) else f"{path}?language={language}"
