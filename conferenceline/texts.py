"""A text comes in at one of our numbers: STOP and START are obeyed, everything else is left alone."""

from django.http import HttpRequest, HttpResponse

from conferenceline.telephony import messages, twiml
from conferenceline.telephony.callers import calling_line
from conferenceline.telephony.webhooks import from_twilio
from participants.models import HeardText


@from_twilio
def heard(request: HttpRequest) -> HttpResponse:
    """Says nothing, whatever it was and whoever sent it: Twilio itself answers STOP, START and HELP."""
    text = messages.heard(request.POST)
    if text and (number := calling_line(text.sender)):
        HeardText.objects.obey(text.sid, number, stops=text.stops)
    return twiml.silence()
