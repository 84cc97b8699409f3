"""Anybody calls, presses anything and hangs up at any time, and anything goes wrong: what holds in every call.

Some calls, always the same ones, with each run of the tests; thousands of others by hand (docs/developing.md):

    .venv/bin/python -m pytest tests/calls/test_any_calls.py --hypothesis-profile=thousands
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle

import pytest
import time_machine
from django import conf
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from participants.models import Conference, Team
from rooms.sweep import sweep
from sandbox.models import Fault
from sandbox.rest import observers
from tests.calls.oracle import Oracle
from tests.calls.organizers import Organizers
from tests.calls.quay import Quay
from tests.calls.town import KEYS, Hand, Town
from tests.log_watch import WATCH
from verification.models import Admission, Attempt, Tally

NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)
HANDS = st.integers(0, 13)
PEOPLE = st.integers(0, 7)
ROOMS = st.integers(0, 3)
# What Twilio answers instead of doing it: its error code and status, or how the answer gets lost.
MISHAPS = (
    *((60205, 403), (60203, 429), (60212, 429), (20429, 429), (60410, 403), (60223, 400), (60217, 400), (20003, 401)),
    *((60202, 429), (20404, 404), (60200, 400), "timeout", "timeout_after", "refused", "http_500"),
)
ENDING = "calls.update"
ASKED = ("verify.send", "verify.check", "verify.update", "challenges.create")
ACTS = (
    "vouch",
    "vouch",
    "change_roster",
    "change_contact",
    "take_off_contact",
    "lock",
    "block",
    "block",
    "unlock",
    "look_up",
    "close_country",
    "limit_codes",
)
FEW_TRIES = {
    "roster_numbers_per_line": "4/3600",
    "roster_numbers": "3/600",
    "wrong_passcodes_per_line": "4/3600",
    "wrong_passcodes_per_conference": "3/600",
}
FEW = {"sends_per_hour": "2/3600", "sends_per_day": "12/86400"}  # of the installation's
ATTESTATIONS = st.sampled_from(("", "", "A", "A", "B", "failed"))
ENTRIES_TO_GET_IN = 8  # with a roster number and a menu, which another team may cause
UNLOCK = "unlock"
NEVERTHELESS = "gets in whatever another team does"
LIMITING = ["enter_contact", "limit_codes", "close_country", "check_numbers", "ask_more"]  # what is limited elsewhere
TOLD_MOST = 4  # things that a caller who does as the line says has to do, to get in
ANAS_PHONE, BORROWED_PHONE = 0, 9  # of the hands; she reads her codes beside both, and has nothing but a mobile
MOBILE_PHONE, MAIL_PHONE, WITHHELD_PHONE, GUESTS_PHONE, APP_PHONE, MALLORYS_PHONE = 4, 6, 8, 10, 11, 13
STRANGE_PHONES = (WITHHELD_PHONE - 1, WITHHELD_PHONE, GUESTS_PHONE)  # which are asked for a number; two know passcodes
WAYS_IN = {"sms", "email", "totp", "passcode", "by hand", "came back"}
SHUTS_OUT = (("block", None), ("block", WITHHELD_PHONE), ("look_up", ANAS_PHONE), ("close_country", None))  # what, whom
LEDGER, ORCHID = 0, 1  # of the rooms: back in after a drop; blocked by the beginning of a number, all of a team's codes
CODES_WANTED = 5  # by whoever asks for one after the other
SILENCE = 45  # seconds, in which the line stops waiting for keys
ENTRIES_MOST = 40  # silences, or keys that lead nowhere, until a call has ended
WRONG_MOST = 3  # in a call
WRONG_PASSCODES = ["conference number", *["141421"] * WRONG_MOST]
WRONG_NUMBERS = ["10000000"] * WRONG_MOST
TRIED = (WRONG_PASSCODES, WRONG_NUMBERS, ["conference number", "passcode"], ["as told"] * TOLD_MOST)
HOUR = 3601  # seconds, and one
AT_THE_END = ("", "*#", "000000")  # what callers press until their call ends, each of them the same

MEANWHILE = st.one_of(
    st.tuples(st.just("go_wrong"), st.sampled_from((*MISHAPS, *[""] * 8)), st.sampled_from(ASKED), st.integers(1, 3)),
    st.tuples(st.just("go_astray"), HANDS, st.sampled_from(("twice", "once", "lost", "replayed")), st.integers(0, 30)),
    st.tuples(st.just("let_time_pass"), st.sampled_from((1, 3, 8, 13, 21, 25, 61, 100, 190, 400, 601, 610, HOUR))),
    st.tuples(st.just("organize"), st.sampled_from(ACTS), PEOPLE, ROOMS, HANDS, st.booleans()),
)

# What has to have stopped somebody somewhere, or nothing was tried of it.
STOPS = {
    "the hour's codes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "sends_per_hour"},
    "a conference's codes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "codes_of_conference"},
    "a team's codes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "codes_of_team"},
    "the day's codes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "sends_per_day"},
    "a contact's wrong codes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "wrong_codes_per_contact"},
    "a line's roster numbers": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "roster_numbers_per_line"},
    "all roster numbers": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail": "roster_numbers"},
    "a line's passcodes": {"outcome": Attempt.Outcome.OVER_LIMIT, "detail__contains": "wrong_passcodes_per_line"},
    "a room's passcodes": {
        "outcome": Attempt.Outcome.OVER_LIMIT,
        "detail__contains": "wrong_passcodes_per_conference",
    },
    "a block": {"outcome": Attempt.Outcome.BLOCKED},
    "a landline": {"outcome": Attempt.Outcome.NO_CONTACT, "detail": "line"},
    "a country": {"outcome": Attempt.Outcome.NO_CONTACT, "detail": "country"},
}
met: Counter[str] = Counter()
stopped: Counter[str] = Counter()


@contextmanager
def not_to_last() -> Iterator[None]:
    """What happens in it has not happened afterwards."""
    rows = transaction.atomic()
    rows._from_testcase = True  # the sandbox must not take it for a transaction of the application's
    with rows:
        yield
        transaction.set_rollback(True)


class AnyCalls(Organizers, RuleBasedStateMachine):
    """Each rule is something that somebody does, or that happens to the line."""

    def __init__(self, town: Town) -> None:
        super().__init__()
        self.town = town

    @initialize()
    def begin(self) -> None:
        self.travel = time_machine.travel(NOON, tick=False)
        self.clock = self.travel.start()
        self.rows = not_to_last()
        self.rows.__enter__()
        self.hands = self.town.hands()
        for hand in self.hands:
            hand.phone.clock = self.clock
        self.oracle = Oracle(self.town, self.hands, met)
        conf.settings.ALLOWED_COUNTRIES = []
        conf.settings.LIMITS = self.town.limits
        conf.settings.LOOKUP_SIM_SWAPS = True
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
        self.oracle.rings(hand)
        self.by(hand, hand.phone.dial)
        self.oracle.look()

    @rule(attestation=ATTESTATIONS, lingers=st.booleans())
    def change_phones(self, attestation: str, lingers: bool) -> None:
        """Ana is in, and joins again from a phone that she has borrowed; her first call may not be ended at once."""
        self.do_as_told(ANAS_PHONE, attestation, helped=False, drops=False)
        if lingers:
            Fault.objects.inject(ENDING, kind="timeout")
        self.do_as_told(BORROWED_PHONE, attestation, helped=False, drops=False)
        Fault.objects.filter(operation=ENDING).delete()

    @rule(who=HANDS, attestation=ATTESTATIONS)
    def ask_for_codes(self, who: int, attestation: str) -> None:
        """Again and again, and by the first way that the menu offers."""
        hand = self.hands[who]
        for _time in range(CODES_WANTED):
            self.press(who, attestation, ["*#", "1 of the ways"])
            if hand.is_calling and hand.call.step == "WaitToSend":
                self.by(hand, hand.phone.stay_silent)
                self.oracle.look()

    @rule(who=HANDS, attestation=ATTESTATIONS)
    def ask_for_codes_hour_by_hour(self, who: int, attestation: str) -> None:
        """While the installation may send few."""
        conf.settings.LIMITS = self.town.limits | FEW
        self.ask_for_codes(who, attestation)
        self.let_time_pass(HOUR)
        self.ask_for_codes(who, attestation)
        conf.settings.LIMITS = self.town.limits

    @rule(who=HANDS, attestation=ATTESTATIONS, room=ROOMS, most=st.integers(1, 2))
    def spend_the_codes(self, who: int, attestation: str, room: int, most: int) -> None:
        """Of a conference, or of the team, which may have few a day from now on."""
        self.limit_codes_to(most, self.town.rooms.all[room])
        self.press(who, attestation, ["as told", "*#", "*#"])

    @rule(who=HANDS, attestation=ATTESTATIONS, calls=st.integers(2, 3))
    def guess(self, who: int, attestation: str, calls: int) -> None:
        """At the code, in call after call."""
        for _call in range(calls):
            self.press(who, attestation, ["a wrong code"] * WRONG_MOST)

    @rule(who=HANDS, attestation=ATTESTATIONS, what=st.sampled_from(SHUTS_OUT), room=ROOMS)
    def is_shut_out(self, who: int, attestation: str, what: tuple[str, int | None], room: int) -> None:
        """Something keeps a caller out, and then does not any more."""
        act, whom = what
        who = who if whom is None else whom
        hand, people = self.hands[who], self.town.people
        person = people.index(hand.person) if hand.person in people else 0
        for on in (True, False):
            self.organize(act, person, room, who, on)
            self.do_as_told(who, attestation, helped=False, drops=on)

    @rule(who=HANDS, act=st.sampled_from(("change_contact", "take_off_contact")), typed=st.booleans())
    def is_changed_in_the_call(self, who: int, act: str, typed: bool) -> None:
        """Where this caller's code goes, while it is waited for or once it was typed; and then back again."""
        hand = self.hands[who]
        if not hand.person or hand.person == self.town.quay.mallory:
            return
        self.dial(who, "")
        if typed:
            self.press(who, "", ["as told"])
        for on in (True, False):
            self.organize(act, self.town.people.index(hand.person), LEDGER, who, on)
            self.press(who, "", ["as told"] * TOLD_MOST)

    @rule(who=st.sampled_from(STRANGE_PHONES), attestation=ATTESTATIONS, keys=st.sampled_from(TRIED))
    def try_numbers(self, who: int, attestation: str, keys: list[str]) -> None:
        """Passcodes or roster numbers, wrong or right, in call after call, while few may be tried."""
        conf.settings.LIMITS = self.town.limits | FEW_TRIES
        for _call in range(2):
            self.fall_silent(who, "hangs up")
            self.press(who, attestation, keys)
        conf.settings.LIMITS = self.town.limits

    @rule(act=st.sampled_from(("", "block", "change_roster")))
    def drop_and_come_back(self, act: str) -> None:
        """Ana, whose line was blocked meanwhile, or who was taken off the roster, and then not any more."""
        hand = self.hands[ANAS_PHONE]
        self.do_as_told(ANAS_PHONE, "A", helped=False, drops=False)
        if hand.is_calling:
            self.by(hand, hand.phone.hang_up)
        for on in (act == "block", act != "block") if act else ():
            self.organize(act, 0, LEDGER, ANAS_PHONE, on)
        self.dial(ANAS_PHONE, "A")

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

    def everybody_leaves(self) -> None:
        for who in range(len(self.hands)):
            self.fall_silent(who, "hangs up")
        self.let_time_pass(610)

    def let_time_pass(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))
        for hand in self.hands:
            if hand.is_calling:
                self.by(hand, hand.phone.go_on)
        if seconds > 300:
            sweep()

    # What another team does

    @rule(act=st.sampled_from((*Quay.ACTS, UNLOCK)), who=HANDS, on=st.booleans())
    def do_elsewhere(self, act: str, who: int, on: bool) -> None:
        self.meddle(who, [act], on)

    def meddle(self, who: int, acts: list[str], on: bool = True) -> None:
        """Whoever gets in as if there were no such team gets in nevertheless, and types no more codes than that."""
        hand, quay = self.hands[who], self.town.quay
        if hand.person in (None, quay.mallory):
            return
        codes = self.codes_to_get_in(hand, but=quay.vanish)
        for act in acts:
            if act == UNLOCK:
                self.unlock(quay.mallory, self.town.rooms.ledger, hand, on)
            else:
                getattr(quay, act)(hand.person, hand.call if hand.is_calling else None, on)
            self.oracle.done_elsewhere(act)
        if codes is None:
            return
        met[NEVERTHELESS] += 1
        needed = self.codes_to_get_in(hand)
        assert needed is not None, f"another team keeps {hand.person} out: {acts}"
        assert needed <= codes, f"another team makes {hand.person} type more codes: {acts}"

    def codes_to_get_in(self, hand: Hand, but: Callable[[], None] = lambda: None) -> int | None:
        """The codes that this caller would have to type, if all else went right; None where they would not get in."""
        with not_to_last():
            Fault.objects.all().delete()
            Conference.objects.filter(pk=self.town.rooms.ledger.pk).update(comes_back=False)
            Conference.objects.filter(team=self.town.rooms.ledger.team).update(codes_per_day=None)
            Tally.objects.filter(key__startswith="roster_numbers").delete()
            Team.objects.exclude(pk=self.town.quay.team.pk).update(codes_per_day=None)
            but()
            twin = copy.copy(hand)
            twin.phone = copy.copy(hand.phone)
            twin.phone.leg = copy.copy(hand.phone.leg)
            return self.does_as_told(twin)

    def does_as_told(self, hand: Hand) -> int | None:
        codes = 0
        if not hand.is_calling:
            hand.phone.dial()
        for _entry in range(ENTRIES_TO_GET_IN):
            seat = Admission.objects.filter(call__sid=hand.phone.sid).last()
            if seat or hand.phone.is_over:
                return codes if seat and seat.participant == hand.person else None
            codes += hand.call.step in ("EnterCode", "WaitToSend", "StayOnLine", "OfferNewCode")
            hand.phone.press(self.town.keys(hand, "as told"))
        return None

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
                    self.by(hand, hand.phone.wait, SILENCE)
                    self.oracle.look()
                entries += 1
                assert entries < ENTRIES_MOST, "the call does not end"

    def teardown(self) -> None:
        if not hasattr(self, "rows"):
            return
        try:
            self.end_every_call()
            stopped.update(name for name, words in STOPS.items() if Attempt.objects.filter(**words).exists())
        finally:
            observers.remove(self.oracle)
            self.rows.__exit__(None, None, None)
            self.travel.stop()
        private = WATCH.found()
        assert not private, private


