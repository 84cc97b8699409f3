"""The guard at every webhook: only what Twilio has signed goes in. It has no off switch."""

import functools
import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
    UnreadablePostError,
)
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from structlog.contextvars import bind_contextvars
from twilio.request_validator import RequestValidator

from conferenceline.telephony.callers import Webhook
from conferenceline.telephony.measures import WEBHOOK

logger = logging.getLogger(__name__)

View = Callable[..., HttpResponse]


def from_twilio(view: View) -> View:
    """Lets only POST requests through that carry Twilio's signature; the rest gets 405 or an empty 403."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not signed_by_twilio(request):
            logger.warning(
                "refused a request to %s: signature %s",
                request.path,
                "wrong" if "X-Twilio-Signature" in request.headers else "missing",
            )
            return HttpResponseForbidden()
        bind_contextvars(call=Webhook.of(request.POST).sid, **{name: str(value) for name, value in kwargs.items()})
        with WEBHOOK.labels(view.__name__).time():
            return view(request, *args, **kwargs)

    return csrf_exempt(guarded)


def signed_by_twilio(request: HttpRequest) -> bool:
    """Whether the form was signed with our auth token, or during a rotation with the next, for our PUBLIC_URL.

    https://www.twilio.com/docs/usage/webhooks/webhooks-security. Our webhooks are forms; anything else is no webhook.
    """
    if request.content_type != "application/x-www-form-urlencoded":
        return False
    try:
        form = request.POST
    except (BadRequest, SuspiciousOperation, MultiPartParserError, UnreadablePostError):
        return False
    url = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    tokens = filter(None, (settings.TWILIO_AUTH_TOKEN, settings.TWILIO_AUTH_TOKEN_NEXT))
    return any(RequestValidator(token).validate(url, form, signature) for token in tokens)
