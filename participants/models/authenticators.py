"""An authenticator app of a person: set up by the link in a mail, confirmed by a code, forgotten when it is removed.

The secret is Twilio's alone. Kept here is an identity that says nothing of anybody, and what became of the link.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.models.contacts import Channel, Contact
from participants.models.people import Participant

VALID = timedelta(hours=24)
SALT = "participants.authenticator"
FIRST_WAIT, GROWS, LONGEST_WAIT = timedelta(minutes=1), 4, timedelta(days=1)  # between two tries to have it forgotten


def new_identity() -> str:
    return uuid.uuid4().hex


class AuthenticatorQuerySet(models.QuerySet["Authenticator"]):
    def open(self) -> AuthenticatorQuerySet:
        """Those whose link still leads somewhere, or that wait for their first code."""
        return self.filter(confirmed_at=None, withdrawn_at=None)

    def invite(self, person: Participant, sent_by: str) -> Authenticator | None:
        """A new link for this person, in place of any before; None where another was made in the same moment."""
        now = timezone.now()
        try:
            with transaction.atomic():
                self.open().filter(participant=person).update(withdrawn_at=now)
                return self.create(participant=person, sent_by=sent_by, sent_at=now, expires_at=now + VALID)
        except IntegrityError:
            return None

    def of_mail(self, key: str) -> Authenticator | None:
        """The one whose link a mail with this key brings, if nobody has used or replaced it."""
        return self.open().filter(started_at=None, uuid=key.removeprefix("authenticator ")).first()

    def behind(self, token: str) -> Authenticator | None:
        """Whose link this is, whatever became of it; None for an invented one."""
        try:
            public_id = signing.loads(token, salt=SALT)
        except signing.BadSignature:
            return None
        return self.filter(uuid=public_id).select_related("participant__team").first()

    def to_forget(self, moment: datetime) -> AuthenticatorQuerySet:
        """Those that Twilio may know and nobody uses any more, and that are due at this moment (aware).

        Whichever way the contact went: removed, replaced, with its person, or never confirmed.
        """
        contacts = Contact.objects.filter(channel=Channel.TOTP, address=OuterRef("identity"))
        waits = Q(confirmed_at=None, withdrawn_at=None, expires_at__gt=moment, participant__isnull=False)
        begun = self.filter(started_at__isnull=False, forgotten_at=None, next_try_at__lte=moment)
        return begun.exclude(waits).filter(~Exists(contacts))

    def over_before(self, moment: datetime) -> AuthenticatorQuerySet:
        """Those that were over before this moment (aware), and that Twilio does not know."""
        return self.filter(Q(forgotten_at__lt=moment) | Q(started_at=None, expires_at__lt=moment))


class Authenticator(models.Model):
    """One setting-up of an authenticator app: link, secret at Twilio, first code. The contact that comes of it has its
    identity as the address.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    participant = models.ForeignKey(Participant, models.SET_NULL, null=True, related_name="authenticators")
    identity = models.CharField(max_length=32, unique=True, default=new_identity)
    factor_sid = models.CharField(max_length=34, blank=True)
    sent_by = models.CharField(max_length=150, blank=True)  # as they were named then
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)  # the link is used from here on
    browser = models.CharField(max_length=32, blank=True)  # by which: a random word in its session
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)  # to have Twilio forget it
    next_try_at = models.DateTimeField(default=timezone.now, db_index=True)
    forgotten_at = models.DateTimeField(null=True)

    objects = AuthenticatorQuerySet.as_manager()

    class Meta:
        ordering = ("-sent_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=("participant",),
                condition=Q(confirmed_at=None, withdrawn_at=None),
                name="one_open_link_per_person",
            )
        ]
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")

    def __str__(self) -> str:
        return str(self.uuid)

    def link(self) -> str:
        """Where the person sets it up. The secret is in the query, which no access log keeps."""
        token = signing.dumps(str(self.uuid), salt=SALT)
        return f"{settings.PUBLIC_URL}{reverse('authenticator')}?{urlencode({'link': token})}"

    @property
    def delivery_key(self) -> str:
        """Of the mail that brings the link: Delivery.key."""
        return f"authenticator {self.uuid}"

    def is_open_to(self, browser: str) -> bool:
        """Whether the link still leads somewhere, for this browser: the one that has used it, or any before that."""
        mine = self.started_at is None or bool(browser and self.browser == browser)
        over = self.confirmed_at or self.withdrawn_at or self.expires_at <= timezone.now()
        return mine and not over and self.participant_id is not None

    def was_confirmed_by(self, browser: str) -> bool:
        return self.confirmed_at is not None and bool(browser and self.browser == browser)

    def begin(self, browser: str = "") -> bool:
        """Uses up the link; False where another browser has, or it was withdrawn or is too old.

        The browser that has used it may begin anew: a double click, or the picture was closed too early.
        """
        now = timezone.now()
        mine = Q(started_at=None) | (Q(browser=browser) if browser else Q(pk=None))
        left = Authenticator.objects.open().filter(mine, pk=self.pk, expires_at__gt=now, participant__isnull=False)
        if not left.update(started_at=now, browser=browser):
            return False
        self.started_at, self.browser = now, browser
        return True

    def give_back(self) -> None:
        """The link was used for nothing: no secret of it was shown."""
        unused = Authenticator.objects.filter(pk=self.pk, factor_sid="")
        if unused.update(started_at=None, browser=""):
            self.started_at, self.browser = None, ""

    def keep(self, factor_sid: str) -> None:
        """Notes what Twilio calls the secret."""
        self.factor_sid = factor_sid
        Authenticator.objects.filter(pk=self.pk).update(factor_sid=factor_sid)

    def confirm(self) -> bool:
        """The first code was right: from now on it is the person's contact, in place of an earlier app.

        A new one comes first in their order. False where it was withdrawn, or confirmed by another request, meanwhile.
        """
        person, now = self.participant, timezone.now()
        if person is None:
            return False
        with transaction.atomic():
            mine = Authenticator.objects.open().filter(pk=self.pk, started_at__isnull=False)
            if not mine.update(confirmed_at=now):
                return False
            contact = person.contacts.filter(channel=Channel.TOTP).first()
            if contact is None:
                person.contacts.update(position=F("position") + 1)
                contact = Contact(participant=person, channel=Channel.TOTP, position=0)
            contact.address = self.identity
            contact.changed_by = f"a link that {self.sent_by} sent" if self.sent_by else ""
            contact.save()
        return True

    def claim_try(self, moment: datetime) -> bool:
        """Takes one try to have it forgotten, and puts the next one off; False where another worker was quicker."""
        wait = min(FIRST_WAIT * GROWS ** min(self.tries, 6), LONGEST_WAIT)
        due = Authenticator.objects.to_forget(moment).filter(pk=self.pk, tries=self.tries)
        return bool(due.update(tries=F("tries") + 1, next_try_at=moment + wait))

    def forgotten(self) -> None:
        """Twilio knows it no more."""
        Authenticator.objects.filter(pk=self.pk).update(forgotten_at=timezone.now())
