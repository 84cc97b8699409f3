"""Tells people who called too early, too late or for what is called off, or found the room full. The worker does it.

Anybody can forge a calling line, and so have somebody told. That is why it goes to contacts on file alone, to none
that was changed lately, once per person, occurrence and kind, within a limit of its own, and says no more than an
invitation does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Exists, Max, Min, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from participants import reminders
from participants.models import Conference, Contact, ContactChange, Delivery, Invitation, Occurrence, Participant
from participants.notices import Notice, as_dialled, spelled_out
from verification import throttle
from verification.models import Attempt, Call

LATELY = timedelta(hours=1)  # what a worker finds after having stood still for longer is no news any more

NOT_OPEN = (
    Attempt.Outcome.UNKNOWN_LINE,
    Attempt.Outcome.NOTHING_OPEN,
    Attempt.Outcome.WRONG_ROSTER_NUMBER,
    Attempt.Outcome.DOORS_CLOSED,
)


def kind_of(attempt: Attempt) -> str:
    """What is to be told of an attempt: too early, too late, full or called off; "" for nothing."""
    date = attempt.occurrence
    if date is None or attempt.participant_id is None:
        return ""
    if attempt.outcome == Attempt.Outcome.FULL:
        return Delivery.Kind.ROOM_FULL
    if date.cancelled or date.conference.status == Conference.Status.CANCELLED:
        return Delivery.Kind.NOT_HELD if attempt.outcome in NOT_OPEN and attempt.at < date.closes_at else ""
    if attempt.outcome in NOT_OPEN and attempt.at < date.opens_at:
        return Delivery.Kind.TOO_EARLY
    if attempt.outcome in NOT_OPEN and attempt.at >= date.closes_at:
        return Delivery.Kind.TOO_LATE
    return ""


def tell_callers() -> int:
    """Owes what the calls of the last hour left to be told; how much of it was new. Several may do so at once."""
    return sum(tell(attempt, kind) for attempt in _turned_away() if (kind := kind_of(attempt)))


def _turned_away() -> list[Attempt]:
    """The first and the last attempt for each person, date and outcome, of those who are invited still."""
    invited = Invitation.objects.filter(
        participant=OuterRef("participant"), conference__occurrences=OuterRef("occurrence")
    )
    lately = Attempt.objects.filter(
        Exists(invited),
        at__gt=timezone.now() - LATELY,
        outcome__in=(*NOT_OPEN, Attempt.Outcome.FULL),
        participant__isnull=False,
        occurrence__conference__status__in=(Conference.Status.SCHEDULED, Conference.Status.CANCELLED),
    )
    groups = lately.order_by().values("participant", "occurrence", "outcome")
    ends = [pk for group in groups.annotate(first=Min("pk"), last=Max("pk")) for pk in (group["first"], group["last"])]
    few = Attempt.objects.filter(pk__in=ends).order_by("pk")
    return list(few.select_related("call", "participant", "occurrence__conference"))


def tell(attempt: Attempt, kind: str) -> bool:
    """Owes the person a notice of this kind; False where they were told, cannot be, or have had enough of them."""
    person, date = attempt.participant, attempt.occurrence
    if person is None or date is None or (kind == Delivery.Kind.NOT_HELD and _know_since(attempt)):
        return False
    return owe(kind, person, date, attempt.call)


def _know_since(attempt: Attempt) -> bool:
    """Whether the person was told of a change after this call: what they called for was called off only then."""
    return Delivery.objects.filter(
        participant=attempt.participant_id,
        conference__occurrences=attempt.occurrence_id,
        kind__in=(Delivery.Kind.CALLED_OFF, Delivery.Kind.CHANGED),
        created_at__gte=attempt.at,
    ).exists()


def owe(kind: str, person: Participant, date: Occurrence, call: Call) -> bool:
    """Owes the person a notice of this kind, about a date for which they made this call; False as for tell()."""
    invitation = person.invitations.filter(conference=date.conference_id).first()
    if invitation is None:
        return False
    if Delivery.objects.filter(participant=person, occurrence=date, kind=kind).exists():
        return False
    contact = contact_of(person)
    if contact is None:
        return False
    try:
        throttle.take(notices_per_contact=contact.address)
    except throttle.OverLimitError:
        return False
    with translation.override(person.language or date.conference.language or call.language):
        opens_at = date.moderators_open_at if invitation.role == Invitation.Role.MODERATOR else date.opens_at
        zone = person.time_zone or date.conference.time_zone
        notice = notice_of(kind, date, call.dialled, opens_at=opens_at, zone=zone)
    until = timezone.now() + LATELY if kind == Delivery.Kind.TOO_LATE else date.closes_at
    fields = {"occurrence": date, "until": until, "invitation": invitation}
    if kind == Delivery.Kind.DOORS_OPEN:
        fields["edition"] = reminders.edition(date)  # the reminder's key: nobody gets both
    _owed, is_new = Delivery.objects.tell(contact, kind, notice, **fields)
    if not is_new:
        throttle.take_back(notices_per_contact=contact.address)
    return is_new


def contact_of(person: Participant) -> Contact | None:
    """The person's mailbox, or a mobile whose owner agreed to texts. None that was changed within two days."""
    changes = ContactChange.objects.recent(timezone.now()).filter(participant=person)
    new = changes.filter(channel=OuterRef("channel"), address=OuterRef("address"))
    return person.contacts.to_be_told().exclude(Exists(new)).first()


def notice_of(kind: str, date: Occurrence, dialled: str, *, opens_at: datetime, zone: ZoneInfo) -> Notice:
    """The facts, in the language that is active, and by the clocks of this zone."""
    conference = date.conference
    values = {
        "title": conference.title,
        "opens": spelled_out(opens_at, zone),
        "starts": spelled_out(date.starts_at, zone),
        "closed": spelled_out(date.closes_at, zone),
        "number": as_dialled(dialled),
    }
    dial = _("The number to dial: %(number)s.") % values if dialled else ""
    closing = (
        _("You get this mail because somebody called from a telephone of yours, or with your roster number."),
        _("Calls can be forged: if it was not you, you need do nothing. An answer to this mail reaches nobody."),
    )
    if kind == Delivery.Kind.TOO_EARLY:
        headline = _("%(title)s: the doors are not open yet") % values
        facts = [
            _("Your call for %(title)s came too early.") % values,
            _("The doors open on %(opens)s.") % values,
            _("It starts on %(starts)s.") % values if date.starts_at != opens_at else "",
            dial,
        ]
    elif kind == Delivery.Kind.TOO_LATE:
        headline = _("%(title)s: the doors are closed") % values
        facts = [
            _("Your call for %(title)s came too late.") % values,
            _("It started on %(starts)s, and nobody new has been let in since %(closed)s.") % values,
        ]
    elif kind == Delivery.Kind.DOORS_OPEN:
        headline = _("The doors are open: %(title)s") % values
        facts = [_("The doors of %(title)s are open: you can call now.") % values, dial]
    elif kind == Delivery.Kind.NOT_HELD:
        headline = _("Called off: %(title)s") % values
        facts = [_("%(title)s does not take place: %(when)s.") % {**values, "when": values["starts"]}]
    else:
        headline = _("%(title)s: the room is full") % values
        facts = [
            _("You called for %(title)s, and the room is full.") % values,
            _("A seat may become free: call again later. The doors close on %(closed)s.") % values,
            dial,
        ]
    return Notice.of(headline, *facts, closing=closing)
