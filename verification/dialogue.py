"""What every step of a call shares: asking, asking again, giving up; and how a turn is taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from django.utils.translation import gettext as _

from conferenceline.telephony.errors import MisconfiguredError
from verification.models import Attempt, Call
from verification.recognition import BlockedError
from verification.replies import Ask, HangUp, Join, Reply, Wait

STUMBLES_MOST = 4  # keys that are no answer, in one call


class Codes(Protocol):
    """Who makes, sends and checks codes: conferenceline.telephony.verify.VerifyCodes."""

    def send(self, *, channel: str, address: str, language: str): ...

    def check(self, code: str, *, sid: str, address: str) -> bool: ...

    def cancel(self, sid: str) -> None: ...

    def check_app(self, code: str, *, identity: str, factor_sid: str) -> bool: ...


@dataclass(frozen=True)
class Later:
    """Go on with this step, but on the next turn: this one has made its one outside call."""

    step: type[Step]
    words: str
    seconds: int = 1


Outcome = Reply | Later | type["Step"]


class Step(ABC):
    """One step of a call: arrive at it, ask, and make something of the keys.

    Each of these returns what the turn ends in, or the step that comes next. Words given to `say` are spoken
    before whatever the turn ends in.
    """

    def __init__(self, call: Call, codes: Codes, said: list[str]):
        self.call = call
        self.codes = codes
        self.said = said

    def arrive(self) -> Outcome:
        return self.ask()

    @abstractmethod
    def ask(self, words: str = "") -> Outcome:
        """The question, in these words or in its own."""

    def ask_again(self) -> Outcome:
        """After a worker that never replied: the question, never the answer, since that may have been taken."""
        return self.ask()

    def answer(self, keys: str) -> Outcome:
        return self.ask()

    def say(self, words: str) -> None:
        self.said.append(words)

    def hang_up(self, words: str) -> HangUp:
        self.say(words)
        return HangUp("")

    @property
    def code(self) -> dict[str, int]:
        return {"length": self.call.code_length}

    def refuse(self, outcome: str, detail: str = "") -> HangUp:
        """Turns somebody away before proof, and writes down why."""
        self.note(outcome, detail)
        return self.refusal()

    def blocked(self, error: BlockedError) -> HangUp:
        self.call.people = error.people  # so that their team finds it in the log
        return self.refuse(Attempt.Outcome.BLOCKED)

    def refusal(self) -> HangUp:
        """The one sentence of every refusal before proof: it tells a stranger nothing."""
        self.said.clear()
        return self.hang_up(
            _("We cannot connect this call now. If you were invited, check the time and the number in your invitation.")
        )

    def note(self, outcome: str, detail: str = "") -> None:
        """Writes down what happened on the way to the room, for those who must help a caller."""
        self.call.note(outcome, detail)

    def silent(self, *reminders: str, then: type[Step] | None = None) -> Outcome:
        """Another silence: the reminder whose turn it is, or after the last of them this step, or good-bye.

        At the slow pace the last one is said once more.
        """
        self.call.silences += 1
        if self.call.silences > len(reminders) + self.call.slow_pace:
            return then or self.not_heard()
        return self.ask(reminders[min(self.call.silences, len(reminders)) - 1])

    def not_heard(self) -> HangUp:
        return self.give_up(_("We have not heard from you. Please call again when you are ready. Goodbye."))

    def stumbled(self, words: str) -> Outcome:
        """The keys are no answer to the question. No try is spent, but there is an end to it."""
        self.call.stumbles += 1
        if self.call.stumbles >= STUMBLES_MOST + self.call.slow_pace:
            return self.give_up(_("We are sorry, that did not work. Please call again. Goodbye."))
        return self.ask(words)

    def once_more(self) -> Outcome:
        """After a star: the question again, and no word of blame. There is an end to that, too."""
        return self.stumbled("")

    def give_up(self, words: str) -> HangUp:
        self.note(Attempt.Outcome.GAVE_UP)
        return self.hang_up(words)

    def out_of_order(self) -> HangUp:
        """Our side of the line is broken: nobody can be let in, and the operator has been told in the log."""
        return self.hang_up(
            _("We are sorry. The line has a fault and cannot take your call. Please try again later. Goodbye.")
        )


def take_turn(steps: Mapping[str, type[Step]], call: Call, codes: Codes, *, keys: str, again: bool = False) -> Reply:
    """Takes the call one turn further, and leaves on the call where it stands.

    Args: the keys that were pressed ("" for none); whether to ask again in place of a worker that never replied.
    """
    said: list[str] = []
    if keys:
        call.silences = 0
    step = steps[call.step](call, codes, said)
    try:
        if again:
            outcome = step.ask_again()
        elif call.asked:
            outcome = step.answer(keys)
        else:
            outcome = step.arrive()
        while isinstance(outcome, type):
            step = outcome(call, codes, said)
            call.step, call.asked = outcome.__name__, False
            outcome = step.arrive()
    except MisconfiguredError:
        outcome = step.out_of_order()
    return _settle(outcome, step, call, said)


def _settle(outcome: Reply | Later, step: Step, call: Call, said: list[str]) -> Reply:
    """Notes on the call what its next turn will be, and puts what was said before the reply's own words."""
    call.asked = isinstance(outcome, Ask)
    reply = Wait(outcome.words, outcome.seconds) if isinstance(outcome, Later) else outcome
    match outcome:
        case Ask():
            call.step = type(step).__name__
        case Later():
            call.step = outcome.step.__name__
        case Join():
            call.step = "Farewell"
        case HangUp():
            call.step = "Goodbye"
    return replace(reply, words=" ".join(filter(None, [*said, reply.words])))
