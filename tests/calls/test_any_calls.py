"""Anybody calls, presses anything and hangs up at any time, and anything goes wrong: what holds in every call.

Some calls, always the same ones, with each run of the tests; thousands of others by hand (docs/developing.md):

    .venv/bin/python -m pytest tests/calls/test_any_calls.py --hypothesis-profile=thousands
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from participants.models import Conference, Invitation, Occurrence, Participant
from rooms.sweep import sweep
from sandbox.models import Fault
from sandbox.rest import observers
from tests import cast
from tests.calls.oracle import Oracle
from tests.calls.town import ANA, KEYS, NEW_SIM, Hand, Town
from tests.log_watch import WATCH
from verification import unlocking
from verification.models import Block, Vouch

NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)
HANDS = st.integers(0, 12)
PEOPLE = st.integers(0, 7)
ROOMS = st.integers(0, 3)
# What Twilio answers instead of doing it: its error code and status, or how the answer gets lost.
MISHAPS = (
    *((60205, 403), (60203, 429), (60212, 429), (20429, 429), (60410, 403), (60223, 400), (60217, 400), (20003, 401)),
    *((60202, 429), (20404, 404), (60200, 400), "timeout", "timeout_after", "refused", "http_500"),
)
ASKED = ("verify.send", "verify.check", "verify.update", "challenges.create")
ACTS = ("vouch", "vouch", "change_roster", "change_contact", "lock", "block", "unlock")
ATTESTATIONS = st.sampled_from(("", "", "A", "A", "B", "failed"))
TOLD_MOST = 4  # things that a caller who does as the line says has to do, to get in
ANAS_PHONE, BORROWED_PHONE = 0, 9  # of the hands; she reads her codes beside both
CODES_WANTED = 5  # by whoever asks for one after the other
ENTRIES_MOST = 40  # silences, or keys that lead nowhere, until a call has ended
AT_THE_END = ("", "*#", "000000")  # what callers press until their call ends, each of them the same

MEANWHILE = st.one_of(
    st.tuples(st.just("go_wrong"), st.sampled_from((*MISHAPS, *[""] * 8)), st.sampled_from(ASKED), st.integers(1, 3)),
    st.tuples(st.just("go_astray"), HANDS, st.sampled_from(("twice", "once", "lost", "replayed")), st.integers(0, 30)),
    st.tuples(st.just("let_time_pass"), st.sampled_from((1, 3, 8, 13, 21, 25, 61, 100, 190, 400, 601, 610, 3601))),
    st.tuples(st.just("organize"), st.sampled_from(ACTS), PEOPLE, ROOMS, HANDS, st.booleans()),
)

met: Counter[str] = Counter()


class AnyCalls(RuleBasedStateMachine):
    """Each rule is something that somebody does, or that happens to the line."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(NOON, tick=False)
        self.clock = self.travel.start()
        self.rows = transaction.atomic()
        self.rows._from_testcase = True  # the sandbox must not take it for a transaction of the application's
        self.rows.__enter__()
        self.hands = self.town.hands()
        self.oracle = Oracle(self.town, self.hands, met)
        observers.append(self.oracle)

    # Callers

    @rule(who=HANDS, attestation=ATTESTATIONS, helped=st.booleans(), drops=st.booleans())
    def do_as_told(self, who: int, attestation: str, helped: bool, drops: bool) -> None:
        """Calls, if need be, and does as the line says: whoever can gets in. Perhaps by hand, perhaps to drop again."""
        hand = self.hands[who]
        self.dial(who, attestation)
        if helped and hand.person:
            self.vouch(hand.person, self.town.rooms.ledger, hand, True)
        self.press(who, attestation, ["as told"] * TOLD_MOST)
        if drops and hand.is_calling:
            self.by(hand, hand.phone.hang_up)
            self.dial(who, attestation)

    @rule(who=HANDS, attestation=ATTESTATIONS, what=st.lists(st.sampled_from(KEYS), max_size=4))
    def press(self, who: int, attestation: str, what: list[str]) -> None:
        hand = self.hands[who]
        self.dial(who, attestation)
        for each in what:
            if hand.is_calling and not hand.phone.in_room:
                self.type(hand, self.town.keys(hand, each))

    def type(self, hand: Hand, keys: str) -> None:
        self.oracle.typed(hand, keys)
        if not hand.phone.is_over:  # it may end while the phone is looked at
            self.by(hand, hand.phone.press, keys)
        self.oracle.look()

    def dial(self, who: int, attestation: str) -> None:
        hand = self.hands[who]
        if hand.is_calling:
            return
        hand.attestation = attestation
        hand.phone.is_attested(attestation)
        hand.phone.sends_status = True
        met["calls"] += 1
        self.by(hand, hand.phone.dial)
        self.oracle.look()

    @rule(attestation=ATTESTATIONS)
    def change_phones(self, attestation: str) -> None:
        """Ana is in, and joins again from a phone that she has borrowed."""
        for who in (ANAS_PHONE, BORROWED_PHONE):
            self.do_as_told(who, attestation, helped=False, drops=False)

    @rule(who=HANDS, attestation=ATTESTATIONS)
    def ask_for_codes(self, who: int, attestation: str) -> None:
        """Again and again, and by the first way that the menu offers."""
        hand = self.hands[who]
        for _time in range(CODES_WANTED):
            self.press(who, attestation, ["*#", "1 of the ways"])
            if hand.is_calling and hand.call.step == "WaitToSend":
                self.by(hand, hand.phone.stay_silent)
                self.oracle.look()

    @rule(who=HANDS, does=st.sampled_from(("nothing", "hangs up", "is gone")))
    def fall_silent(self, who: int, does: str) -> None:
        hand = self.hands[who]
        if not hand.is_calling:
            return
        if does == "nothing":
            if not hand.phone.in_room:
                self.by(hand, hand.phone.stay_silent)
            return
        if does == "is gone":
            hand.phone.send_no_status()
        self.by(hand, hand.phone.hang_up)

    # What goes wrong, and what else happens meanwhile

    @rule(what=MEANWHILE)
    def meanwhile(self, what: tuple) -> None:
        act, *how = what
        getattr(self, act)(*how)

    def go_wrong(self, what: str | tuple[int, int], on: str, times: int) -> None:
        """At Twilio; "" where everything goes right again."""
        if not what:
            Fault.objects.all().delete()
        elif isinstance(what, str):
            Fault.objects.inject(on, kind=what, times=times)
        else:
            Fault.objects.inject(on, what[0], status=what[1], times=times)

    def go_astray(self, who: int, how: str, which: int) -> None:
        """On the way between Twilio and us."""
        hand = self.hands[who]
        if hand.phone.leg is None:
            return
        webhooks = hand.phone.webhooks
        if how == "replayed" and webhooks:
            self.by(hand, hand.phone.replay, webhooks[which % len(webhooks)])
        elif how == "lost" and hand.is_calling:
            hand.phone.lose_answers(1 + which % 2)
        else:
            hand.phone.deliver_twice(on=how == "twice")

    def let_time_pass(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))
        for hand in self.hands:
            if hand.is_calling:
                self.by(hand, hand.phone.go_on)
        if seconds > 300:
            sweep()

    # What organizers do

    def organize(self, act: str, whom: int, room: int, who: int, on: bool) -> None:
        getattr(self, act)(self.town.people[whom], self.town.rooms.all[room], self.hands[who], on)

    def vouch(self, person: Participant, room: Conference, hand: Hand, this: bool) -> None:
        """Lets somebody in by hand: the call that waits, or their next."""
        invitation = Invitation.objects.filter(participant=person, conference=room).first()
        call = hand.call if this and hand.is_calling else None
        theirs = call is None or (person.pk in call.people and not call.ended_at)
        if invitation and theirs and not room.least_grade:
            date = cast.occurrence_of(room)
            Vouch.objects.make(invitation, date, by=self.town.mia, reason="I know the voice", call=call)
            self.oracle.vouched.add((person.pk, date.pk))

    def change_roster(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        there = Invitation.objects.filter(participant=person, conference=room)
        if not on:
            there.delete()
        elif not there.exists():
            cast.invite(room, person)

    def change_contact(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        contact = self.town.ana.contacts.get()
        contact.address = NEW_SIM if on else ANA
        contact.save()

    def lock(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        Occurrence.objects.filter(conference=room).update(locked=on)

    def block(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        Block.objects.all().delete()
        if on and hand.phone.number.startswith("+1"):
            Block.objects.create(number=hand.phone.number, kind=Block.Kind.NUMBER, reason="It rang all night")

    def unlock(self, person: Participant, room: Conference, hand: Hand, on: bool) -> None:
        try:
            unlocking.unlock(person, self.town.mia)
        except unlocking.throttle.OverLimitError:
            return
        unlocking.unlock_due()
        self.oracle.unlocked(person)

    # What holds

    def by(self, hand: Hand, act, *arguments) -> None:
        with self.oracle.watching(hand):
            act(*arguments)

    @invariant()
    def nothing_is_broken(self) -> None:
        self.oracle.look()

    def end_every_call(self) -> None:
        """With a Twilio that works or not, each of them ends, and in words, whatever is pressed in it for ever."""
        for hand, keys in zip(self.hands, cycle(AT_THE_END), strict=False):
            entries = 0
            while hand.is_calling:
                if hand.phone.in_room:
                    self.clock.shift(timedelta(hours=6))
                    self.by(hand, hand.phone.go_on)
                elif keys and hand.phone.is_asked_for_keys:
                    self.type(hand, keys)
                else:
                    self.by(hand, hand.phone.stay_silent)
                    self.oracle.look()
                entries += 1
                assert entries < ENTRIES_MOST, "the call does not end"

    def teardown(self) -> None:
        if not hasattr(self, "rows"):
            return
        try:
            self.end_every_call()
        finally:
            observers.remove(self.oracle)
            transaction.set_rollback(True)
            self.rows.__exit__(None, None, None)
            self.travel.stop()
        private = WATCH.found()
        assert not private, private


# Without a search for the shortest way to a failure: it takes long, and the steps that led there are printed anyway.
SOME = settings(max_examples=7, stateful_step_count=20, derandomize=True, phases=[Phase.generate])
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.django_db
def test_whatever_callers_do_and_whatever_goes_wrong():
    met.clear()
    with time_machine.travel(NOON, tick=False):
        town = Town()
    # Not "unless it is the default": where CI is set, hypothesis takes a profile "ci" of its own, fifty times as long.
    chosen = settings() if settings.get_current_profile_name() == "thousands" else SOME
    run_state_machine_as_test(lambda: AnyCalls(town), settings=settings(chosen, **COMMON))
    print(dict(met))  # with -s: how many called, and how they got in
    assert met["calls"] > 60
    assert met.total() - met["calls"] > 5
    assert len(met) > 4, f"nobody got in otherwise than by {set(met)}"
