"""A forgotten password: Django's own views, in the admin's frame."""

from typing import Any

from axes.utils import reset
from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from conferenceline.accounts import browsers
from conferenceline.accounts.addresses import client_address
from conferenceline.accounts.forms import ForgottenForm
from conferenceline.accounts.pages import AdminPage


class Forgotten(AdminPage, views.PasswordResetView):
    """The answer is the same whether there is somebody with that address or not."""

    form_class = ForgottenForm
    title = _("Forgotten your password?")
    template_name = "registration/forgotten.html"
    email_template_name = "registration/forgotten_mail.txt"
    subject_template_name = "registration/forgotten_subject.txt"


class Sent(AdminPage, views.PasswordResetDoneView):
    title = _("Look into your mailbox")
    template_name = "registration/forgotten_sent.html"


@never_cache
def from_mail(request: HttpRequest) -> HttpResponse:
    """The link in the mail: its secret is in the query, which no access log keeps, and from here on in the session."""
    request.session[views.INTERNAL_RESET_SESSION_TOKEN] = request.GET.get("token", "")
    user = request.GET.get("user", "").replace("/", "") or "nobody"
    return redirect("password_reset_confirm", uidb64=user, token=Choose.reset_url_token)


class Choose(AdminPage, views.PasswordResetConfirmView):
    """Whoever has the mailbox may try again: the way in for somebody whose name is being guessed at."""

    template_name = "registration/choose_password.html"

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        username = form.user.get_username()
        reset(ip=client_address(self.request), username=username)
        browsers.remember(self.request, response, form.user)
        return response


class Changed(AdminPage, views.PasswordResetCompleteView):
    title = _("Your new password is set")
    template_name = "registration/password_changed.html"
