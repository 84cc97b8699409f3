"""Webhooks of texts: what comes in at one of our numbers, and what became of those that we sent."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse

from conferenceline.telephony import messages, twiml
from conferenceline.telephony.callers import calling_line
from conferenceline.telephony.client import log_remedy
from conferenceline.telephony.webhooks import from_twilio
from participants.models import Delivery, HeardText

logger = logging.getLogger(__name__)


@from_twilio
def heard(request: HttpRequest) -> HttpResponse:
    """STOP and START are obeyed, everything else is left alone. Says nothing: Twilio itself answers them, and HELP."""
    text = messages.heard(request.POST)
    if text and (number := calling_line(text.sender)):
        HeardText.objects.obey(text.sid, number, stops=text.stops)
    return twiml.silence()


@from_twilio
def fate(request: HttpRequest, delivery: uuid.UUID) -> HttpResponse:
    """Of a text that we sent: one that did not arrive has failed. Told late, twice and out of order."""
    lost = messages.not_arrived(request.POST)
    if lost and Delivery.objects.did_not_arrive(delivery, lost.sid, messages.why(lost.code)):
        logger.warning("a text did not arrive: Twilio says %s", lost.code)
        log_remedy(lost.code)
    return HttpResponse(status=204)
