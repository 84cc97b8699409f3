"""Where a code can reach a person."""

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from participants.countries import country_of
from participants.history import History
from participants.models.admission import Grade
from participants.models.people import Participant
from participants.models.teams import region_of
from participants.numbers import read_number


class Channel(models.TextChoices):
    """How a code reaches somebody, in the words of Twilio Verify. An authenticator app shows it: nothing is sent."""

    SMS = "sms", _("text message")
    WHATSAPP = "whatsapp", _("WhatsApp")
    CALL = "call", _("call to another phone")
    EMAIL = "email", _("e-mail")
    TOTP = "totp", _("authenticator app")


TO_A_PHONE = (Channel.SMS, Channel.WHATSAPP, Channel.CALL)
PROVES: dict[str, Grade] = {  # what a code by this channel is worth
    Channel.EMAIL: Grade.MAIL,
    **dict.fromkeys(TO_A_PHONE, Grade.PHONE),
    Channel.TOTP: Grade.AUTHENTICATOR,
}


class Doubt(models.TextChoices):
    """Why a number may be in other hands than its owner's, or its calls may be."""

    SIM_SWAPPED = "sim swapped", _("the SIM of the number was changed lately")
    REASSIGNED = "reassigned", _("the number was given to somebody else")
    FORWARDED = "forwarded", _("the calls to the number are forwarded")

    @property
    def heeded(self) -> bool:
        """Whether whoever runs the line has this asked."""
        return bool(
            {
                Doubt.SIM_SWAPPED: settings.LOOKUP_SIM_SWAPS,
                Doubt.REASSIGNED: settings.LOOKUP_REASSIGNED_NUMBERS,
                Doubt.FORWARDED: settings.LOOKUP_CALL_FORWARDING,
            }[self]
        )


# By Twilio's line types (https://www.twilio.com/docs/lookup/v2-api/line-type-intelligence). What may work is tried.
CANNOT_BE_TEXTED = ("landline", "tollFree", "premium", "sharedCost", "uan", "voicemail")
CANNOT_BE_CALLED = ("pager", "voicemail")


def normalised(channel: str, address: str, region: str) -> str:
    """The one way to write this address: a number as E.164, a mailbox in small letters, an app's identity as it is.

    Args: region: whose numbers (ISO 3166, two letters) those without a country code are.
    Raises ValidationError where it is none that this channel reaches.
    """
    address = str(address).strip()
    if channel == Channel.TOTP:
        if not re.fullmatch("[0-9a-f]{32}", address):
            raise ValidationError(_("An authenticator app is set up by the link in a mail."), code="invalid")
        return address
    if channel == Channel.EMAIL:
        if "@" not in address:
            raise ValidationError(_("Enter an e-mail address, such as ana@example.com."), code="invalid")
        validate_email(address)
        return address.lower()
    if "@" in address:
        raise ValidationError(_("This is an e-mail address: choose the channel e-mail, or enter a number."))
    return read_number(address, region)


def masked(address: str) -> str:
    """Enough to recognize an address that one knows: the last four digits, or a mailbox's first letter and host."""
    name, at, host = address.partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{address[-4:]}"


class ContactQuerySet(models.QuerySet["Contact"]):
    def of_unknown_line(self) -> "ContactQuerySet":
        """Those with a number of which nobody has asked what kind of line it is, oldest first."""
        return self.filter(channel__in=TO_A_PHONE, line_type_asked_at=None).order_by("pk")

    def with_doubt(self, moment: datetime) -> Any:
        """Each with `doubt`: a value of Doubt where that speaks against its number at this moment (aware), else ""."""
        known = {
            Doubt.SIM_SWAPPED: models.Q(channel__in=TO_A_PHONE, sim_swapped_at__gt=moment - settings.SIM_SWAP_RESTS),
            Doubt.REASSIGNED: models.Q(channel__in=TO_A_PHONE, reassigned_at__isnull=False),
            Doubt.FORWARDED: models.Q(channel=Channel.CALL, forwarded_at__isnull=False),
        }
        heeded = [models.When(why, then=models.Value(doubt.value)) for doubt, why in known.items() if doubt.heeded]
        return self.annotate(doubt=models.Case(*heeded, default=models.Value("")))

    def in_doubt(self, moment: datetime) -> Any:
        """Those against whose number a doubt speaks at this moment (aware)."""
        return self.with_doubt(moment).exclude(doubt="")

    def proving(self, least: Any) -> "ContactQuerySet":
        """Those whose code proves as much as this: a Grade, or a field of an outer query that has one."""
        grades = [models.When(channel=channel, then=models.Value(int(grade))) for channel, grade in PROVES.items()]
        graded = self.annotate(grade_of_code=models.Case(*grades, output_field=models.IntegerField()))
        return graded.filter(grade_of_code__gte=least)

    def sent_to(self) -> "ContactQuerySet":
        """Those to which a code is sent: all but authenticator apps."""
        return self.exclude(channel=Channel.TOTP)

    def mailboxes(self) -> "ContactQuerySet":
        return self.filter(channel=Channel.EMAIL)

    def texts_agreed(self) -> "ContactQuerySet":
        """The mobiles whose owners want texts that are no codes: agreed to, on record, and not withdrawn."""
        return self.filter(channel=Channel.SMS, texts_agreed_at__isnull=False, texts_withdrawn_at=None)

    def withdraw_texts(self, number: str) -> int:
        """Whoever has this number (E.164) wants no more texts, in whichever book they are; how many contacts."""
        return self.texts_agreed().filter(address=number).update(texts_withdrawn_at=timezone.now(), texts_stopped=True)

    def give_back_texts(self, number: str) -> int:
        """Whoever answered STOP from this number (E.164), and had agreed, wants texts again; how many contacts."""
        stopped = self.filter(channel=Channel.SMS, address=number, texts_stopped=True, texts_agreed_at__isnull=False)
        return stopped.update(texts_withdrawn_at=None, texts_stopped=False)

    def to_be_told(self) -> "ContactQuerySet":
        """Where a message that is no code may go: mailboxes, then mobiles whose owners agreed to texts."""
        agreed = models.Q(pk__in=Contact.objects.texts_agreed().values("pk"))
        mail_first = models.Case(models.When(channel=Channel.EMAIL, then=0), default=1)
        return self.filter(agreed | models.Q(channel=Channel.EMAIL)).order_by(mail_first, "position", "pk")


