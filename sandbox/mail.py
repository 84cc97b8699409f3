"""The mail server of the sandbox: what is sent is shown beside the phone of whoever gets it."""

from __future__ import annotations

from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused

from django.core.mail import EmailMessage
from django.core.mail.backends.console import EmailBackend
from django.utils import timezone

from sandbox.guard import refuse_open_transaction, sandbox_at_work
from sandbox.models import Fault, Message

OPERATION = "mail.send"  # for the faults


class PhonePageBackend(EmailBackend):
    """Keeps each mail as a message, one for every recipient, and prints it: not everybody who gets mail has a phone."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        refuse_open_transaction("The mail server")
        with sandbox_at_work():
            for mail in email_messages:
                self.take(mail)
        return super().send_messages(email_messages) or 0

    def take(self, mail: EmailMessage) -> None:
        mail.message()  # refuses what would be no mail
        to = mail.recipients()
        fault = Fault.objects.take(OPERATION, to[0] if to else "")
        if fault:
            go_wrong_before(fault, to)
        Message.objects.bulk_create(
            Message(
                to=address,
                channel="email",
                subject=str(mail.subject),
                body=str(mail.body),
                sid=str(mail.extra_headers.get("Message-ID", ""))[:100],
                sent_at=timezone.now(),
            )
            for address in to
        )
        if fault and fault.kind == Fault.Kind.TIMEOUT_AFTER:
            raise TimeoutError("Sandbox: the answer was lost")


def go_wrong_before(fault: Fault, to: list[str]) -> None:
    """Faults that keep the mail from being taken."""
    if fault.kind == Fault.Kind.ERROR:
        raise SMTPRecipientsRefused(dict.fromkeys(to, (fault.status, b"Sandbox: refused")))
    if fault.kind == Fault.Kind.REFUSED:
        raise ConnectionRefusedError("Sandbox: connection refused")
    if fault.kind == Fault.Kind.TIMEOUT:
        raise TimeoutError("Sandbox: the mail was lost")
