"""Signing in with a password and a second factor, and looking after both."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from conferenceline.accounts import browsers, pending, second_factor
from conferenceline.accounts.forms import CodeForm, ConfirmForm, ProofForm, SignInForm, say_pause
from conferenceline.accounts.guesses import LockedOutError
from conferenceline.accounts.pages import AdminPage, locked_out, page

View = Callable[..., HttpResponseBase]


def guarded(view: View) -> View:
    """Never cached, never in an error report, and a page in words where there were too many tries."""

    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except LockedOutError:
            return locked_out(request)

    return answer


@method_decorator(guarded, name="dispatch")
class SignIn(AdminPage, LoginView):
    """The password. Nobody is signed in by it who has, or must have, a second factor."""

    authentication_form = SignInForm
    template_name = "admin/login.html"
    extra_context = {"title": gettext_lazy("Log in"), "subtitle": None}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.user.is_authenticated and request.user.is_staff:
            return redirect("admin:index")
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return go_on(self.request, form.get_user(), self.get_redirect_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(app_path=self.request.get_full_path(), **kwargs)


def go_on(request: HttpRequest, user: User, goes_to: str) -> HttpResponse:
    """On from a password that was right: to the second factor, to setting one up, or in where none is asked for."""
    pending.begin(request, user, goes_to)
    if second_factor.authenticator_of(user):
        return redirect("enter_code")
    if second_factor.is_asked_of(user):
        return redirect("enrol_authenticator")
    return pending.arrive(request, user, pending.sign_in(request, user, None))


def begin_again(request: HttpRequest) -> HttpResponseRedirect:
    messages.info(request, _("That took too long. Please log in again."))
    return HttpResponseRedirect(reverse("admin:login"))


@guarded
def enter_code(request: HttpRequest) -> HttpResponse:
    """The second factor."""
    user = pending.whose(request)
    if user is None:
        return begin_again(request)
    if second_factor.authenticator_of(user) is None:
        return redirect("enrol_authenticator")
    form = CodeForm(request, user, request.POST or None)
    if form.is_valid():
        return pending.arrive(request, user, pending.sign_in(request, user, form.device))
    return page(request, "registration/enter_code.html", form=form, title=_("Your code"))


@guarded
def enrol(request: HttpRequest) -> HttpResponse:
    """An authenticator is set up; it counts once a code from it was right."""
    user = pending.person(request)
    if user is None:
        return begin_again(request)
    if second_factor.authenticator_of(user):
        return redirect("account" if request.user.is_authenticated else "enter_code")
    device = second_factor.enrolling(request, user)
    form = ConfirmForm(request.POST or None)
    if form.is_valid():
        allowed, why = device.verify_is_allowed()
        codes = second_factor.confirm(device, form.cleaned_data["code"]) if allowed else None
        if codes:
            return enrolled(request, user, codes)
        wrong = _("This code is not right. Look at the app again.")
        form.add_error("code", wrong if allowed or not why else say_pause(why["locked_until"]))
    return page(
        request,
        "registration/enrol.html",
        form=form,
        key=second_factor.key_of(device),
        title=_("Set up an authenticator"),
    )


def enrolled(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    """Signs in whoever was on their way, and shows the recovery codes this once."""
    request.session.pop(second_factor.ENROLLING, None)
    note(user, user, _("Set up an authenticator."))
    goes_to = pending.sign_in(request, user, second_factor.authenticator_of(user))
    response = show(request, codes, goes_to)
    browsers.remember(request, response, user)
    return response


def show(request: HttpRequest, codes: list[str], goes_to: str = "") -> HttpResponse:
    return page(
        request,
        "registration/recovery_codes.html",
        codes=codes,
        goes_to=goes_to or reverse("account"),
        title=_("Your recovery codes"),
    )


@never_cache
def picture(request: HttpRequest) -> HttpResponse:
    """The secret as a QR code, for the session that is setting it up and no other."""
    user = pending.person(request)
    if user is None or second_factor.authenticator_of(user) or second_factor.ENROLLING not in request.session:
        raise Http404
    return HttpResponse(second_factor.picture_of(second_factor.enrolling(request, user)), content_type="image/svg+xml")


@never_cache
@login_required(login_url="admin:login")
def mine(request: HttpRequest) -> HttpResponse:
    """What protects this person's sign-in."""
    return page(
        request,
        "accounts/mine.html",
        authenticator=second_factor.authenticator_of(request.user),
        codes_left=second_factor.recovery_codes_left(request.user),
        title=_("My sign-in"),
    )


@guarded
@login_required(login_url="admin:login")
def remove(request: HttpRequest) -> HttpResponse:
    """The owner takes the authenticator away, by password and code."""
    if second_factor.authenticator_of(request.user) is None:
        return redirect("account")
    form = ProofForm(request, request.user, request.POST or None)
    if form.is_valid():
        second_factor.remove(request.user)
        note(request.user, request.user, _("Removed their authenticator."))
        messages.success(request, _("Your authenticator is removed."))
        return redirect("account")
    return page(request, "accounts/remove.html", form=form, title=_("Remove the authenticator"))


@guarded
@login_required(login_url="admin:login")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, by password and code."""
    if second_factor.authenticator_of(request.user) is None:
        return redirect("account")
    form = ProofForm(request, request.user, request.POST or None)
    if form.is_valid():
        codes = second_factor.renew_recovery_codes(request.user)
        note(request.user, request.user, _("Made new recovery codes."))
        return show(request, codes)
    return page(request, "accounts/renew.html", form=form, title=_("New recovery codes"))


def note(by: Any, about: Any, what: str) -> None:
    """Writes into the history of the account who changed its sign-in."""
    LogEntry.objects.log_actions(by.pk, [about], CHANGE, what, single_object=True)