class Contact(models.Model):
    """Where a code can reach a person: the first in their order that can work is used."""

    Channel = Channel

    class Failure(models.TextChoices):
        """Why a code could not be sent, in words for organizers."""

        CANNOT_RECEIVE = "cannot receive", _("cannot receive codes this way")
        NOT_IN_SERVICE = "not in service", _("this way of sending codes was not in service")
        TOO_MANY = "too many", _("too many codes in a short time")

    class Agreed(models.TextChoices):
        """How somebody said that they want texts."""

        SPOKEN = "spoken", _("said so")
        WRITTEN = "written", _("in writing")
        FORM = "form", _("on a form")

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="contacts", verbose_name=_("person"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.SMS)
    address = models.CharField(
        _("address"), max_length=254, help_text=_("A telephone number; for the channel e-mail, a mail address.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    succeeded_at = models.DateTimeField(_("last proved"), null=True, blank=True, editable=False)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True, editable=False)
    failure = models.CharField(_("reason"), max_length=20, choices=Failure, blank=True, editable=False)
    line_type = models.CharField(_("line type"), max_length=20, blank=True, editable=False)  # in Twilio's words
    line_type_asked_at = models.DateTimeField(_("line type asked"), null=True, blank=True, editable=False)

    sim_swapped_at = models.DateTimeField(_("SIM changed"), null=True, blank=True, editable=False)
    sim_asked_at = models.DateTimeField(_("asked whether the SIM was changed"), null=True, blank=True, editable=False)
    reassigned_at = models.DateTimeField(_("given to somebody else"), null=True, blank=True, editable=False)
    reassigned_asked_at = models.DateTimeField(null=True, blank=True, editable=False)
    confirmed_at = models.DateTimeField(_("said to be theirs still"), null=True, blank=True, editable=False)
    forwarded_at = models.DateTimeField(_("calls forwarded"), null=True, blank=True, editable=False)
    forwarding_asked_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Consent to texts that are no codes. A code is asked for by calling.
    texts_agreed_at = models.DateTimeField(_("agreed to texts at"), null=True, blank=True, editable=False)
    texts_agreed_how = models.CharField(_("agreed to texts"), max_length=10, choices=Agreed, blank=True, editable=False)
    texts_agreed_noted_by = models.CharField(_("noted by"), max_length=150, blank=True, editable=False)
    texts_withdrawn_at = models.DateTimeField(_("wants no texts since"), null=True, blank=True, editable=False)

    texts_stopped = models.BooleanField(default=False, editable=False)  # withdrawn by STOP, which START takes back

    changed_by = ""  # who saves or deletes it: set by the admin, for the record of changes

    objects = ContactQuerySet.as_manager()
    history = History(
        excluded_fields=(
            *("succeeded_at", "failed_at", "failure", "line_type", "line_type_asked_at", "texts_stopped"),
            *("sim_swapped_at", "sim_asked_at", "reassigned_at", "reassigned_asked_at", "confirmed_at"),
            *("forwarded_at", "forwarding_asked_at"),
        )
    )

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=("participant", "channel", "address"),
                name="one_contact_per_person_and_address",
                violation_error_message=_("This person already has this contact."),
            ),
            models.UniqueConstraint(
                fields=("address",), condition=models.Q(channel=Channel.TOTP), name="one_person_per_authenticator"
            ),
        ]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        if self.is_app:
            return str(self.get_channel_display())
        return f"{self.get_channel_display()} {self.address}"

    def save(self, *args, **kwargs) -> None:
        """Saves the address as it is compared. What was known of another address is forgotten.

        A change is recorded, and told at the addresses that were on file. Raises ValidationError where the channel
        does not reach the address.
        """
        from participants.models.changes import ContactChange

        self.address = self._normalised()
        with transaction.atomic():
            before = None if self._state.adding else Contact.objects.filter(pk=self.pk).first()
            if before and before.destination != self.destination:
                self._forget(before)
            super().save(*args, **kwargs)
            ContactChange.objects.record(self, before)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Deletes it. That is recorded and told as a change is; a person who is deleted is not told of each contact."""
        from participants.models.changes import ContactChange

        with transaction.atomic():
            ContactChange.objects.record_removal(self)
            return super().delete(*args, **kwargs)

    def _forget(self, before: "Contact") -> None:
        """What was known of the address before holds for that one; consent too, unless it was given anew."""
        self.succeeded_at = self.failed_at = self.line_type_asked_at = None
        self.sim_swapped_at = self.sim_asked_at = self.forwarded_at = self.forwarding_asked_at = None
        self.reassigned_at = self.reassigned_asked_at = self.confirmed_at = None
        self.failure = self.line_type = ""
        if self.texts_agreed_at == before.texts_agreed_at:
            self.texts_agreed_at, self.texts_withdrawn_at, self.texts_stopped = None, None, False
            self.texts_agreed_how = self.texts_agreed_noted_by = ""

    def clean(self) -> None:
        """Raises ValidationError where the channel does not reach the address."""
        if not self.address:
            return
        try:
            self.address = self._normalised()
        except ValidationError as problem:
            raise ValidationError({"address": problem}) from problem

    def _normalised(self) -> str:
        return normalised(self.channel, self.address, region_of(self.participant))

    @property
    def is_app(self) -> bool:
        """Whether it shows codes by itself, so that none is sent."""
        return self.channel == Channel.TOTP

    def proves(self, least: int) -> bool:
        """Whether a code there is worth this Grade."""
        return PROVES[self.channel] >= least

    @property
    def destination(self) -> tuple[str, str]:
        """Channel and address: two contacts with the same destination are reached by one code."""
        return self.channel, self.address

    def is_allowed(self, dialled: str = "") -> bool:
        """Whether codes may go to this number, which begins as they must, and to its country.

        That is one of its team's, or the one of the number dialled.
        """
        if self.channel not in TO_A_PHONE:
            return True
        if not self.begins_as_allowed:
            return False
        allowed, country = self.participant.team.allowed_countries, country_of(self.address)
        return country in allowed or (not settings.ALLOWED_COUNTRIES and country == country_of(dialled) != "")

    @property
    def begins_as_allowed(self) -> bool:
        """Whether this installation sends codes to numbers that begin so; mail has no beginning."""
        prefixes = tuple(settings.ALLOWED_PREFIXES)
        return not prefixes or self.channel not in TO_A_PHONE or self.address.startswith(prefixes)

    @property
    def can_work(self) -> bool:
        """Whether nothing is known of its line that keeps codes from arriving. One that arrived proves Lookup wrong."""
        impossible = {Channel.SMS: CANNOT_BE_TEXTED, Channel.CALL: CANNOT_BE_CALLED}
        return bool(self.succeeded_at) or self.line_type not in impossible.get(Channel(self.channel), ())

    @property
    def sim_rests_until(self) -> datetime | None:
        """A carrier says that this number got another SIM lately: until when it may be somebody else's, if so."""
        until = self.sim_swapped_at and self.sim_swapped_at + settings.SIM_SWAP_RESTS
        return until if until and until > timezone.now() else None

    def confirm(self) -> None:
        """Somebody of the team says that the number is still this person's: it counts as theirs from now on."""
        same = Contact.objects.filter(participant=self.participant_id, channel__in=TO_A_PHONE, address=self.address)
        same.update(reassigned_at=None, confirmed_at=timezone.now())

    @property
    def may_be_texted(self) -> bool:
        """Whether texts that are no codes may go there."""
        return bool(self.channel == Channel.SMS and self.texts_agreed_at and not self.texts_withdrawn_at)

    def agree_to_texts(self, how: str, noted_by: str) -> None:
        """Records, with the next save, that the owner wants texts: how they said so, and who notes it."""
        self.texts_agreed_at, self.texts_withdrawn_at, self.texts_stopped = timezone.now(), None, False
        self.texts_agreed_how, self.texts_agreed_noted_by = how, noted_by

    def withdraw_texts(self) -> None:
        """Records, with the next save, that the owner wants no texts any more."""
        self.texts_withdrawn_at = self.texts_withdrawn_at or timezone.now()
