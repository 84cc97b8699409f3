"""Who may be calling, and which rooms are open to them."""

import math
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from participants.models import CallingLine, Conference, Contact, Invitation, Occurrence
from verification.manner import suit_invited
from verification.models import Admission, Block, Call, Challenge, Vouch


class BlockedError(Exception):
    """The calling line is on a block list. `people` are the participants whom it would have recognized."""

    def __init__(self, people: list[int]):
        super().__init__(people)
        self.people = people


class OtherTeamsError(Exception):
    """Somebody who calls from this line is let in by hand, and another team has the line for somebody of its own."""


def people_calling_from(call: Call) -> list[int]:
    """The participants who call from this call's line and are invited to something whose doors are open now.

    Notes on the call whether one of them is let in by hand, speaks as they ask for, and notes what the strictest of
    their rooms asks for and for which its codes count, so that none of it costs a query of its own. Raises
    BlockedError where every team that they could reach turns the line away, and OtherTeamsError: any team can enter
    any number, and must not draw the calls of another team's people into a room of its own.
    """
    if not call.line:
        return []
    found = list(_open_now(call).filter(participant__lines__number=call.line))
    invitations = [invitation for invitation in found if not invitation.blocked]
    if found and not invitations:
        raise BlockedError(_people_of(found))
    call.own_line = bool(invitations)
    call.vouched = any(invitation.vouched for invitation in invitations)
    if call.vouched and len({invitation.conference.team_id for invitation in invitations}) > 1:
        raise OtherTeamsError
    suit_invited(call, invitations)
    call.least_grade = max((invitation.conference.least_grade for invitation in invitations), default=0)
    call.conference = _counted_for(invitations)
    return _people_of(invitations)


def _counted_for(invitations: list[Any]) -> Conference | None:
    """The conference whose codes those of this call are: of several, the one that may have the most of them."""
    conferences = [invitation.conference for invitation in invitations]
    return max(conferences, key=lambda each: each.codes_per_day or math.inf, default=None)


def _people_of(invitations: list[Any]) -> list[int]:
    return sorted({invitation.participant_id for invitation in invitations})


def is_blocked(call: Call) -> bool:
    """Whether the whole installation turns this call's line away."""
    return Block.objects.of_installation().of_line(call.line, timezone.now()).exists()


def person_with_roster_number(call: Call, number: str) -> int | None:
    """The participant whose invitation has this roster number, if its conference's doors are open now.

    Notes on the call whether that person is let in by hand, and what the conference asks for; speaks as they ask for.
    Raises BlockedError where their team turns the line away.
    """
    lines = CallingLine.objects.filter(participant=OuterRef("participant"), number=call.line)
    # Once for each of its dates that are open.
    found = list(_open_now(call).filter(roster_number=number).annotate(own_line=Exists(lines)))
    if not found:
        return None
    invitation = found[0]
    if invitation.blocked:
        raise BlockedError([invitation.participant_id])
    call.own_line = invitation.own_line
    call.vouched = any(each.vouched for each in found)
    suit_invited(call, [invitation])
    call.least_grade = invitation.conference.least_grade
    call.conference = invitation.conference
    return invitation.participant_id


def _open_now(call: Call) -> Any:
    """The invitations to what is open now, each with whether somebody vouched for this call or the next, and whether
    its team turns the line away.
    """
    now = timezone.now()
    vouches = Vouch.objects.for_call(call).filter(invitation=OuterRef("pk"), occurrence=OuterRef("occurrence_id"))
    blocks = Block.objects.for_team(OuterRef("conference__team")).of_line(call.line, now)
    return Invitation.objects.open_at(now).annotate(vouched=Exists(vouches), blocked=Exists(blocks))


def proved_by_code(call: Call) -> bool:
    """Whether the right code was typed in this call."""
    code = call.challenge
    return code is not None and code.state == code.State.APPROVED and code.call_id == call.pk


def right_code(call: Call) -> Challenge | None:
    """The newest code that was typed right in this call, though another may have been asked for since."""
    return call.challenges.filter(state=Challenge.State.APPROVED).order_by("-pk").first()


def rooms_open_to(call: Call) -> list[Invitation]:
    """The invitations that the call's people hold now, if the contact that was proved is still theirs.

    Without a code: those for which somebody lets them in by hand. Each once, with the date that the caller must mean,
    and with the `team_name`.
    """
    invitations = _open_now(call).filter(participant__in=call.people, blocked=False)
    invitations = invitations.annotate(team_name=F("conference__team__name"))
    proved = call.challenge
    if proved is None or not proved_by_code(call):
        return _one_date_each(list(invitations.filter(vouched=True)))
    of_them = {"participant__contacts__channel": proved.channel, "participant__contacts__address": proved.address}
    return _one_date_each(list(invitations.filter(**of_them)))


def contact_was_changed(call: Call) -> bool:
    """Whether, while a room is open to them, nobody of the call's people has the contact any more that was proved."""
    proved = call.challenge
    if proved is None or not proved_by_code(call):
        return False
    theirs = Contact.objects.filter(participant__in=call.people, channel=proved.channel, address=proved.address)
    return _open_now(call).filter(~Exists(theirs), participant__in=call.people, blocked=False).exists()


def _one_date_each(invitations: list[Invitation]) -> list[Invitation]:
    if len({each.pk for each in invitations}) == len(invitations):
        return invitations
    dates = Occurrence.objects.filter(pk__in=[each.occurrence_id for each in invitations])
    places = {row.pk: place for place, row in enumerate(likeliest(dates, timezone.now()))}
    meant: dict[int, Invitation] = {}
    for each in sorted(invitations, key=lambda each: places[each.occurrence_id]):
        meant.setdefault(each.pk, each)
    return [each for each in invitations if meant[each.pk] is each]


def likeliest(dates: QuerySet[Occurrence], now: datetime) -> list[Occurrence]:
    """Open dates of one conference, first the one that a caller means: whoever calls wants to be where
    the others are. Else one that is not locked; that began last; or will begin next.
    """
    there = Admission.objects.live(now).filter(occurrence=OuterRef("pk"))

    def place(row: Any) -> tuple[Any, ...]:
        return not row.has_people, row.locked, row.starts_at > now, abs(row.starts_at - now), row.pk

    return sorted(dates.annotate(has_people=Exists(there)), key=place)
