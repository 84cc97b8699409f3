"""A call in a terminal: what is heard is printed, what is typed is pressed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from sandbox.keyboard import Keyboard
from sandbox.models import Leg, Member, Message, Room, Utterance
from sandbox.page import apps
from sandbox.phone import WITHHELD, Phone, PhoneError
from sandbox.script import Act

POLL = 0.2  # seconds between two looks at the call

WHO = {
    Utterance.Kind.SAY: "Line",
    Utterance.Kind.SYSTEM: "Twilio",
    Utterance.Kind.PLAY: "Music",
    Utterance.Kind.MUSIC: "Music",
}
ARRIVES_BY = {"sms": "Text message", "whatsapp": "WhatsApp message", "email": "Mail", "call": "Voice call"}

Print = Callable[[str, str], None]  # who, what


class ScriptCutShortError(Exception):
    """The call ended before its script did."""


class HungUpError(Exception):
    """The caller pressed Ctrl-C, and the call has been hung up."""


class TerminalCall:
    """One call, from dialling to hanging up."""

    def __init__(self, phone: Phone, say: Print) -> None:
        self.phone = phone
        self.say = say
        self.was_in_room = self.got_message = self.we_hung_up = False
        self.interrupted = False  # Ctrl-C: taken up when the call is looked at, never in the middle of a step
        self._utterance = 0
        newest = Message.objects.arrived().order_by("-pk").first()
        self._message = newest.pk if newest else 0
        self._place = self._shown = ""

    def by_hand(self, keyboard: Keyboard) -> None:
        """A person presses keys, or hangs up with Ctrl-C, Ctrl-D or the end of the input."""
        self.phone.dial()
        with keyboard.unbuffered():
            while not self.look():
                keyboard.read(POLL)
                if keyboard.is_terminal or self.phone.is_asked_for_keys:
                    self.press(keyboard.take())
                if keyboard.is_at_end:
                    break
        if not keyboard.is_terminal:
            self.hear_out()
        self.hang_up()

    def in_silence(self) -> None:
        """Nobody presses anything."""
        self.phone.dial()
        while not self.look():
            time.sleep(POLL)

    def by_script(self, acts: list[Act]) -> None:
        """One act each time the line waits for keys, or the call is in a room. Then hangs up."""
        self.phone.dial()
        for act in acts:
            self.hear_out()
            if self.phone.is_over:
                raise ScriptCutShortError(f"The call ended before {act.kind} {act.value}".rstrip() + ".")
            self.perform(act)
        self.hear_out()
        self.hang_up()

    def hear_out(self) -> None:
        """Listens until there is something to do: the line asks for keys, the call is in a room, or it is over."""
        while not self.look() and not (self.phone.is_asked_for_keys or self.phone.in_room):
            time.sleep(POLL)

    def perform(self, act: Act) -> None:
        match act.kind:
            case "keys":
                self.press(act.value)
            case "code":
                self.press(self.newest_code())
            case "silence":
                self.say("You", "(silence)")
                self.phone.stay_silent()
            case "wait":
                end = time.monotonic() + float(act.value)
                while time.monotonic() < end and not self.look():
                    time.sleep(POLL)
            case "hangup":
                self.hang_up()
            case "stay":
                while not self.look() and self.phone.in_room:
                    time.sleep(POLL)

    def newest_code(self) -> str:
        """From the newest message of this call; where none came, what the caller's authenticator app shows."""
        app = "" if self.got_message else apps.code_at(self.phone.number)
        return app or self.phone.text_code()

    def press(self, keys: str) -> None:
        if not keys or self.phone.is_over:
            return
        self.say("You", keys)
        try:
            self.phone.press(keys)
        except PhoneError:
            self.look()  # the line hung up in the middle of the keys

    def hang_up(self) -> None:
        if self.phone.leg is None or self.phone.leg.is_over:
            return
        self.we_hung_up = True
        self.phone.hang_up()
        self.look()
        self.say("You", "(hung up)")

    def look(self) -> bool:
        """Prints what is new; True where the call is over. Raises HungUpError after Ctrl-C."""
        if self.interrupted:
            self.interrupted = False
            self.hang_up()
            raise HungUpError
        self.phone.go_on()
        news: list[tuple[datetime, str, str]] = []
        for utterance in self.phone.utterances(self._utterance):
            self._utterance = utterance.pk
            if who := WHO.get(Utterance.Kind(utterance.kind)):
                news.append((utterance.at, who, utterance.text))
        self.phone.take_code_calls()
        for message in self.phone.messages:
            if message.pk > self._message:
                self._message, self.got_message = message.pk, True
                news.append((message.sent_at, f"{ARRIVES_BY[message.channel]} to {mask(message.to)}", message.body))
        for _at, who, what in sorted(news, key=lambda item: item[0]):
            self.say(who, what)
        self.look_at_app()
        place = self.describe_place()
        if place != self._place and place:
            self.say("Room", place)
        self._place = place
        return self.phone.leg is not None and self.phone.leg.is_over

    def look_at_app(self) -> None:
        """Prints what the app shows, whenever it is another code and the line asks for one."""
        shown = apps.code_at(self.phone.number) if self._is_asked() else ""
        if shown and shown != self._shown:
            self._shown = shown
            self.say("App", f"shows {shown}")

    def _is_asked(self) -> bool:
        return self.phone.leg is not None and self.phone.leg.state in (Leg.State.PROMPTING, Leg.State.LISTENING)

    def describe_place(self) -> str:
        """Where the call is: "you are in the room with 2 others (…0102, …0103), 1 waiting"."""
        member = self.phone.membership
        if member is None:
            return ""
        self.was_in_room = True
        others = [stay.leg.from_number for stay in self.others_in(member.room)]
        count = f"{len(others)} other{'' if len(others) == 1 else 's'}"
        company = f"with {count} ({', '.join(map(mask, others))})" if others else "alone"
        waiting = sum(stay.is_waiting for stay in self.others_in(member.room))
        held = f", {waiting} of them waiting" if waiting else ""
        muted = " You are muted." if member.muted else ""
        if member.is_waiting:
            why = "on hold" if member.hold else "for the room to start"
            return f"You wait {why}, {company}{held}.{muted}"
        return f"You are in the room {company}{held}.{muted}"

    def others_in(self, room: Room) -> list[Member]:
        return list(room.present.exclude(leg=self.phone.leg).select_related("leg", "room").order_by("pk"))


def mask(number: str) -> str:
    """The last four digits; a mailbox keeps its first letter and its host."""
    if number == WITHHELD:
        return "withheld"
    name, at, host = number.removeprefix("sip:").partition("@")
    return f"{name[:1]}…@{host}" if at else f"…{number[-4:]}"
