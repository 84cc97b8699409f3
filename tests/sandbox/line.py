"""A throw-away line for the sandbox's own tests: each test says what it answers, and every request must be signed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt
from twilio.request_validator import RequestValidator

Say = str | HttpResponse | Callable[[HttpRequest], "str | HttpResponse"]


@dataclass
class Line:
    """What the application at PUBLIC_URL answers: TwiML by path, without the Response around it."""

    answers: dict[str, Say] = field(default_factory=dict)

    def answer(self, request: HttpRequest) -> HttpResponse:
        # A status callback that no test talks about is answered as Twilio asks for: an empty document.
        said = self.answers.get(request.path, "" if request.path == "/voice/status/" else HttpResponse(status=404))
        if callable(said) and not isinstance(said, HttpResponse):
            said = said(request)
        if isinstance(said, HttpResponse):
            return said
        return HttpResponse(f"<Response>{said}</Response>", content_type="text/xml")


line = Line()


@csrf_exempt
def view(request: HttpRequest, path: str) -> HttpResponse:
    fields = request.POST if request.method == "POST" else {}
    url = settings.PUBLIC_URL + request.get_full_path()
    signature = request.headers.get("X-Twilio-Signature", "")
    if not RequestValidator(settings.TWILIO_AUTH_TOKEN).validate(url, fields, signature):
        return HttpResponse(status=403)
    return line.answer(request)


urlpatterns = [re_path(r"^(?P<path>.*)$", view)]
