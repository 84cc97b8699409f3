"""The ways by which a code can reach the people who may be calling, in the order in which they are tried."""

import math
from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from participants.models import CallingLine, Contact, Grade, Occurrence
from participants.models.contacts import ContactQuerySet
from verification import throttle
from verification.models import Assurance, Attestation, Call, Challenge, Tally
from verification.models.calls import SILENT_MOST

LATELY = timedelta(hours=1)  # codes older than that were noted when their call ended
# Before a code is sent once more, in seconds: what is on its way may only be slow. The last of them stays.
GAPS = (0, 20, 40, 60)


# Why no code may go somewhere. A doubt about a number (Doubt) is another reason.
HELD = "attested_first"  # a member's own line, for which the carrier vouches, waits for one there
COUNTRY = "country"  # that of the number is none to which codes go
PREFIX = "prefix"  # no codes go to numbers that begin so
LINE = "line"  # of a kind to which none can go this way, such as a text to a landline
ITSELF = "itself"  # a voice code would go to the line that is calling


class DifferentContactsError(Exception):
    """These people share a line and no contact: no code can go to one of them without choosing for them."""


@dataclass(frozen=True)
class Way:
    """A contact that all candidates share, and whether a code may go there now."""

    contact: Contact
    reaches: bool  # whether a code that goes there proves as much as the strictest room asks for
    rests: bool  # out of service or over a limit: only where there is no other
    spent: bool = False  # so many wrong codes were typed that none is checked now
    shut: str = ""  # why no code may go there at all now, as the log has it

    @property
    def destination(self) -> tuple[str, str]:
        return self.contact.destination


def ways(call: Call, people: list[int]) -> list[Way]:
    """The ways to these people, best first. One query.

    Raises DifferentContactsError, also where what they share is of no use now. Who has no contact at all does not
    count, and one that cannot work is as none, where anybody has another.
    """
    contacts: list[Any] = list(
        _with_limits(Contact.objects.filter(participant__in=people).select_related("participant__team"), call).annotate(
            doubt_matters=_doubt_matters(people)
        )
    )
    call.left_out = _left_out(call, contacts)
    contacts = [contact for contact in contacts if contact.can_work] or contacts
    reachable = {contact.participant_id for contact in contacts}
    shared: dict[tuple[str, str], Any] = {}
    for contact in contacts:
        same = [other for other in contacts if other.destination == contact.destination]
        if {other.participant_id for other in same} == reachable:
            shared.setdefault(contact.destination, _freest(same, call))
    if contacts and not shared:
        raise DifferentContactsError
    able = [contact for contact in shared.values() if contact.pk not in call.dead_ends]
    able = [contact for contact in able if not _rings_the_caller(call, contact)]
    if not call.line:  # any phone may be the one in the caller's hand
        able.sort(key=lambda contact: contact.channel == Contact.Channel.CALL)
    found = [_way(contact, call) for contact in able]
    found = [way for way in found if way.reaches or not call.insists]
    if not call.people and _have_others(contacts, shared) and all(way.shut or way.rests for way in found):
        raise DifferentContactsError
    call.ways_found = sorted(found, key=lambda way: (way.rests, not way.reaches))
    return call.ways_found


def _have_others(contacts: list[Any], shared: Container[tuple[str, str]]) -> bool:
    """Whether somebody has a way that the others on the line do not have, once they have said who they are."""
    return settings.LINE_OFFERS_ROSTER_NUMBER and any(contact.destination not in shared for contact in contacts)


def _freest(same: list[Any], call: Call) -> Any:
    """Of one address in the books of several teams: the contact of the one that may send the most codes there.

    What one team may not, or has used up, keeps nothing from the people of another. Within a team the strictest holds.
    """
    of_teams: dict[int, Any] = {}
    for contact in sorted(same, key=lambda each: _leeway(each, call)):
        of_teams.setdefault(contact.participant.team_id, contact)
    return max(of_teams.values(), key=lambda each: _leeway(each, call))


