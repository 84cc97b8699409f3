"""The webhooks of a call: guard, take the turn, answer. Whatever goes wrong, the caller hears words."""

import logging
import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from conferenceline.telephony import twiml
from conferenceline.telephony.callers import Webhook
from conferenceline.telephony.voices import VOICES
from conferenceline.telephony.webhooks import from_twilio
from verification import ladder, turns
from verification.models import Call
from verification.replies import HangUp, Reply, Wait

logger = logging.getLogger(__name__)


@from_twilio
def voice(request: HttpRequest, turn: int = 0) -> HttpResponse:
    """A call comes in, or its keys do."""
    return _answer(request, turn)


@from_twilio
def trouble(request: HttpRequest) -> HttpResponse:
    """A turn failed: Twilio's fallback, and where our own boundary sends a call. Asks again, or says sorry.

    The number of tries is in the signed address, since the database may be what is down.
    """
    tries = _number(request.GET.get("try", ""))
    turn = _number(request.GET.get("turn", "") or _failed_turn(request))
    return _answer(request, turn, failed=True, tries=tries)


@from_twilio
def status(request: HttpRequest) -> HttpResponse:
    """The call is over. An unknown one is no reason for Twilio to ask again."""
    webhook = Webhook.of(request.POST)
    call = Call.objects.known(webhook.sid) if webhook.over else None
    if call:
        call.end()
        ladder.remember(call)
    return HttpResponse(status=204)


def _answer(request: HttpRequest, turn: int, *, failed: bool = False, tries: int = 0) -> HttpResponse:
    try:
        return twiml.response(turns.answer(Webhook.of(request.POST), turn, failed=failed))
    except Exception:  # the outermost boundary: nobody is left on a dead line
        logger.exception("turn %s failed, try %s", turn, tries)
    return twiml.response(_sorry(turn, tries + 1, _language(request)))


def _sorry(turn: int, tries: int, language: str) -> str:
    """Words that need no database: it may be what is down."""
    way_on = f"{reverse('voice-trouble')}?try={tries}&turn={turn}"
    if language != settings.LINE_LANGUAGE:
        way_on += f"&language={language}"
    with translation.override(language):
        if tries <= turns.TROUBLES_MOST:
            reply: Reply = Wait(_("We are sorry, something went wrong. One moment, please."), seconds=3)
        else:
            reply = HangUp(_("We are sorry, we cannot go on. Please call again in a few minutes. Goodbye."))
        return twiml.render(reply, next_path=way_on, language=language)


def _failed_turn(request: HttpRequest) -> str:
    """Of which turn Twilio got no answer: it names the address that failed."""
    match = re.search(r"/voice/turn/(\d+)/", request.POST.get("ErrorUrl", ""))
    return match[1] if match else ""


def _language(request: HttpRequest) -> str:
    """What the call is spoken in, as far as the address says that failed, here or at Twilio."""
    failed = re.search(r"[?&]language=([\w-]+)", request.POST.get("ErrorUrl", ""))
    asked_for = request.GET.get("language", "") or (failed[1] if failed else "")
    return asked_for if asked_for in VOICES else settings.LINE_LANGUAGE


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,6}", text) else 0
