"""The page on which people set up their authenticator app, by the link in a mail.

Looking at it changes nothing: programs that scan mail open links too. A button uses the link up, and shows the secret
to that browser, once; the first code makes it count.
"""

from __future__ import annotations

import secrets
from typing import Any

import qrcode
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from qrcode.image.svg import SvgPathImage

from conferenceline.telephony.authenticators import DIGITS
from participants.models import Authenticator
from verification.enrolment import Confirming, LinkUsedError, NotMadeError, Shown, begin, confirm

LINK = "link"  # in the address of the mail; from there in the session, so that it is in no address that is passed on
KEPT = "authenticator_link"
BROWSER = "authenticator_browser"  # in the session: a random word, so that a link is good for one browser


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def authenticator(request: HttpRequest) -> HttpResponse:
    """The link, the button and the first code."""
    if LINK in request.GET and request.method != "POST":
        request.session.cycle_key()
        request.session[KEPT] = request.GET[LINK]
        request.session.setdefault(BROWSER, secrets.token_hex(16))
        return redirect("authenticator")
    found = Authenticator.objects.behind(request.session.get(KEPT, ""))
    person = found.participant if found else None
    with translation.override((person and person.language) or settings.LINE_LANGUAGE):
        return step(request, found, request.session.get(BROWSER, ""))


def step(request: HttpRequest, found: Authenticator | None, browser: str) -> HttpResponse:
    if found and found.was_confirmed_by(browser):
        return done(request)
    if found is None or not found.is_open_to(browser):
        return gone(request)
    if request.method == "POST" and "begin" in request.POST:
        return start(request, found, browser)
    if found.factor_sid:
        return enter_code(request, found)
    return begin_page(request, found)


def start(request: HttpRequest, found: Authenticator, browser: str) -> HttpResponse:
    try:
        shown = begin(found, browser)
    except LinkUsedError:
        return gone(request)
    except NotMadeError as problem:
        again = code_page(request, problem=str(problem)) if found.factor_sid else None
        return again or begin_page(request, found, problem=str(problem))
    return code_page(request, shown=shown)


def enter_code(request: HttpRequest, found: Authenticator) -> HttpResponse:
    if request.method != "POST":
        return code_page(request)
    code = "".join(request.POST.get("code", "").split())
    if not (code.isascii() and code.isdecimal() and len(code) == DIGITS):
        return code_page(request, problem=_("The code has %(length)s digits. Please enter them all.") % length())
    match confirm(found, code):
        case Confirming.RIGHT:
            return redirect("authenticator")
        case Confirming.WRONG:
            wrong = _("That is not the code. Please enter the %(length)s digits that your app shows now.")
            return code_page(request, problem=wrong % length())
        case Confirming.NOT_CHECKED:
            problem = _("We are sorry, we could not check the code. Please enter the one that your app shows now.")
            return code_page(request, problem=problem)
        case Confirming.OVER:
            return gone(request)


def length() -> dict[str, int]:
    return {"length": DIGITS}


def begin_page(request: HttpRequest, found: Authenticator, problem: str = "") -> HttpResponse:
    team = {"team": found.participant.team.name if found.participant else ""}
    words = [
        _("An authenticator app on your phone shows a code that changes every 30 seconds.")
        + " "
        + _("With it you get into the conference calls of %(team)s without waiting for a message.") % team,
        _("Have the app open, such as the one that your phone came with. Then press the button."),
    ]
    return page(request, "begin", _("Set up your authenticator app"), words=words, button=_("Begin"), problem=problem)


def code_page(request: HttpRequest, *, shown: Shown | None = None, problem: str = "") -> HttpResponse:
    words = [_("The picture is shown once. If it is not in your app yet, have a new one made.")]
    return page(
        request,
        "code",
        _("Set up your authenticator app"),
        words=[] if shown else words,
        scan=_("Open your authenticator app and scan this picture."),
        picture=picture(shown.uri) if shown else "",
        picture_words=_("QR code with the key that is written below"),
        type_it=_("Or type this key into the app:"),
        key=shown.key if shown else "",
        then=_("Then enter the code that the app shows."),
        anew=_("Show a new picture"),
        label=_("Code from the app, %(length)s digits") % length(),
        button=_("Confirm"),
        problem=problem,
    )


def done(request: HttpRequest) -> HttpResponse:
    words = [
        _("When you call from now on, you are asked for the code that the app shows then."),
        _("If you lose the phone, tell whoever invites you to your conferences: they take the app off."),
    ]
    return page(request, "done", _("Your authenticator app is set up"), words=words)


def gone(request: HttpRequest) -> HttpResponse:
    """The same for every link that leads nowhere: nothing of whose it was."""
    words = [
        _("It was used, it was replaced by a newer one, or it is older than a day."),
        _("Ask whoever invites you to your conferences for a new link."),
    ]
    return page(request, "gone", _("This link does not work any more"), status=410, words=words)


def page(request: HttpRequest, kind: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    more = {"kind": kind, "title": title, "language": translation.get_language()}
    return render(request, "verification/authenticator.html", {**more, **context}, status=status)


def picture(uri: str) -> str:
    """A QR code as an SVG of the page itself: it is no file, and in no cache."""
    image = qrcode.make(uri, image_factory=SvgPathImage, border=4)
    return mark_safe(image.to_string(encoding="unicode"))  # noqa: S308 (of our own making, from digits and letters)
