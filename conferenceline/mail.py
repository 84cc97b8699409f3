"""Mail, through whatever EMAIL_URL says."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.utils.translation import gettext as _

from conferenceline.refusals import AwayError, NotNowError, RefusedError, UnansweredError
from participants.models import Authenticator, Delivery
from participants.notices import LINK

CLOSING = 421


def send(delivery: Delivery) -> str:
    """Sends a mail; its Message-ID, which is the same at every try, so that mailboxes can tell a copy.

    Raises RefusedError, NotNowError, AwayError, UnansweredError. The time-out is EMAIL_TIMEOUT.
    """
    message_id = f"<{delivery.uuid}@{urlsplit(settings.PUBLIC_URL).hostname}>"
    mail = EmailMultiAlternatives(
        delivery.subject,
        body_of(delivery),
        to=[delivery.address],
        headers={"Message-ID": message_id, "Content-Language": delivery.language, "Auto-Submitted": "auto-generated"},
    )
    if delivery.html:
        mail.attach_alternative(delivery.html, "text/html")
    if delivery.calendar:  # the last alternative is the one that mail programs prefer. RFC 6047, section 2.4
        mail.attach_alternative(delivery.calendar, f"text/calendar; method={delivery.calendar_method}")
        # Once more as a file, as Google sends it: for mail programs that know nothing of invitations.
        mail.attach("invite.ics", delivery.calendar.encode(), "application/ics")
    try:
        with connected() as mail.connection:
            mail.send()
    except BadHeaderError:
        raise RefusedError(_("The address or the subject has a line break in it.")) from None
    except smtplib.SMTPAuthenticationError as error:
        raise AwayError(
            _("The mail server does not accept our name and password (%(code)s).") % {"code": error.smtp_code}
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        code = max((code for code, _words in error.recipients.values()), default=0)
        raise refusal(code, _("The mail server does not take mail for this address (%(code)s).")) from None
    except smtplib.SMTPResponseException as error:
        raise refusal(error.smtp_code, _("The mail server refused the mail (%(code)s).")) from None
    except ConnectionRefusedError:
        raise AwayError(_("The mail server cannot be reached.")) from None
    except (smtplib.SMTPException, OSError):  # a time-out is an OSError
        raise UnansweredError(_("The mail server did not answer to the end.")) from None
    return message_id


@contextmanager
def connected() -> Iterator[Any]:
    """The mail server. Raises AwayError where it is not there: then nothing can have been handed over."""
    connection = get_connection()
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError:
        raise
    except (smtplib.SMTPException, OSError):
        raise AwayError(_("The mail server cannot be reached.")) from None
    try:
        yield connection
    finally:
        with suppress(smtplib.SMTPException, OSError):  # what was taken was taken, with or without a farewell
            connection.close()


def body_of(delivery: Delivery) -> str:
    """The text, with the link that is in no row. Raises RefusedError where it leads nowhere any more."""
    if delivery.kind != Delivery.Kind.AUTHENTICATOR:
        return delivery.body
    found = Authenticator.objects.of_mail(delivery.key or "")
    if found is None:
        raise RefusedError(_("The link was used, or replaced by a newer one."))
    return delivery.body.replace(LINK, found.link())


def refusal(code: int, words: str) -> RefusedError | NotNowError:
    """4xx: later perhaps, 421: and it hangs up, 5xx: never. RFC 5321, sections 4.2.1 and 4.2.3"""
    kind = RefusedError if code >= 500 else AwayError if code == CLOSING else NotNowError
    return kind(words % {"code": code})
