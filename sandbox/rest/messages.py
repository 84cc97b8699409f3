"""Text messages. https://www.twilio.com/docs/messaging/api/message-resource"""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from sandbox.exchange.webhooks import Asking, WebhookError, ask
from sandbox.models import Fault, Message, Unsubscribed
from sandbox.rest.answers import API_VERSION, Answered, Asked, ProblemError, rfc2822
from sandbox.rest.pages import page
from sandbox.rest.verifications import is_e164
from sandbox.sids import new_sid

DELIVERY = "messages.deliver"  # what the carriers do, for the faults
LONGEST = 1600  # characters: error 21617


def create(asked: Asked) -> Answered:
    """Sends a text. It has arrived at once; to whoever asked it is only queued.

    Where the carriers do not bring it, that is told before this request is answered: a callback keeps no order. Of
    one that arrives nothing is told.
    """
    to, body = asked.fields.get("To", ""), asked.fields.get("Body", "")
    sender, service = asked.fields.get("From", ""), asked.fields.get("MessagingServiceSid", "")
    if not to:
        raise ProblemError(21604, 400, "A 'To' phone number is required.")
    if not is_e164(to):
        raise ProblemError(21211, 400, f"Invalid 'To' Phone Number: {to}")
    if not body:
        raise ProblemError(21602, 400, "Message body is required.")
    if len(body) > LONGEST:
        raise ProblemError(21617, 400, "The concatenated message body exceeds the 1600 character limit.")
    if not sender and not service:
        raise ProblemError(21603, 400, "A 'From' phone number is required.")
    if service and not re.fullmatch("MG[0-9a-fA-F]{32}", service):
        raise ProblemError(21701, 400, "The Messaging Service does not exist.")
    if sender and sender != settings.TWILIO_MESSAGES_FROM:
        raise ProblemError(21606, 400, "The 'From' phone number provided is not a valid message-capable number.")
    if Unsubscribed.objects.filter(number=to).exists():
        raise ProblemError(21610, 400, "Attempt to send to unsubscribed recipient")
    lost = Fault.objects.take(DELIVERY, to)
    message = Message.objects.create(
        to=to,
        channel="sms",
        body=body,
        sid=new_sid("SM"),
        sender=sender,
        service_sid=service,
        sent_at=timezone.now(),
        error_code=lost.code if lost else None,
    )
    if lost and asked.fields.get("StatusCallback"):
        tell(message, asked)
    return Answered(201, as_json(message, asked.account_sid, "accepted" if service else "queued"))


def tell(message: Message, asked: Asked) -> None:
    """Calls the line back, whose failure nobody hears.

    https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
    """
    fields = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "AccountSid": asked.account_sid,
        "From": message.sender,
        "To": message.to,
        "MessageStatus": "undelivered",
        "SmsStatus": "undelivered",
        "ErrorCode": str(message.error_code),
        "ApiVersion": API_VERSION,
    }
    try:
        ask(Asking("text", asked.fields["StatusCallback"], fields), import_string(settings.SANDBOX_TRANSPORT)())
    except WebhookError:
        return


def collection(asked: Asked) -> Answered:
    """The newest first. Codes are not among them: Verify keeps its messages to itself."""
    found = Message.objects.filter(sid__startswith="SM").order_by("-pk")
    for name, field in {"To": "to", "From": "sender"}.items():
        if value := asked.fields.get(name):
            found = found.filter(**{field: value})
    rows = [
        as_json(message, asked.account_sid, "undelivered" if message.error_code else "delivered") for message in found
    ]
    return page(asked, "messages", f"/{API_VERSION}/Accounts/{asked.account_sid}/Messages.json", rows)


def as_json(message: Message, account_sid: str, status: str) -> dict[str, object]:
    here = f"/{API_VERSION}/Accounts/{account_sid}/Messages/{message.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": message.body,
        "date_created": rfc2822(message.sent_at),
        "date_sent": rfc2822(message.sent_at) if status == "delivered" else None,
        "date_updated": rfc2822(message.sent_at),
        "direction": "outbound-api",
        "error_code": message.error_code,
        "error_message": None,
        "from": message.sender or None,
        "messaging_service_sid": message.service_sid or None,
        "num_media": "0",
        "num_segments": "1" if message.sender else "0",
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": status,
        "subresource_uris": {"media": f"{here}/Media.json", "feedback": f"{here}/Feedback.json"},
        "to": message.to,
        "uri": f"{here}.json",
    }
