"""What happened in a call, step by step, as far as the reader's teams may know it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from participants.models import CallingLine, Participant, Team
from verification.admin import words
from verification.admin.seats import proof_with_flag
from verification.admin.walls import codes_of_teams, entries_of_teams, masked
from verification.models import Admission, Attempt, Call, Challenge, Vouch

LET_IN = (Attempt.Outcome.ADMITTED, Attempt.Outcome.BY_HAND, Attempt.Outcome.BY_PASSCODE, Attempt.Outcome.CAME_BACK)
OF_A_CODE = (Attempt.Outcome.CODE_SENT, Attempt.Outcome.CODE_REUSED, Attempt.Outcome.CODE_PERHAPS_SENT)
NOT_KEPT = ""  # the way of a code, in older rows


@dataclass(frozen=True)
class Happening:
    at: datetime
    words: str


class Story:
    """One call, for this user: never a code, and nothing of other teams."""

    def __init__(self, call: Call, user: Any) -> None:
        self.call, self.user = call, user

    @cached_property
    def people(self) -> list[Participant]:
        """Who may be calling, of the user's teams."""
        mine = Participant.objects.filter(team__in=Team.objects.visible_to(self.user))
        return list(mine.filter(pk__in=self.call.people))

    @cached_property
    def may_be_let_in(self) -> list[Participant]:
        """Those whom the user may let in by hand."""
        teams = set(Team.objects.letting_in(self.user).values_list("pk", flat=True))
        may = self.user.has_perm("verification.add_vouch")
        return [person for person in self.people if may and person.team_id in teams]

    @cached_property
    def attempts(self) -> list[Attempt]:
        return self._own(Attempt.objects.select_related("occurrence__conference", "participant"))

    @cached_property
    def seats(self) -> list[Admission]:
        with_ = ("occurrence__conference", "participant", "vouch__made_by", "replacement", "call")
        return self._own(Admission.objects.with_contact_changes().select_related(*with_))

    @cached_property
    def vouches(self) -> list[Vouch]:
        return self._own(Vouch.objects.select_related("occurrence__conference", "participant", "made_by"))

    @cached_property
    def codes(self) -> list[Challenge]:
        codes = Challenge.objects.filter(call=self.call).order_by("pk")
        return list(codes if self.user.is_superuser else codes_of_teams(codes, self.user))

    def _own(self, entries: Any) -> list:
        entries = entries.filter(call=self.call).order_by("pk")
        return list(entries if self.user.is_superuser else entries_of_teams(entries, self.user))

    @cached_property
    def zone(self) -> Any:
        """The zone of the room that the call was about; UTC where it was about none."""
        entries: list[Any] = [*self.seats, *self.attempts, *self.vouches]
        dates = [entry.occurrence for entry in entries if entry.occurrence]
        return dates[0].conference.time_zone if dates else timezone.get_current_timezone()

    @property
    def day(self) -> datetime:
        return self.call.rang_at.astimezone(self.zone)

    def happenings(self) -> list[Happening]:
        """In the order in which they happened, by the clocks of the zone."""
        told = [*self._call(), *self._attempts(), *self._codes(), *self._vouches(), *self._seats()]
        told.sort(key=lambda each: each.at)
        return [Happening(each.at.astimezone(self.zone), each.words) for each in told]

    def _call(self) -> Iterator[Happening]:
        yield Happening(self.call.rang_at, self._ring())
        if self.call.ended_at:
            yield Happening(self.call.ended_at, gettext("The call ended."))

    def _ring(self) -> str:
        lines = CallingLine.objects.filter(participant__in=self.people, number=self.call.line)
        on_file = set(lines.values_list("participant", flat=True))
        values = {"line": self.number(self.call.line) or gettext("a withheld line")}
        if on_file:
            values["names"] = ", ".join(person.name for person in self.people if person.pk in on_file)
            return gettext("Rang, from %(line)s, the line of %(names)s.") % values
        if self.people:
            values["names"] = ", ".join(person.name for person in self.people)
            return gettext("Rang, from %(line)s. By the roster number this is %(names)s.") % values
        return gettext("Rang, from %(line)s.") % values

    def _attempts(self) -> Iterator[Happening]:
        seated = {(seat.participant_id, seat.occurrence_id) for seat in self.seats}
        for attempt in self.attempts:
            known = (attempt.participant_id, attempt.occurrence_id) in seated  # and the seat says more
            if attempt.detail or attempt.outcome not in LET_IN or not known:
                yield Happening(attempt.at, self._attempt(attempt))

    def _attempt(self, attempt: Attempt) -> str:
        said = attempt.get_outcome_display()
        if went_to := self._went_to(attempt):
            said += f" ({went_to})"
        if attempt.occurrence:
            said += f" ({attempt.occurrence.conference.title})"
        why = "" if went_to else words.reason(attempt)
        return f"{said[:1].upper()}{said[1:]}{f': {why}' if why else ''}."

    def _went_to(self, attempt: Attempt) -> str:
        """The way and the address of a code that was sent; "" where it may be one of several."""
        if attempt.outcome not in OF_A_CODE:
            return ""
        ways = {
            (code.channel, code.address)
            for code in self.codes
            if code.sent_at <= attempt.at and not code.is_of_app and attempt.detail in (code.channel, NOT_KEPT)
        }
        if len(ways) != 1:
            return ""
        channel, address = ways.pop()
        return f"{words.channel(channel)}, {self.number(address)}"

    def _codes(self) -> Iterator[Happening]:
        for code in self.codes:
            if code.approved_at:
                yield Happening(code.approved_at, gettext("The right code was typed."))

    def _vouches(self) -> Iterator[Happening]:
        for vouch in self.vouches:
            if vouch.made_at < self.call.rang_at:
                continue  # made for the next call, and told with the seat
            said = gettext("%(by)s vouched for %(name)s: “%(reason)s”") % {
                "by": vouch.made_by or gettext("Somebody who is no user any more"),
                "name": vouch.participant or gettext("somebody"),
                "reason": vouch.reason,
            }
            yield Happening(vouch.made_at, said)
            if vouch.withdrawn_at:
                yield Happening(vouch.withdrawn_at, gettext("That was withdrawn."))

    def _seats(self) -> Iterator[Happening]:
        for seat in self.seats:
            values = {
                "name": seat.participant or seat.assurance.nobody,
                "room": seat.occurrence.conference.title if seat.occurrence else gettext("a room that is deleted"),
                "role": seat.get_role_display(),
                "proof": proof_with_flag(seat),
            }
            let_in = gettext("%(name)s was let in to %(room)s as %(role)s, proved by: %(proof)s.")
            yield Happening(seat.taken_at, let_in % values)
            if seat.entered_at:
                yield Happening(seat.entered_at, gettext("%(name)s is in the room.") % values)
            if seat.released_at:
                yield Happening(seat.released_at, self._left(seat) % values)

    def _left(self, seat: Admission) -> str:
        if hasattr(seat, "replacement"):
            return gettext("%(name)s joined from another call, and this seat was given up.")
        return gettext("%(name)s left the room.") if seat.entered_at else gettext("The seat was given up.")

    def number(self, number: str) -> str:
        """As much of the number as this user may see."""
        return number if self.user.is_superuser or not number else masked(number)
