"""A phone: what a person holds. The terminal, the page in the browser and the tests use the same one."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from django.conf import settings

from sandbox.exchange import legs, rooms
from sandbox.exchange.fields import sip_fields, verstat_fields
from sandbox.exchange.transport import Answer, HttpTransport, Transport
from sandbox.exchange.webhooks import replay
from sandbox.models import Leg, Member, Message, Utterance, Webhook

# What Twilio sends where the caller withholds the number: "ANONYMOUS" on a keypad.
WITHHELD = "+266696687"


class PhoneError(Exception):
    """Something was asked of a phone that it cannot do now."""


class Clock(Protocol):
    """time_machine's traveller, as far as a phone uses it."""

    def shift(self, delta: timedelta) -> None: ...


class Phone:
    """Dials, listens, presses keys, hangs up.

    Args:
        number: what the line is told that the caller's number is; may be a SIP address.
        line: the number to dial; settings.SANDBOX_LINE unless said otherwise.
        texts: where this person reads texts and mail; the number unless said otherwise (a borrowed phone).
        wire: how webhooks travel; over HTTP to PUBLIC_URL unless said otherwise.
        pace: "real" where speech takes its time, "instant" where it takes none.
        clock: moved by wait() instead of what this phone waits for.
    """

    def __init__(
        self,
        number: str,
        *,
        line: str = "",
        texts: str = "",
        wire: Transport | None = None,
        pace: str = Leg.Pace.REAL,
        clock: Clock | None = None,
    ) -> None:
        self.number = number
        self.line = line or settings.SANDBOX_LINE
        self.texts_at = texts or number
        self.wire = wire or HttpTransport()
        self.pace = pace
        self.clock = clock
        self.leg: Leg | None = None
        self._heard_up_to = 0
        # Switches for the next calls and for the one that goes on; see the methods below for those of one moment.
        self.sends_status = True
        self.delivers_twice = False
        self.extra_fields: dict[str, str] = sip_fields(number) if number.startswith("sip:") else {}

    def is_attested(self, attestation: str) -> None:
        """What the carriers say of the number from the next call on: "A", "B", "C", "failed", or "" for nothing."""
        others = {name: value for name, value in self.extra_fields.items() if name != "StirVerstat"}
        self.extra_fields = {**others, **verstat_fields(attestation)}

    def pick_up(self, sid: str) -> None:
        """Goes on with a call that another process placed: a page knows its call by the SID."""
        self.leg = Leg.objects.get(sid=sid)

    # What a person does

    def dial(self) -> None:
        """Calls the line. One call at a time."""
        if self.leg is not None and not self.is_over:
            raise PhoneError("This phone is in a call already.")
        self.leg = legs.place(
            self.number,
            self.line,
            pace=self.pace,
            extra_fields=self.extra_fields,
            sends_status=self.sends_status,
            delivers_twice=self.delivers_twice,
        )
        self._heard_up_to = 0
        self.go_on()

    def press(self, keys: str) -> None:
        """Presses these keys, one after the other. A key that nobody listens for is lost, as on any phone."""
        if self.is_over:
            raise PhoneError(f"The call is over: nobody takes {keys!r}.")
        for key in keys:
            if key not in "0123456789*#":
                raise PhoneError(f"There is no {key!r} on a phone.")
        self._begin_to_listen()
        legs.press(self._call, keys, self.wire)

    def stay_silent(self) -> None:
        """Presses nothing until the line stops waiting for keys."""
        self._begin_to_listen()
        legs.fall_silent(self._call, self.wire)

    def wait(self, seconds: float) -> None:
        """Lets time pass, and presses nothing."""
        self._begin_to_listen()
        legs.let_time_pass(self._call, seconds, self.wire, self._pass_time)

    def hang_up(self) -> None:
        self._begin_to_listen()
        legs.hang_up(self._call, self.wire)

    def go_on(self) -> None:
        """Lets the line do what is due. Looking at the phone does this too."""
        try:
            legs.go_on(self._call, self.wire)
        except legs.LegBusyError:
            self._call.refresh_from_db()  # another process has this call in its hands: what stands is what there is

    # What a person hears and sees

    @property
    def heard(self) -> list[str]:
        """The sentences since this person last did something."""
        return self._sentences(self._heard_up_to)

    @property
    def everything_heard(self) -> list[str]:
        return self._sentences(0)

    @property
    def is_over(self) -> bool:
        self.go_on()
        return self._call.is_over

    @property
    def is_asked_for_keys(self) -> bool:
        self.go_on()
        return self._call.state in (Leg.State.PROMPTING, Leg.State.LISTENING)

    @property
    def room(self) -> str:
        """The name of the room that the call is in; "" where it is in none."""
        return self.membership.room.friendly_name if self.membership else ""

    @property
    def in_room(self) -> bool:
        return self.membership is not None

    @property
    def hears_music(self) -> bool:
        """Whether the call waits in a room: for somebody who starts it, or on hold."""
        return self.membership is not None and self.membership.is_waiting

    @property
    def membership(self) -> Member | None:
        self.go_on()
        return rooms.stay_of(self._call)

    @property
    def messages(self) -> list[Message]:
        """What arrived at this person's number or mailbox, oldest first."""
        return list(Message.objects.arrived().filter(to=self.texts_at))

    def take_code_calls(self) -> bool:
        """Presses a key on whatever rings at this person's other phone; whether anything rang."""
        return bool(Message.objects.filter(to=self.texts_at, waits_for_key=True).update(waits_for_key=False))

    def text_code(self) -> str:
        """The code in the newest message to this person."""
        codes = [message.code for message in self.messages if message.code]
        if not codes:
            raise PhoneError(f"No code has arrived at {self.texts_at}.")
        return codes[-1]

    def utterances(self, after: int = 0) -> list[Utterance]:
        """Everything that sounded in this call, music and pauses too, after the row with this key."""
        return list(self._call.utterances.filter(pk__gt=after))

    # What Twilio does to the line, and can be made to do

    @property
    def sid(self) -> str:
        return self._call.sid

    @property
    def webhooks(self) -> list[Webhook]:
        """Every request that was made about this call, with its answer."""
        return list(self._call.webhooks.all())

    @property
    def last_request(self) -> Webhook:
        made = [webhook for webhook in self.webhooks if webhook.kind != "replay"]
        if not made:
            raise PhoneError("No request has been made yet.")
        return made[-1]

    def replay(self, webhook: Webhook) -> Answer:
        """Sends an old request again, byte for byte; the call does not follow what comes back."""
        return replay(webhook, self.wire)

    def deliver_twice(self, *, on: bool = True) -> None:
        """From now on the line gets every request of this call twice, and the second answer counts."""
        self.delivers_twice = on
        if self.leg:
            self.leg.store(delivers_twice=on)

    def send_no_status(self) -> None:
        """The status callback of this phone's calls never comes."""
        self.sends_status = False
        if self.leg:
            self.leg.store(sends_status=False)

    def lose_answers(self, count: int = 1) -> None:
        """The line answers the next requests of this call, and Twilio never hears it."""
        self._call.store(answers_to_lose=count)

    # Inside

    @property
    def _call(self) -> Leg:
        if self.leg is None:
            raise PhoneError("This phone has not dialled.")
        return self.leg

    def _begin_to_listen(self) -> None:
        newest = self._call.utterances.order_by("-pk").first()
        self._heard_up_to = newest.pk if newest else 0

    def _sentences(self, after: int) -> list[str]:
        self.go_on()
        spoken = (Utterance.Kind.SAY, Utterance.Kind.SYSTEM)
        return [utterance.text for utterance in self.utterances(after) if utterance.kind in spoken]

    def _pass_time(self, stretch: timedelta) -> None:
        if self.clock is not None:
            self.clock.shift(stretch)
        else:
            legs.bring_forward(self._call, stretch)
