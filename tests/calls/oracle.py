"""What must hold in every call, whatever happens. It believes no row of the line's that it can know by itself."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from participants.models import Conference, Contact, Grade, Invitation, Participant, Policy, Team
from sandbox.models import Factor, Member, RestRequest, Utterance, Verification
from tests.calls.town import Hand, Town
from verification import throttle
from verification.models import Admission, Attempt, Block, Call, Challenge, Vouch

TURNS_MOST = 80  # of one call: more would be a circle
TOO_MANY_CHECKS = 60202  # https://www.twilio.com/docs/api/errors/60202
TRIES = {Attempt.Outcome.WRONG_ROSTER_NUMBER: "roster numbers", Attempt.Outcome.WRONG_PASSCODE: "passcodes"}
# Numbers, addresses, and times on the clock or in the calendar: those of a conference are its people's alone.
PRIVATE = re.compile(r"\d{4,}|@|\d:\d\d|\b\d{1,2} ?[ap]\.?m\b|o'clock|\bUTC\b|noon|March|Wednesday")


class Oracle:
    """Looks on. `met` counts what happened: a run in which nobody ever got in would prove nothing."""

    def __init__(self, town: Town, hands: list[Hand], met: Counter[str]) -> None:
        self.town, self.hands, self.met = town, hands, met
        self.acting: Hand | None = None
        self.typed_right: dict[str, set[str]] = defaultdict(set)  # by call: the addresses whose code was typed in it
        self.approved: dict[str, set[str]] = defaultdict(set)  # by call: those of which Twilio said so, when it asked
        self.passcodes: dict[str, set[int]] = defaultdict(set)  # by call: the rooms whose passcode was
        self.shown: dict[tuple[str, str], set[tuple[str, datetime]]] = defaultdict(set)  # by call and app: its codes
        self.used_up: set[tuple[object, str]] = set()  # apps with their codes, and what was counted
        self.wrong: Counter[str] = Counter()  # by call: codes that Twilio said were wrong
        # By limit, whom it counts, and whose calls: when the window ends, and its hits.
        self.windows: dict[tuple[str, str, str], tuple[datetime, int]] = {}
        self.voided: set[int] = set()  # seats to which nobody may come back without a code
        self.landlines: set[str] = set()  # by what Lookup says
        self.forgiven: set[tuple[str, str]] = set()  # calls and addresses
        self.texted: set[str] = set()  # where a code came by text, whatever Lookup says
        self.vouched: set[tuple[int, int]] = set()  # person and occurrence
        self.named: dict[str, set[int]] = defaultdict(set)  # by call: the people whose roster number was typed in it
        self.owners = defaultdict(set, {address: set(people) for address, people in town.owners.items()})
        self.invitations = {(each.participant, each.conference) for each in Invitation.objects.select_related()}
        self.may_be_found = True  # should a roster number be pressed now
        self.request = self.seat = self.utterance = self.attempt = 0
        self.broken: list[str] = []  # in the middle of a request, where an exception would end in an apology

    # What is noted while it happens

    @contextmanager
    def watching(self, hand: Hand) -> Iterator[None]:
        """What is asked of Twilio meanwhile is asked for this call."""
        self.acting = hand
        try:
            yield
        finally:
            self.acting = None
            self.forget_wrong_codes(hand)
            self.count_sends(hand)
            self.count_tries(hand)

    def typed(self, hand: Hand, keys: str) -> None:
        """To be told before they are pressed."""
        sid = hand.phone.sid
        right = Verification.objects.filter(status=Verification.Status.PENDING, code=keys)
        self.typed_right[sid] |= set(right.values_list("to", flat=True))
        for app in Factor.objects.select_related("entity"):
            if app.takes(keys):
                self.typed_right[sid].add(app.entity.identity)
                self.shown[sid, app.entity.identity].add((keys, timezone.now()))
        rooms = self.town.rooms.passcodes.items()
        if not any(self.is_full(limit) for limit in self.tries(hand, "passcodes")):
            self.passcodes[sid] |= {room for room, passcode in rooms if passcode == keys}
        asked = hand.call is not None and hand.call.step == "EnterRosterNumber"
        self.may_be_found = not asked or not any(self.is_full(limit) for limit in self.tries(hand, "roster numbers"))
        numbered = Invitation.objects.filter(roster_number=keys).values_list("participant", flat=True)
        self.named[sid] |= set(numbered)

    def __call__(self, method: str, url: str, fields: Mapping[str, str], status: int, body: str) -> None:
        """An observer of sandbox.rest: what is sent, and a code that Twilio says is right or wrong."""
        if self.acting is None:
            return
        answer = json.loads(body) if status < 500 else {}
        if url.endswith("/Verifications"):
            self.sent(fields["Channel"], fields["To"])
        elif url.endswith("/VerificationCheck") and answer.get("code") == TOO_MANY_CHECKS:
            asked = Verification.objects.filter(sid=fields.get("VerificationSid", "")).first()
            self.count_wrong(asked.to if asked else fields.get("To", ""))
        elif status == 201 and url.endswith(("/VerificationCheck", "/Challenges")):
            self.checked(answer.get("to") or answer["identity"], answer)

    def sent(self, channel: str, to: str) -> None:
        if channel == "sms" and to in self.landlines - self.texted:
            self.broken.append("a text went to a landline")
        if to.startswith("+1") and settings.ALLOWED_COUNTRIES and "US" not in settings.ALLOWED_COUNTRIES:
            self.broken.append("a code went to a country that is not allowed")
        if self.acting and self.acting.rang_blocked:
            self.broken.append("a code went out for a blocked line")
        reached = Participant.objects.filter(contacts__channel=channel, contacts__address=to)
        if self.acting and not reached.filter(self.called(self.acting)).exists():
            self.broken.append("a code went to nobody whom the line or a roster number chose")

    def called(self, hand: Hand) -> Q:
        """Who may be calling: whoever had the line as it rang, and whose roster number was typed in this call."""
        return Q(pk__in=hand.rang_for | self.named[hand.phone.sid])

    def checked(self, address: str, answer: Mapping[str, str]) -> None:
        sid = self.acting.phone.sid if self.acting else ""
        if answer["status"] == "approved":
            self.approved[sid].add(address)
            if answer.get("channel") == "sms":
                self.texted.add(address)
        if answer["status"] == "pending":
            self.wrong[sid] += 1
            if self.wrong[sid] > settings.WRONG_CODES_PER_CALL:
                self.broken.append("more wrong codes than a call may have")
            self.count_wrong(address)

    def count_wrong(self, address: str) -> None:
        if self.acting and not self.count(
            "wrong_codes_per_contact", address, counted_at(self.acting, address), timezone.now()
        ):
            self.broken.append("more wrong codes than a contact may have")

    def forget_wrong_codes(self, hand: Hand) -> None:
        """A right code is followed by a fresh start: where the line has heard that it was right."""
        for address in self.approved[hand.phone.sid]:
            right = Challenge.objects.filter(call__sid=hand.phone.sid, address=address, state=Challenge.State.APPROVED)
            if (hand.phone.sid, address) not in self.forgiven and right.exists():
                self.forgiven.add((hand.phone.sid, address))
                self.windows.pop(("wrong_codes_per_contact", address, counted_at(hand, address)), None)
                line = ("sends_per_line", hand.phone.number, "attested" if is_attested(hand) else "")
                if line in self.windows:
                    until, hits = self.windows[line]
                    self.windows[line] = until, max(0, hits - 1)

    def count_sends(self, hand: Hand) -> None:
        """Each counts where it goes to and whence it was asked for, in windows that begin with the first."""
        new = RestRequest.objects.filter(pk__gt=self.request)
        for each in new:
            self.request = each.pk
            if each.operation != "verify.send":
                continue
            subjects = {"sends_per_contact": each.to, "sends_per_line": hand.phone.number}
            if not hand.phone.number.startswith("+1") or is_on_file(hand):
                del subjects["sends_per_line"]
            for name, subject in subjects.items():
                apart = (
                    counted_at(hand, each.to)
                    if name == "sends_per_contact"
                    else "attested"
                    if is_attested(hand)
                    else ""
                )
                assert self.count(name, subject, apart, each.at), f"more sends than allowed: {name}"
            for name in ("sends_per_hour", "sends_per_day"):
                assert self.count(name, "", "", each.at), f"more sends than allowed: {name}"
            self.count_for_ceilings(hand, each.at)

    def tries(self, hand: Hand, what: str) -> list[tuple[str, str, str]]:
        """What a wrong one counts against, as self.windows has it."""
        line = hand.phone.number if hand.phone.number.startswith("+1") else ""
        apart = "attested" if is_attested(hand) else ""
        if what == "roster numbers":
            return [("roster_numbers_per_line", line, apart)] * bool(line) + [("roster_numbers", "", apart)]
        rooms = Conference.objects.filter(occurrences__in=hand.call.wanted[1:]) if hand.call else ()
        room = [("wrong_passcodes_per_conference", str(room.pk), "") for room in rooms]
        return [("wrong_passcodes_per_line", line, apart)] * bool(line) + room

    def is_full(self, key: tuple[str, str, str]) -> bool:
        until, hits = self.windows.get(key, (timezone.now(), 0))
        return until > timezone.now() and hits >= throttle.limit(key[0]).most

    def count_tries(self, hand: Hand) -> None:
        """Numbers and passcodes of which the line said that they are wrong; and none was found beyond the limit."""
        for attempt in Attempt.objects.filter(pk__gt=self.attempt, outcome__in=TRIES).order_by("pk"):
            self.attempt = attempt.pk
            for key in self.tries(hand, TRIES[attempt.outcome]):
                assert self.count(*key, attempt.at), f"more tries than allowed: {key[0]}"
        if not self.may_be_found and hand.call and not self.is_vouched_for(hand):
            assert hand.call.step not in ("SendCode", "EnterCode", "EnterPasscode"), "found beyond the limit"
        self.may_be_found = True

    def count_for_ceilings(self, hand: Hand, at: datetime) -> None:
        """Each code is one of the team's, and of one conference that may be open to whoever is calling."""
        conference = Conference.objects.get(pk=hand.call.conference_id)
        for owner in (conference, hand.call.contact.participant.team):
            if owner.codes_per_day:
                day = throttle.Limit(owner.codes_per_day, timedelta(days=1))
                name = f"codes of a {type(owner).__name__}"
                assert self.count(name, str(owner.pk), "attested" if is_members(hand) else "", at, day), (
                    f"more sends than allowed: {name}"
                )

    def count(self, name: str, subject: str, apart: str, at: datetime, limit: throttle.Limit | None = None) -> bool:
        """Whether one more is within the limit: that of the settings by this name, or another."""
        limit, key = limit or throttle.limit(name), (name, subject, apart)
        until, hits = self.windows.get(key, (at, 0))
        if until <= at or not hits:
            until, hits = at + limit.window, 0
        self.windows[key] = until, hits + 1
        return hits < limit.most

    # What organizers did, as it is told

    def is_blocked(self, hand: Hand, team: Team | None = None) -> bool:
        """By the whole installation, or by this team."""
        return any(covers(block, hand) for block in Block.objects.for_team(team))

    def rings(self, hand: Hand) -> None:
        """To be told before it does."""
        hand.rang_blocked, hand.rang_for_several = self.is_blocked(hand), self.teams_on_line(hand) > 1
        on_line = Participant.objects.filter(lines__number=hand.phone.number)
        hand.rang_for = set(on_line.values_list("pk", flat=True))

    def teams_on_line(self, hand: Hand) -> int:
        """How many would let in, if only by hand, whoever calls from there now."""
        teams = Team.objects.filter(conferences__invitations__participant__lines__number=hand.phone.number)
        return sum(not self.is_blocked(hand, team) for team in teams.distinct())

    def unlocked(self, person) -> None:
        places = {each.address for each in person.contacts.all()} | {str(line.number) for line in person.lines.all()}
        self.windows = {key: window for key, window in self.windows.items() if key[1] not in places}

    def blocked(self, block: Block) -> None:
        calls = {hand.phone.leg.sid for hand in self.hands if hand.phone.leg and covers(block, hand)}
        lines = {call.line for call in Call.objects.filter(sid__in=calls)}
        self.voided |= set(Admission.objects.filter(call__line__in=lines).values_list("pk", flat=True))

    def taken_off(self, person: Participant, room: Conference) -> None:
        seats = Admission.objects.filter(participant=person, occurrence__conference=room)
        self.voided |= set(seats.values_list("pk", flat=True))

    def done_elsewhere(self, act: str) -> None:
        """By the other team; what it says of its contact and of whoever it lets in is believed only there."""
        mallory = self.town.quay.mallory
        for contact in mallory.contacts.all():
            self.owners[contact.address].add(mallory)
            if act == "enter_contact":  # whose line nobody has looked up
                self.looked_up(contact.address, "")
        if act == "vouch":
            vouches = Vouch.objects.filter(participant=mallory)
            self.vouched |= set(vouches.values_list("participant", "occurrence"))

    def invited(self, person: Participant, room: Conference) -> None:
        self.invitations.add((person, room))

    def looked_up(self, address: str, line_type: str) -> None:
        self.landlines = self.landlines | {address} if line_type == "landline" else self.landlines - {address}

    # What is looked at after each act

    def look(self) -> None:
        assert not self.broken, self.broken
        self.listen()
        seats = Admission.objects.filter(pk__gt=self.seat).select_related(
            "call", "challenge", "vouch", "occurrence__conference"
        )
        for seat in seats.order_by("pk"):
            self.seat = seat.pk
            self.met[f"let in: {seat.channel}"] += 1
            self.hold(seat)
        if self.seat:
            self.count_seats()

    def listen(self) -> None:
        """Before proof nothing private is said, and Twilio never has to speak for us."""
        said: dict[str, str] = defaultdict(str)
        for each in Utterance.objects.filter(pk__gt=self.utterance).select_related("leg").order_by("pk"):
            self.utterance = each.pk
            assert each.kind != Utterance.Kind.SYSTEM, each.text
            if each.kind == Utterance.Kind.SAY:
                said[each.leg.sid] += f"{each.text} "
        for hand in self.hands:
            words = said.get(hand.phone.sid) if hand.phone.leg else None
            if words and not self.is_proved(hand):
                spoken = [word for word in self.town.private if word in words] + PRIVATE.findall(words)
                assert not spoken, f"{spoken} was spoken before proof: {words}"
            elif words:
                spoken = {word for word in self.town.private if word in words} - self.theirs(hand)
                assert not spoken, f"{spoken} was spoken to whoever was proved to be somebody else: {words}"
            assert not words or hand.call is None or hand.call.turn <= TURNS_MOST, "the call goes round"

    def is_proved(self, hand: Hand) -> bool:
        """Whether Twilio said of a code of this call that it is right, or a passcode was, or it was let in without."""
        sid = hand.phone.sid
        return bool(
            self.approved[sid]
            or self.passcodes[sid]
            or Admission.objects.filter(call__sid=sid).exists()
            or self.is_vouched_for(hand)
        )

    def theirs(self, hand: Hand) -> set[str]:
        """The names of whoever was proved in this call, or gets in without, and of the rooms that were ever theirs."""
        sid = hand.phone.sid
        proved = {owner for address in self.approved[sid] for owner in self.owners[address]}
        proved |= {seat.participant for seat in Admission.objects.filter(call__sid=sid).select_related("participant")}
        proved |= {vouch.participant for vouch in self.vouches(hand).select_related("participant")}
        rooms = {room.title for person, room in self.invitations if person in proved}
        rooms |= {room.title for room in self.town.rooms.all if room.pk in self.passcodes[sid]}
        return rooms | {name for person in proved if person for name in (person.name, person.team.name)}

    def is_vouched_for(self, hand: Hand) -> bool:
        """Whether somebody lets this call in, should there be room for it."""
        return self.vouches(hand).exists()

    def vouches(self, hand: Hand) -> QuerySet[Vouch]:
        """For whoever is calling; where people of several teams may be, they say so by their roster number first."""
        call = hand.call
        if Team.objects.filter(participants__in=call.people).distinct().count() > 1:
            return Vouch.objects.none()
        vouches = Vouch.objects.pending().filter(expires_at__gt=timezone.now(), participant__in=call.people)
        return vouches.filter(Q(call=None) | Q(call=call))

    def hold(self, seat: Admission) -> None:
        """A new seat: only for whoever was proved in this very call, or by an exception that has a name."""
        hand = next(each for each in self.hands if each.phone.leg and each.phone.sid == seat.call.sid)
        room, sid = seat.occurrence.conference, seat.call.sid
        assert seat.occurrence.opens_at <= timezone.now() < seat.occurrence.closes_at, "the doors are closed"
        assert not self.is_blocked(hand, room.team), "the line is blocked"
        assert seat.assurance.grade >= room.least_grade, "proved by too little"
        if seat.channel == Admission.PASSCODE:
            assert room.admission == Policy.PASSCODE
            assert (seat.participant, seat.role) == (None, Invitation.Role.PARTICIPANT)
            assert room.pk in self.passcodes[sid], "nobody typed the passcode"
            return
        assert room.admission != Policy.CODE_AND_PASSCODE or room.pk in self.passcodes[sid], "no passcode was typed"
        assert seat.invitation is not None, "not invited"
        assert seat.invitation.participant == seat.participant
        assert (seat.invitation.conference, seat.role) == (room, seat.invitation.role)
        match seat.channel:
            case Admission.BY_HAND:
                self.hold_by_hand(seat, hand)
            case Admission.CAME_BACK:
                self.hold_came_back(seat, hand)
            case _:
                self.hold_code(seat)

    def hold_code(self, seat: Admission) -> None:
        code = seat.challenge
        assert (code.call_id, code.state) == (seat.call_id, Challenge.State.APPROVED)
        assert code.address in self.typed_right[seat.call.sid], "the right code was not typed in this call"
        assert code.address in self.approved[seat.call.sid], "Twilio was not asked in this call, or did not approve"
        assert seat.participant.contacts.filter(channel=code.channel, address=code.address).exists()
        if code.channel == Contact.Channel.TOTP and (code.pk, "") not in self.used_up:
            shown = {keys for keys, _at in self.shown[seat.call.sid, code.address]}
            fresh = {(code.address, keys) for keys in shown} - self.used_up
            assert fresh, "a code of the app was right twice"
            self.used_up |= {(code.pk, "")} | (fresh if len(fresh) == 1 else set())

    def hold_by_hand(self, seat: Admission, hand: Hand) -> None:
        """By whoever organizes the room's team, and for whom the line, a roster number or a code chose for sure."""
        room, sid = seat.occurrence.conference, seat.call.sid
        assert seat.participant.team == room.team
        assert room.team.lets_in(seat.vouch.made_by), "somebody of another team vouched for them"
        theirs = any(seat.participant in self.owners[address] for address in self.approved[sid])
        chosen = seat.participant_id in self.named[sid] or theirs
        assert chosen or not hand.rang_for_several or self.teams_on_line(hand) == 1, "perhaps another team's person"
        place = (seat.participant_id, seat.occurrence_id)
        assert place in self.vouched, "nobody vouched for them"
        assert seat.vouch.call_id == seat.call_id
        assert set(Admission.objects.filter(vouch=seat.vouch).values_list("call", flat=True)) == {seat.call_id}

    def hold_came_back(self, seat: Admission, hand: Hand) -> None:
        room = seat.occurrence.conference
        assert room.comes_back
        assert is_attested(hand)
        assert room.least_grade == Grade.NOTHING
        before = Admission.objects.filter(occurrence=seat.occurrence, participant=seat.participant, pk__lt=seat.pk)
        last = before.latest("pk")
        assert last.pk not in self.voided, "blocked, or taken off the roster, since"
        assert last.call.line == seat.call.line
        assert not before.filter(call__ended_at=None).exists(), "an older call goes on"
        assert last.call.ended_at > timezone.now() - timedelta(minutes=6)
        assert last.challenge.address in {each.address for each in seat.participant.contacts.all()}

    def count_seats(self) -> None:
        live = list(Admission.objects.live(timezone.now()).select_related("occurrence__conference"))
        people = Counter((seat.occurrence_id, seat.participant_id) for seat in live if seat.participant_id)
        assert all(count == 1 for count in people.values()), "somebody has two live seats"
        for occurrence, count in Counter(seat.occurrence for seat in live).items():
            assert count <= occurrence.conference.seats, "more people than seats"
        seated = {seat.label for seat in Admission.objects.filter(released_at=None)}
        replaced = set(Admission.objects.filter(replacement__isnull=False).values_list("label", flat=True))
        strays = set(Member.objects.filter(left_at=None).values_list("label", flat=True)) - seated - replaced
        assert not strays, "somebody is in a room without a seat"


def is_attested(hand: Hand) -> bool:
    return hand.attestation == "A" and hand.phone.number.startswith("+1")


def is_members(hand: Hand) -> bool:
    return is_attested(hand) and is_on_file(hand)


def counted_at(hand: Hand, address: str) -> str:
    """Apart for members, and once more for those who call from that very number."""
    if not is_members(hand):
        return ""
    return "itself" if hand.phone.number == address else "attested"


def is_on_file(hand: Hand) -> bool:
    """Whether the line is on file for the person who keys this hand's roster numbers."""
    return bool(hand.person and hand.person.lines.filter(number=hand.phone.number).exists())


def covers(block: Block, hand: Hand) -> bool:
    """Whether this is one of the lines that the block means; it has no end."""
    number = hand.phone.number if hand.phone.number.startswith("+1") else ""
    if block.kind == Block.Kind.WITHHELD:
        return not number
    return number.startswith(block.number) if block.kind == Block.Kind.PREFIX else number == block.number
