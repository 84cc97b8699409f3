"""What was changed of where a person's codes go: told at the old addresses, and pointed out for two days.

Whoever takes over a contact takes over the person. It cannot be undone here, but it can be noticed.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone, translation
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models.contacts import Channel, Contact, masked
from participants.models.deliveries import Delivery
from participants.models.people import Participant
from participants.notices import change_in_words, contact_changed, contact_in_words

FLAGGED = timedelta(hours=48)
# Of a new person: contacts are being typed, and slips mended. An app is not typed: whoever reads the mail sets it up.
ENTERED_WITHIN = timedelta(minutes=10)


class ContactChangeQuerySet(models.QuerySet["ContactChange"]):
    def recent(self, moment: datetime) -> ContactChangeQuerySet:
        """Those to be pointed out at this moment (aware): of the last 48 hours."""
        return self.filter(at__gt=moment - FLAGGED, at__lte=moment)

    def record(self, contact: Contact, before: Contact | None) -> None:
        """Notes that a contact was added, or is another than before; tells it where codes went until now."""
        if before is None:
            self._note(contact, ContactChange.What.ADDED)
        elif before.destination != contact.destination:
            self._note(contact, ContactChange.What.CHANGED, before)

    def record_removal(self, contact: Contact) -> None:
        """Notes that a contact is about to be deleted; tells it there, and at the others."""
        self._note(contact, ContactChange.What.REMOVED, Contact.objects.filter(pk=contact.pk).first() or contact)

    def _note(self, contact: Contact, what: str, before: Contact | None = None) -> None:
        person, now = contact.participant, timezone.now()
        if person.created_at > now - ENTERED_WITHIN and not contact.is_app:
            return
        is_there = what != ContactChange.What.REMOVED
        change = self.create(
            participant=person,
            what=what,
            channel=contact.channel if is_there else "",
            address=contact.address if is_there else "",
            old_channel=before.channel if before else "",
            old_address=before.address if before else "",
            at=now,
            by=contact.changed_by,
        )
        others = person.contacts.exclude(pk=contact.pk).to_be_told()
        # The consent of a number that is taken away was given for it; STOP is heeded by Twilio itself.
        gone = [before] if before and (before.channel == Channel.EMAIL or before.may_be_texted) else []
        with translation.override(person.language or settings.LINE_LANGUAGE):
            notice = contact_changed(person.team.name, str(change), now)
            for each in [*gone, *others]:
                Delivery.objects.tell(each, Delivery.Kind.CONTACT_CHANGED, notice)


class ContactChange(models.Model):
    """One change of where a person's codes go. The lines that they call from prove nothing, and are not in here."""

    class What(models.TextChoices):
        ADDED = "added", _("added")
        CHANGED = "changed", _("changed")
        REMOVED = "removed", _("removed")

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="contact_changes")
    what = models.CharField(_("what"), max_length=10, choices=What)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    old_channel = models.CharField(_("channel before"), max_length=10, choices=Channel, blank=True)
    old_address = models.CharField(_("address before"), max_length=254, blank=True)
    at = models.DateTimeField(_("at"))
    by = models.CharField(_("by"), max_length=150, blank=True)  # as they were named then; "" outside the admin

    objects = ContactChangeQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-pk")
        indexes = [models.Index(fields=("participant", "at"), name="contact_change_person")]
        verbose_name = _("change of a contact")
        verbose_name_plural = _("changes of contacts")

    def __str__(self) -> str:
        """Enough of the addresses that whoever has them recognizes them."""
        old = contact_in_words(self.old_channel, masked(self.old_address))
        return change_in_words(old, contact_in_words(self.channel, masked(self.address)))

    def flag(self, moment: datetime) -> str:
        """Such as "changed 3 hours ago by Mia", at this moment (aware)."""
        return f"{self.get_what_display()} {self.since(moment)}"

    def since(self, moment: datetime) -> str:
        """Such as "3 hours ago by Mia", at this moment (aware)."""
        values = {"time": timesince(self.at, moment, depth=1).replace("\xa0", " "), "by": self.by}
        if moment - self.at < timedelta(minutes=1):
            return (gettext("just now by %(by)s") if self.by else gettext("just now")) % values
        return (gettext("%(time)s ago by %(by)s") if self.by else gettext("%(time)s ago")) % values
