"""A person texts one of the account's numbers. Twilio obeys STOP and START by itself, answers them, and tells the line.

https://www.twilio.com/docs/messaging/guides/webhook-request and https://help.twilio.com/articles/223134027
"""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from sandbox.exchange.transport import Transport
from sandbox.exchange.webhooks import Asking, WebhookError, ask
from sandbox.models import Message, OwnedNumber, Unsubscribed
from sandbox.sids import new_sid

LONGEST = 1600  # characters
STOP = ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
START = ("START", "YES", "UNSTOP")
STOPPED = (
    "You have successfully been unsubscribed. You will not receive any more messages from this number. "
    "Reply START to resubscribe."
)
STARTED = (
    "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
)


def send(number: str, body: str, wire: Transport) -> None:
    """From this number (E.164) to the one that texts come from. Of a failure of the line nobody hears."""
    line, word = settings.TWILIO_MESSAGES_FROM, body.upper()
    if word in STOP and Unsubscribed.objects.get_or_create(number=number)[1]:
        arrive(number, line, STOPPED)
    if word in START and Unsubscribed.objects.filter(number=number).delete()[0]:
        arrive(number, line, STARTED)
    owned = OwnedNumber.objects.named(line)
    if owned is None or owned.sms_application_sid or not owned.sms_url:
        return
    sid = new_sid("SM")
    fields = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": settings.TWILIO_ACCOUNT_SID,
        "From": number,
        "To": line,
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "SmsStatus": "received",
        "ApiVersion": "2010-04-01",
    }
    try:
        ask(Asking("text", owned.sms_url, fields, owned.sms_method), wire)
    except WebhookError:
        return


def arrive(number: str, line: str, body: str) -> None:
    Message.objects.create(to=number, channel="sms", body=body, sid=new_sid("SM"), sender=line, sent_at=timezone.now())