def each_once(town: Town) -> None:
    """What would else be left to chance: each way in, and each thing that keeps callers out, tried by somebody."""
    calls = AnyCalls(town)
    calls.begin()
    try:
        calls.ask_for_codes_hour_by_hour(MAIL_PHONE, "")
        calls.everybody_leaves()
        for who, helped in ((MAIL_PHONE, True), (MAIL_PHONE, False), (GUESTS_PHONE, False), (APP_PHONE, False)):
            calls.do_as_told(who, "", helped, drops=False)
            calls.fall_silent(who, "hangs up")
        for what in SHUTS_OUT:
            calls.is_shut_out(MOBILE_PHONE, "", what, ORCHID)
            calls.everybody_leaves()
        for act in ("", "block", "change_roster"):
            calls.drop_and_come_back(act)
            calls.everybody_leaves()
        for room in (LEDGER, ORCHID):  # what Cleo has is open to her in one room alone
            calls.spend_the_codes(MOBILE_PHONE, "", room, 1)
            calls.limit_codes_to(None, calls.town.rooms.all[room])
            calls.everybody_leaves()
        for who in (ANAS_PHONE, APP_PHONE):  # who has nothing but a mobile, and who has an app beside it
            calls.meddle(who, ["enter_line"])
            calls.meddle(who, LIMITING)
            calls.ask_for_codes(MALLORYS_PHONE, "")
            calls.meddle(who, ["block"])
            calls.meddle(who, ["block", "ask_more"], on=False)  # or nobody is let in there by hand
            calls.dial(who, "")
            calls.meddle(who, [UNLOCK, "vouch"])
            calls.everybody_leaves()
            calls.meddle(who, ["vouch"], on=False)
            calls.meddle(who, ["enter_line"], on=False)
        calls.change_phones("", lingers=True)
        calls.everybody_leaves()
        for typed in (False, True):
            calls.is_changed_in_the_call(ANAS_PHONE, "change_contact", typed)
            calls.everybody_leaves()
        for keys in (WRONG_PASSCODES, WRONG_NUMBERS):  # first the room's, or everybody's, and then those of the line
            calls.try_numbers(GUESTS_PHONE, "", keys)
            calls.everybody_leaves()
            calls.try_numbers(GUESTS_PHONE, "", keys)
        calls.guess(ANAS_PHONE, "", 2)
        calls.ask_for_codes_hour_by_hour(MAIL_PHONE, "")
    finally:
        calls.teardown()


# Without a search for the shortest way to a failure: it takes long, and the steps that led there are printed anyway.
SOME = settings(max_examples=5, stateful_step_count=18, derandomize=True, phases=[Phase.generate])
COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.django_db
def test_whatever_callers_do_and_whatever_goes_wrong():
    met.clear()
    stopped.clear()
    with time_machine.travel(NOON, tick=False):
        town = Town()
    # Not "unless it is the default": where CI is set, hypothesis takes a profile "ci" of its own, fifty times as long.
    chosen = settings() if settings.get_current_profile_name() == "thousands" else SOME
    with override_settings():  # each run sets its own
        each_once(town)
        run_state_machine_as_test(lambda: AnyCalls(town), settings=settings(chosen, **COMMON))
    print(dict(met), dict(stopped))  # with -s: how many called, how they got in, and in how many runs what stopped them
    assert met["calls"] > 60
    assert sum(met[f"let in: {way}"] for way in WAYS_IN) > 5
    assert met[NEVERTHELESS] > 5
    assert {f"let in: {way}" for way in WAYS_IN} <= set(met), "some way in was not gone"
    assert set(stopped) == set(STOPS), "something of what should stop somebody never did"
