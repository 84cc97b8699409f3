"""Who may log in, for administrators only: the logins, and who is invited to have one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from conferenceline.accounts import second_factor
from conferenceline.accounts.models import INVITED_ALREADY, LoginInvitation
from participants.admin.accounts import AccountAdmin
from participants.admin.walls import AdministratorsOnly

# The pages of django-otp would show the secrets. Everybody's own sign-in is at /account/.
admin.site.unregister((User, TOTPDevice, StaticDevice))


@admin.register(User)
class LoginAdmin(AccountAdmin):
    """The logins, with what protects them."""

    actions = ("remove_authenticator",)

    def get_list_display(self, request: HttpRequest) -> Any:
        return (*super().get_list_display(request), "has_authenticator")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        confirmed = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).annotate(has_authenticator=Exists(confirmed))

    @admin.display(description=gettext_lazy("authenticator"), boolean=True)
    def has_authenticator(self, user: Any) -> bool:
        return user.has_authenticator

    @admin.action(description=gettext_lazy("Take the authenticator off, for somebody who lost the phone"))
    def remove_authenticator(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            if not second_factor.is_set_up(user):
                self.message_user(request, _("%s has no authenticator.") % user, messages.WARNING)
                continue
            second_factor.remove(user)
            self.log_change(request, user, _("Took the authenticator off."))
            words = _("The authenticator of %s is off. Their next login sets up a new one.")
            self.message_user(request, words % user, messages.SUCCESS)


@admin.register(LoginInvitation)
class LoginInvitationAdmin(AdministratorsOnly, admin.ModelAdmin):
    """Somebody is asked by mail to work in the admin; the list says who has not answered yet."""

    fields = ("name", "mail", "team", "role")
    list_display = ("name", "mail", "team", "role", "state", "invited_by", "invited_at")
    list_filter = ("team", "role")
    list_select_related = ("team", "invited_by")
    search_fields = ("name", "mail")
    actions = ("send_again", "withdraw")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been sent stays as it is: withdraw it, and invite anew."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.fields, "state", "invited_by", "invited_at") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("state", "invited_by", "invited_at") if obj else ()

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Of two clicks at once the constraint lets one through; the other is told what a later one is told."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except IntegrityError:
            self.message_user(request, INVITED_ALREADY, messages.ERROR)
            return redirect("admin:accounts_logininvitation_changelist")

    def save_model(self, request: HttpRequest, obj: LoginInvitation, form: Any, change: bool) -> None:
        obj.invited_by = request.user  # type: ignore[assignment]
        super().save_model(request, obj, form, change)
        if obj.claim_mail():
            transaction.on_commit(lambda: self.send(request, [obj]))

    @admin.display(description=gettext_lazy("state"))
    def state(self, invitation: LoginInvitation) -> str:
        return invitation.state()

    @admin.action(description=gettext_lazy("Send again; earlier links stop working"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[LoginInvitation]) -> None:
        chosen = list(queryset)
        claimed = [each for each in chosen if each.claim_mail()]
        self.tell(request, _("Sent again."), claimed)
        self.send(request, claimed)
        if len(claimed) < len(chosen):
            words = _("What is accepted, withdrawn, or was sent within the last minute is left alone.")
            self.message_user(request, words, messages.WARNING)

    def send(self, request: HttpRequest, invitations: list[LoginInvitation]) -> None:
        """Sends mails, outside of any transaction, and says what became of them."""
        sent = [each for each in invitations if each.send_mail()]
        if sent:
            words = ngettext("%d mail is sent.", "%d mails are sent.", len(sent))
            self.message_user(request, words % len(sent), messages.SUCCESS)
        for each in invitations:
            if each.mail_fault:
                self.message_user(request, f"{each}: {each.mail_fault}", messages.ERROR)

    @admin.action(description=gettext_lazy("Withdraw"))
    def withdraw(self, request: HttpRequest, queryset: QuerySet[LoginInvitation]) -> None:
        chosen = list(queryset)
        gone = [each for each in chosen if each.withdraw()]
        self.tell(request, _("Withdrawn."), gone)
        if gone:
            words = ngettext("%d invitation is withdrawn.", "%d invitations are withdrawn.", len(gone))
            self.message_user(request, words % len(gone), messages.SUCCESS)
        if len(gone) < len(chosen):
            self.message_user(request, _("What was accepted or withdrawn before is left alone."), messages.WARNING)

    def tell(self, request: HttpRequest, words: str, invitations: list[LoginInvitation]) -> None:
        for each in invitations:
            self.log_change(request, each, words)
