"""Whoever is invited to work in the admin sets a password here, and is led on."""

from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from conferenceline.accounts.models import LoginInvitation
from conferenceline.accounts.pages import page
from conferenceline.accounts.views import go_on, guarded

KEY = "invitation"  # in the session: the secret of the link, so that it is in no address that is passed on


@guarded
def welcome(request: HttpRequest) -> HttpResponse:
    """The link in the mail. It works once, and the login that it makes still needs its second factor."""
    if KEY in request.GET:
        request.session[KEY] = request.GET[KEY]
        return redirect("welcome")
    invitation = LoginInvitation.objects.behind(request.session.get(KEY, ""))
    if invitation is None:
        return gone(request)
    newcomer = invitation.newcomer()
    form = SetPasswordForm(newcomer, request.POST or None)
    if form.is_valid():
        newcomer.set_password(form.cleaned_data["new_password1"])
        if not invitation.accept(newcomer):
            return gone(request)
        del request.session[KEY]
        return go_on(request, newcomer, "")
    return page(request, "registration/welcome.html", form=form, invitation=invitation, title=_("Welcome"))


def gone(request: HttpRequest) -> HttpResponse:
    return page(request, "registration/welcome_gone.html", status=410, title=_("This link does not work any more"))
