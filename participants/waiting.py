"""What waits in the outbox: it goes out as it stands then, or not at all where it has become untrue."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from participants.facts import goes_on_at
from participants.invitations import delivery_of
from participants.letters import Letters, next_date
from participants.models import CalendarEntry, Conference, Contact, Delivery
from participants.news import ARRIVED, TELLS_THE_PLAN
from participants.reminders import key_of

Kind = Delivery.Kind


def out_of_date(delivery: Delivery) -> str:
    """Why an invitation or what follows it has become untrue while it waited, in words; "" where it has not."""
    conference, date = delivery.conference, delivery.occurrence
    if not _is_theirs(delivery):
        return _("This is no address of theirs any more.")
    is_held = conference is not None and conference.status == Conference.Status.SCHEDULED
    if delivery.kind in Delivery.OF_WHAT_IS_GONE:
        return _("It takes place after all.") if is_held and _takes_place_again(delivery) else ""
    if delivery.invitation_id is None:
        return _("They are on the roster no more.")
    if conference is None or not is_held or (date and date.cancelled):
        return _("The conference was called off.")
    if delivery.kind == Kind.INVITATION and next_date(conference) is None and goes_on_at(conference) is None:
        return _("The conference was called off.")
    person = delivery.participant
    if delivery.kind in Delivery.REMINDERS and date and person and delivery.key != key_of(delivery.kind, date, person):
        return _("The date was moved.")
    return ""


def _is_theirs(delivery: Delivery) -> bool:
    return Contact.objects.filter(participant=delivery.participant_id, address=delivery.address).exists()


def _takes_place_again(delivery: Delivery) -> bool:
    entry = CalendarEntry.objects.filter(conference=delivery.conference_id).first()
    return delivery.kind == Kind.CALLED_OFF and entry is not None and not entry.is_called_off


def bring_up_to_date(delivery: Delivery) -> None:
    """Writes it anew, for the worker that has claimed it, where the plan or their address has changed since.

    Never after a try that may have sent it: that try is looked for as it was.
    """
    if delivery.kind not in (*TELLS_THE_PLAN, *Delivery.REMINDERS) or delivery.doubtful:
        return
    entry = CalendarEntry.objects.filter(conference=delivery.conference_id).select_related("conference__team").first()
    invitation = delivery.invitation
    if entry is None or invitation is None:
        return
    if (delivery.sequence or 0) >= entry.changed_in and _is_theirs(delivery):
        return
    told = invitation.deliveries.filter(kind__in=TELLS_THE_PLAN, state__in=ARRIVED).exclude(pk=delivery.pk)
    since = told.aggregate(last=Max("sequence"))["last"] or 0
    letters = Letters(entry, delivery.occurrence)
    letter = letters.to(invitation, delivery.kind, entry.changes_since(since), entry.dates_since(since))
    if letter.contact is None:
        return
    until = delivery.until if delivery.kind in Delivery.REMINDERS else letters.until
    delivery.rewrite(delivery_of(letter, delivery.kind, entry, until=until))
