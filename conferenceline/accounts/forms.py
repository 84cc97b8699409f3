"""What somebody fills in to sign in, and to keep their sign-in."""

from datetime import datetime
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import PasswordResetForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from conferenceline.accounts import guesses, second_factor
from verification import throttle


class SignInForm(AdminAuthenticationForm):
    """The admin's own, with its tries counted."""

    def clean(self) -> dict[str, Any]:
        """Raises LockedOutError where there have been too many wrong tries."""
        username, request = self.cleaned_data.get("username"), self.request
        if not (username and self.cleaned_data.get("password") and request):
            return super().clean()
        guesses.take(request, username)
        cleaned = super().clean()
        guesses.was_right(request, username)
        return cleaned


class CodeField(forms.CharField):
    """A code as people type it, with spaces or hyphens in it."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "size": 12}
        )
        super().__init__(max_length=20, widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace(" ", "").replace("-", "").lower()


class CodeForm(forms.Form):
    """Proves the person by a code. `device` is then what proved them."""

    code = CodeField(label=_("Code"), help_text=_("Six digits from your authenticator app, or a recovery code."))

    def __init__(self, request: HttpRequest, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.user, self.device = request, user, None

    def clean_code(self) -> str:
        """Raises LockedOutError where there have been too many wrong tries."""
        code, username = self.cleaned_data["code"], self.user.get_username()
        guesses.take(self.request, username)
        self.refuse_haste(code)
        self.device = second_factor.prove(self.user, code)
        if self.device is None:
            guesses.was_wrong(self.request, username)
            raise ValidationError(_("This code is not right, or it was used before. Wait for the next one."))
        guesses.was_right(self.request, username)
        return code

    def refuse_haste(self, code: str) -> None:
        until = second_factor.paused_until(self.user, code)
        if until:
            raise ValidationError(say_pause(until))


def say_pause(until: datetime) -> str:
    """After how long the next code is looked at."""
    seconds = max(1, ceil((until - timezone.now()).total_seconds()))
    if seconds < 100:
        return ngettext(
            "After a wrong code there is a pause. Try again in %(count)d second.",
            "After a wrong code there is a pause. Try again in %(count)d seconds.",
            seconds,
        ) % {"count": seconds}
    minutes = -(-seconds // 60)
    return ngettext(
        "After wrong codes there is a pause. Try again in %(count)d minute.",
        "After wrong codes there is a pause. Try again in %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


class ProofForm(CodeForm):
    """Proves the person anew, by password and code, before what protects them changes."""

    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("password", "code")

    def clean_password(self) -> str:
        """Raises LockedOutError where there have been too many wrong tries."""
        password, username = self.cleaned_data["password"], self.user.get_username()
        guesses.take(self.request, username)
        if not self.user.check_password(password):
            guesses.was_wrong(self.request, username)
            raise ValidationError(_("This is not your password."))
        guesses.was_right(self.request, username)
        return password

    def clean_code(self) -> str:
        """A right code works once: it is not spent on a wrong password."""
        return super().clean_code() if "password" in self.cleaned_data else self.cleaned_data["code"]


class ConfirmForm(forms.Form):
    """The first code of an authenticator that is being set up."""

    code = CodeField(label=_("Code from the app"), help_text=_("Six digits. They change every 30 seconds."))


class ForgottenForm(PasswordResetForm):
    """Django's own; the link in the mail starts with PUBLIC_URL, whatever host the request was sent to."""

    def save(self, **options: Any) -> None:  # type: ignore[override]
        """Sends the mail, unless this address has had its share of them."""
        try:
            throttle.take(reset_mails_per_address=self.cleaned_data["email"].casefold())
        except throttle.OverLimitError:
            return
        home = urlsplit(settings.PUBLIC_URL)
        super().save(**options | {"domain_override": home.netloc, "use_https": home.scheme == "https"})