def _leeway(contact: Any, call: Call) -> tuple[bool, float]:
    """Whether a code may go there at all, and how many a day."""
    return not _shut(contact, call), contact.participant.team.codes_per_day or math.inf


def _left_out(call: Call, contacts: list[Any]) -> tuple[str, ...]:
    """Why contacts are no ways at all: what the log has where there is none."""
    lines = [LINE for contact in contacts if not contact.can_work]
    return tuple(sorted({*lines, *(ITSELF for contact in contacts if _rings_the_caller(call, contact))}))


def _way(contact: Any, call: Call) -> Way:
    rests = bool(contact.channel_rests or contact.over_limit)
    return Way(contact, _reaches(contact, call), rests, contact.spent, _shut(contact, call))


def _shut(contact: Any, call: Call) -> str:
    if not contact.can_work:
        return LINE
    if contact.doubt_matters and contact.doubt:
        return contact.doubt
    if contact.held and not contact.is_app:  # whose guesses are counted apart, here and not at Twilio
        return HELD
    if not contact.begins_as_allowed:
        return PREFIX
    return "" if contact.is_allowed(call.dialled) else COUNTRY


def _reaches(contact: Contact, call: Call) -> bool:
    return Assurance(contact.channel, call.attestation).grade >= call.least_grade


def insist(call: Call, least: Grade, person: int | None) -> bool:
    """From here on only a way that proves this much will do. Whether the caller has one left; one query.

    The caller has said that they are this person: only that person's ways count, whoever else has the line. Where none
    is left, they may still be somebody else.
    """
    everybody = call.people
    call.least_grade, call.insists, call.ways_found = least, True, None
    call.people = [person] if person else everybody
    stronger = offered(left(call))
    if stronger:
        call.contact = stronger[0].contact
    else:
        call.people, call.ways_found = everybody, None
    return bool(stronger)


def left(call: Call) -> list[Way]:
    """The ways that have not failed in this call, those at rest last. Asked for once a turn."""
    if call.ways_found is not None:
        return call.ways_found
    try:
        return ways(call, call.people)
    except DifferentContactsError:  # somebody changed a contact in mid-call: it goes on with the one that it has
        own = call.contact
        usable = own and own.can_work and own.pk not in call.dead_ends and not _rings_the_caller(call, own)
        return [Way(own, _reaches(own, call), rests=False)] if own and usable else []


def offered(ways_left: list[Way]) -> list[Way]:
    """Those among which the caller may choose: ways at rest only where there is no other, and then one."""
    free = [way for way in ways_left if not way.shut]
    return [way for way in free if not way.rests] or free[:1]


def to_choose_from(call: Call) -> list[Way]:
    """Those that star leads to: of the app whose code is asked for already there is nothing to send again."""
    mine = call.challenge.contact_id if call.challenge and call.asks_app else None
    return offered([way for way in left(call) if way.contact.pk != mine])


def give_up(call: Call) -> None:
    """No code comes by this way any more in this call."""
    call.dead_ends = [*call.dead_ends, call.contact_id]
    call.ways = max(0, call.ways - 1)


def _rings_the_caller(call: Call, contact: Contact) -> bool:
    """A code is never spoken to the line that is calling: it is engaged, and proves nothing to itself."""
    return contact.channel == Contact.Channel.CALL and contact.address == call.line


