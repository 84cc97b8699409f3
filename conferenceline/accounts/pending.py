"""Between the password and the second factor: the session says whose turn it is, and nobody is signed in."""

import time

from django.contrib.auth import login, logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import constant_time_compare
from django_otp import login as prove
from django_otp.models import Device

from conferenceline.accounts import browsers

KEY = "password_given"
SEEN = "seen"  # when the person last asked for something
PATIENCE = 600  # seconds from the password to the second factor
BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(request: HttpRequest, user: User, goes_to: str) -> None:
    """The password was right. Whoever was signed in here before is not any more."""
    if request.user.is_authenticated:
        logout(request)
    request.session.cycle_key()
    request.session[KEY] = {
        "user": user.pk,
        "until": time.time() + PATIENCE,
        "hash": user.get_session_auth_hash(),
        "goes_to": goes_to,
    }


def whose(request: HttpRequest) -> User | None:
    """Who gave their password a moment ago, if it is still their password and they may still sign in."""
    kept = request.session.get(KEY)
    if not kept or kept["until"] < time.time():
        return None
    user = User.objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(kept["hash"], user.get_session_auth_hash()):
        return None
    return user


def person(request: HttpRequest) -> User | None:
    """Who is here: signed in, or on their way."""
    return request.user if request.user.is_authenticated else whose(request)


def sign_in(request: HttpRequest, user: User, device: Device | None) -> str:
    """Signs the person in, with the device that proved them; where they wanted to go."""
    goes_to = request.session.pop(KEY, {}).get("goes_to", "")
    login(request, user, backend=BACKEND)
    prove(request, device)
    request.session[SEEN] = time.time()
    return goes_to


def arrive(request: HttpRequest, user: User, goes_to: str) -> HttpResponse:
    """On to where the person wanted to go, from a browser that is known from now on."""
    response = redirect(goes_to or "admin:index")
    browsers.remember(request, response, user)
    return response
