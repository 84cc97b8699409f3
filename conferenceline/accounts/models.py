"""Who has been asked by mail to work in the admin, and has not yet set a password."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import models, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Membership, Team

logger = logging.getLogger(__name__)

VALID = timedelta(days=7)
INVITED_ALREADY = _("This address is invited already. Send that invitation again, or withdraw it.")
PAUSE = timedelta(minutes=1)  # between two mails of one invitation, so that a double click sends one
SALT = "conferenceline.accounts.invitation"


class LoginInvitationQuerySet(models.QuerySet["LoginInvitation"]):
    def open(self) -> LoginInvitationQuerySet:
        """Neither accepted nor withdrawn."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def over_before(self, moment: datetime) -> LoginInvitationQuerySet:
        """Those of before this moment (aware) that are accepted or withdrawn, or whose last link is void by then."""
        void = min(moment, timezone.now() - VALID)
        closed = Q(accepted_at__lt=moment) | Q(withdrawn_at__lt=moment)
        return self.filter(closed | Q(mailed_at__lt=void) | Q(mailed_at=None, invited_at__lt=void))

    def behind(self, token: str) -> LoginInvitation | None:
        """The open invitation that this link is of; None for an old link, an earlier one, or an invented one."""
        try:
            public_id, mails = signing.loads(token, salt=SALT, max_age=VALID)
        except signing.BadSignature:
            return None
        return self.open().filter(uuid=public_id, mails=mails).select_related("team").first()


class LoginInvitation(models.Model):
    """An invitation to work in the admin, for one team and in one role. Accepted once, by the link in its last mail."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150)
    mail = models.EmailField(_("mail address"), max_length=150, help_text=_("It will be their login name too."))
    team = models.ForeignKey(Team, models.CASCADE, verbose_name=_("team"), related_name="+")
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Membership.Role,
        default=Membership.Role.ORGANIZER,
        help_text=Membership._meta.get_field("role").help_text,
    )
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("invited by"))
    invited_at = models.DateTimeField(_("invited at"), auto_now_add=True)
    mails = models.PositiveSmallIntegerField(_("mails"), default=0, editable=False)
    mailed_at = models.DateTimeField(_("last mail"), null=True, editable=False)
    mail_fault = models.CharField(_("fault"), max_length=200, blank=True, editable=False)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    user = models.ForeignKey(
        User, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("login")
    )

    objects = LoginInvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-invited_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("mail",),
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_mail",
                violation_error_message=INVITED_ALREADY,
            )
        ]
        verbose_name = _("invitation to log in")
        verbose_name_plural = _("invitations to log in")

    def __str__(self) -> str:
        return f"{self.name}, {self.team}"

    def clean(self) -> None:
        """Raises ValidationError where this address has a login, or an open invitation, already."""
        self.mail = self.mail.lower()
        taken = User.objects.filter(Q(email__iexact=self.mail) | Q(username__iexact=self.mail)).first()
        if taken and not self.user_id:
            words = _("%(login)s has this address already. Add that login on the page of the team.")
            raise ValidationError({"mail": ValidationError(words, params={"login": taken.get_username()})})
        if LoginInvitation.objects.open().filter(mail=self.mail).exclude(pk=self.pk).exists():
            raise ValidationError({"mail": INVITED_ALREADY})

    def claim_mail(self) -> bool:
        """Takes the right to send one mail; False where it is over, or its last mail is a moment old.

        The links of earlier mails stop working.
        """
        now = timezone.now()
        may_go = Q(mailed_at=None) | Q(mailed_at__lte=now - PAUSE) | ~Q(mail_fault="")
        mine = LoginInvitation.objects.open().filter(may_go, pk=self.pk, mails=self.mails)
        if not mine.update(mails=self.mails + 1, mailed_at=now, mail_fault=""):
            return False
        self.refresh_from_db()
        return True

    def send_mail(self) -> bool:
        """Sends the mail that was claimed; False where the mail server fails, which the invitation then says.

        Not to be called in a transaction: it waits for the mail server, up to EMAIL_TIMEOUT.
        """
        words = render_to_string("accounts/invitation_mail.txt", {"invitation": self, "link": self.link()})
        try:
            send_mail(gettext("You are invited to Conferenceline"), words, None, [self.mail])
        except OSError as fault:  # SMTPException is one
            logger.warning("The mail of invitation %s could not be sent: %s", self.uuid, type(fault).__name__)
            self.mail_fault = gettext("The mail server did not take the mail. Send it again in a while.")
            LoginInvitation.objects.filter(pk=self.pk, mails=self.mails).update(mail_fault=self.mail_fault)
            return False
        return True

    def link(self) -> str:
        """Where the person sets a password. The secret is in the query, which no access log keeps."""
        token = signing.dumps((str(self.uuid), self.mails), salt=SALT)
        return f"{settings.PUBLIC_URL}{reverse('welcome')}?{urlencode({'invitation': token})}"

    def withdraw(self) -> bool:
        """Takes it back: its link opens nothing any more. False where it was accepted or withdrawn before."""
        return bool(LoginInvitation.objects.open().filter(pk=self.pk).update(withdrawn_at=timezone.now()))

    def newcomer(self) -> User:
        """The login as it will be, not yet stored."""
        return User(username=self.mail, email=self.mail, first_name=self.name, is_staff=True)

    def accept(self, user: User) -> bool:
        """Stores the login and gives it its role, once; False where the invitation or the name is gone meanwhile."""
        with transaction.atomic():
            mine = LoginInvitation.objects.open().filter(pk=self.pk, mails=self.mails)
            if User.objects.filter(username=user.username).exists() or not mine.update(accepted_at=timezone.now()):
                return False
            user.save()
            self.team.add(user, Membership.Role(self.role))
            LoginInvitation.objects.filter(pk=self.pk).update(user=user)
        return True

    @property
    def expires_at(self) -> datetime | None:
        return self.mailed_at and self.mailed_at + VALID

    def state(self) -> str:
        """Where it stands, in words."""
        if self.accepted_at:
            return gettext("accepted on %s") % formats.date_format(timezone.localtime(self.accepted_at))
        if self.withdrawn_at:
            return gettext("withdrawn on %s") % formats.date_format(timezone.localtime(self.withdrawn_at))
        if self.mail_fault:
            return self.mail_fault
        if not self.expires_at or self.expires_at < timezone.now():
            return gettext("not accepted in time: send it again")
        return gettext("not accepted yet")
