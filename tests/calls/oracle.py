"""What must hold in every call, whatever happens. It believes no row of the line's that it can know by itself."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from participants.models import Contact, Grade, Invitation, Policy
from sandbox.models import Factor, Member, RestRequest, Utterance, Verification
from tests.calls.town import Hand, Town
from verification import throttle
from verification.models import Admission, Block, Challenge, Vouch

TURNS_MOST = 80  # of one call: more would be a circle


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
        self.wrong_at: dict[tuple[str, bool], list[datetime]] = defaultdict(list)
        self.windows: dict[tuple[str, str, bool], tuple[datetime, int]] = {}
        self.vouched: set[tuple[int, int]] = set()  # person and occurrence
        self.request = self.seat = self.utterance = 0
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
            self.count_sends(hand)

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
        self.passcodes[sid] |= {room for room, passcode in rooms if passcode == keys}

    def __call__(self, method: str, url: str, fields: Mapping[str, str], status: int, body: str) -> None:
        """An observer of sandbox.rest: a code that Twilio says is right or wrong."""
        if self.acting is None or status != 201 or not url.endswith(("/VerificationCheck", "/Challenges")):
            return
        answer, hand, now = json.loads(body), self.acting, timezone.now()
        address = answer.get("to") or answer["identity"]
        if answer["status"] == "approved":
            self.approved[hand.phone.sid].add(address)
        if answer["status"] == "pending":
            self.wrong[hand.phone.sid] += 1
            if self.wrong[hand.phone.sid] > settings.WRONG_CODES_PER_CALL:
                self.broken.append("more wrong codes than a call may have")
            times = self.wrong_at[address, is_attested(hand)]
            times.append(now)
            limit = throttle.limit("wrong_codes_per_contact")
            if sum(at > now - limit.window for at in times) > 2 * limit.most:  # two windows may lie in such a stretch
                self.broken.append("more wrong codes than a contact may have")

    def count_sends(self, hand: Hand) -> None:
        """Each counts where it goes to and whence it was asked for, in windows that begin with the first."""
        new = RestRequest.objects.filter(pk__gt=self.request)
        for each in new:
            self.request = each.pk
            if each.operation != "verify.send":
                continue
            self.count("sends_per_contact", each.to, hand, each.at)
            if hand.phone.number.startswith("+1"):
                self.count("sends_per_line", hand.phone.number, hand, each.at)

    def count(self, name: str, subject: str, hand: Hand, at: datetime) -> None:
        limit, key = throttle.limit(name), (name, subject, is_attested(hand))
        until, hits = self.windows.get(key, (at, 0))
        if until <= at:
            until, hits = at + limit.window, 0
        assert hits < limit.most, f"more sends than allowed: {name}"
        self.windows[key] = until, hits + 1

    def unlocked(self, person) -> None:
        places = {each.address for each in person.contacts.all()} | {str(line.number) for line in person.lines.all()}
        self.windows = {key: window for key, window in self.windows.items() if key[1] not in places}
        self.wrong_at.clear()

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
                spoken = [word for word in self.town.private if word in words] + re.findall(r"\d{4,}|@", words)
                assert not spoken, f"{spoken} was spoken before proof: {words}"
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

    def is_vouched_for(self, hand: Hand) -> bool:
        """Whether somebody lets this call in, should there be room for it."""
        call = hand.call
        vouches = Vouch.objects.pending().filter(expires_at__gt=timezone.now(), participant__in=call.people)
        return vouches.filter(Q(call=None) | Q(call=call)).exists()

    def hold(self, seat: Admission) -> None:
        """A new seat: only for whoever was proved in this very call, or by an exception that has a name."""
        hand = next(each for each in self.hands if each.phone.leg and each.phone.sid == seat.call.sid)
        room, sid = seat.occurrence.conference, seat.call.sid
        assert seat.occurrence.opens_at <= timezone.now() < seat.occurrence.closes_at, "the doors are closed"
        assert not Block.objects.of_line(seat.call.line, timezone.now()).exists(), "the line is blocked"
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
                self.hold_by_hand(seat)
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

    def hold_by_hand(self, seat: Admission) -> None:
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
