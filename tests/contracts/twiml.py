"""What the line answers to a webhook is TwiML that Twilio documents, also where no phone obeys it."""

from django.http import HttpResponse

from sandbox.twiml import read

CONTENT_TYPE = "text/xml; charset=utf-8"  # of those in https://www.twilio.com/docs/voice/twiml the one with a charset


def hold_to_twiml(response: HttpResponse) -> None:
    """Raises where a 200 is something else. Nothing but TwiML has that status: an event is answered with 204."""
    if response.status_code == 200:
        assert response.headers["Content-Type"] == CONTENT_TYPE
        read(response.content.decode())