def _with_limits(contacts: ContactQuerySet, call: Call) -> QuerySet[Any]:
    """Each with what speaks against its number, whether its channel rests or a limit is used up, and if it is held."""
    now = timezone.now()
    here, elsewhere = (call.counted_at(address).removeprefix(address) for address in (call.line, "-"))
    apart = Case(When(address=call.line, then=Value(here)), default=Value(elsewhere))
    place = Concat(F("channel"), Value(" "), F("address"), output_field=CharField())

    def used_up(limit: str, subject: str) -> Exists:
        most = throttle.limit(limit).most
        row = Tally.objects.filter(
            key=Concat(Value(f"{limit} "), OuterRef(subject), OuterRef("apart"), output_field=CharField())
        )
        return Exists(row.filter(hits__gte=most, resets_at__gt=now))

    refused = Challenge.objects.filter(channel=OuterRef("channel"), failure=Contact.Failure.NOT_IN_SERVICE)
    return (
        contacts.with_doubt(now)
        .annotate(place=place, apart=apart)
        .annotate(
            channel_rests=Exists(refused.filter(sent_at__gt=now - timedelta(seconds=settings.CHANNEL_RESTS))),
            spent=used_up("wrong_codes_per_contact", "address"),
            over_limit=Q(used_up("sends_per_contact", "place"))
            | Q(used_up("wrong_codes_per_contact", "address"))
            | Q(used_up("app_codes_per_contact", "address")),
            held=_held(call, now),
        )
    )


def _doubt_matters(people: list[int]) -> Exists:
    """Whether a room of the contact's team that is open to one of them wants no code at a number that may be in other
    hands.
    """
    rooms = Occurrence.objects.open_to_moderators_at(timezone.now()).filter(conference__checks_numbers=True)
    of_team = rooms.filter(conference__team=OuterRef("participant__team"))
    return Exists(of_team.filter(conference__invitations__participant__in=people))


def _held(call: Call, now: datetime) -> Exists:
    """Whether a call of a better right waits for a code there: one from that very number, or else from a line that is
    on file for that person, where this one is not. Their carriers vouch for both.
    """
    waiting = _codes_of_members(now).filter(address=OuterRef("address"))
    from_it = Q(call__line=F("address"))
    if call.is_members:
        return Exists(waiting.filter(from_it).exclude(call__line=call.line))
    lines = CallingLine.objects.filter(participant=OuterRef(OuterRef("participant")), number=OuterRef("call__line"))
    return Exists(waiting.filter(from_it | Exists(lines)))


def _codes_of_members(now: datetime) -> QuerySet[Challenge]:
    """The codes that members' calls are waiting for. Guesses of others at the same address would spoil them."""
    return Challenge.objects.typeable().filter(
        channel__in=Contact.Channel.values,  # all of them: it begins the index
        call__attestation=Attestation.FULL,
        call__own_line=True,
        call__ended_at=None,
        call__claimed_at__gt=now - SILENT_MOST,
    )


def remember(call: Call) -> None:
    """Notes on the contacts of a call that has ended how its codes fared. Doing it twice changes nothing."""
    for code in call.challenges.all():
        _remember(code)


def remember_lately() -> int:
    """Notes on their contacts how the codes of calls that go on fared; how many said something new.

    Not in the call itself, whose turns have queries enough.
    """
    now = timezone.now()
    right = Challenge.objects.filter(sent_at__gt=now - LATELY, approved_at__isnull=False)
    failed = Challenge.objects.filter(sent_at__gt=now - LATELY, approved_at=None).exclude(failure="")
    news = [
        *right.filter(Q(contact__succeeded_at=None) | Q(contact__succeeded_at__lt=F("approved_at"))),
        *failed.filter(Q(contact__failed_at=None) | Q(contact__failed_at__lt=F("sent_at"))),
    ]
    return sum(_remember(code) for code in news)


def _remember(code: Challenge) -> int:
    contact = Contact.objects.filter(pk=code.contact_id or 0, channel=code.channel, address=code.address)
    if code.approved_at:
        older = contact.filter(Q(succeeded_at=None) | Q(succeeded_at__lt=code.approved_at))
        return older.update(succeeded_at=code.approved_at)
    if code.failure:
        older = contact.filter(Q(failed_at=None) | Q(failed_at__lt=code.sent_at))
        return older.update(failed_at=code.sent_at, failure=code.failure)
    return 0


def gap(call: Call) -> int:
    """Seconds that are left before the caller's next wish for a code is fulfilled."""
    due = GAPS[min(call.resends, len(GAPS)) - 1] if call.resends else 0
    since = (timezone.now() - call.asked_at).total_seconds() if call.asked_at else due
    return max(0, round(due - since))
