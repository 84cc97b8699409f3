"""Calls the line from a terminal."""

from __future__ import annotations

import signal
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import phonenumbers
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sandbox import mishaps
from sandbox.exchange.transport import HttpTransport, NoAnswerError, UnreachableError, Waits
from sandbox.exchange.webhooks import EndlessLoopError
from sandbox.keyboard import Keyboard
from sandbox.models import Fault, Leg
from sandbox.phone import WITHHELD, Phone, PhoneError
from sandbox.script import Act, BadScriptError, read_script
from sandbox.terminal import HungUpError, ScriptCutShortError, TerminalCall
from sandbox.twiml import BadTwiml

WIDTH = 100
SLOW_ANSWER = 4.0  # seconds; the line waits five for Twilio


class Command(BaseCommand):
    help = (
        "Calls the line of the demo as NUMBER. Keys are typed on the keyboard, each as it is pressed; from a pipe, "
        "a line of keys goes each time the line asks. Ctrl-C or Ctrl-D hangs up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="who calls: +12025550101, (202) 555-0101 or a SIP address")
        parser.add_argument("--to", metavar="LINE", default="", help=f"the line (default {settings.SANDBOX_LINE})")
        parser.add_argument("--texts", metavar="ADDRESS", default="", help="where the caller reads texts or mail")
        parser.add_argument(
            "--keys",
            metavar="ACTS",
            help="what to do each time the line waits for keys, separated by commas: digits, code (types the code "
            "from the newest message, or from the caller's authenticator app), silence, wait:SECONDS, hangup, "
            "stay (in the room until it ends)",
        )
        parser.add_argument("--expect", choices=("room", "refused", "text"), help="fail unless this happened")
        parser.add_argument("--withheld", action="store_true", help="hide the number from the line")
        parser.add_argument("--silent", action="store_true", help="press nothing at all")
        parser.add_argument("--quick", action="store_true", help="speech and pauses take no time")
        parser.add_argument("--slow", action="store_true", help="Twilio Verify takes four seconds to answer")
        parser.add_argument(
            "--fault",
            metavar="CODE",
            default="",
            help="what Twilio answers to the next code instead of sending or checking it: an error code such as 60205, "
            "http_500, or timeout (nothing in time); where several requests have it, with the request: "
            "verify.check-60202",
        )
        parser.add_argument("--no-status", action="store_true", help="the line is never told that the call ended")
        parser.add_argument("--twice", action="store_true", help="the line gets every request twice")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SANDBOX:
            raise CommandError("This installation talks to Twilio itself. Calls can be pretended with SANDBOX=on.")
        acts = parse_acts(options["keys"])
        phone, fault = make_phone(options), find_fault(options["fault"])
        require_server()
        call = TerminalCall(phone, self.say)
        with slow_answers(phone, on=options["slow"]), meeting(fault):
            self.make_call(call, acts, silent=options["silent"])
        check_expectation(call, options["expect"])

    def make_call(self, call: TerminalCall, acts: list[Act] | None, *, silent: bool) -> None:
        self.say("", f"Calling {call.phone.line} from {a_number(call.phone.number)}.")
        try:
            with ctrl_c_hangs_up(call):
                if acts is not None:
                    call.by_script(acts)
                elif silent:
                    call.in_silence()
                else:
                    call.by_hand(Keyboard())
        except HungUpError:
            pass
        except (ScriptCutShortError, PhoneError) as problem:
            call.hang_up()
            raise CommandError(str(problem)) from problem
        except (BadTwiml, EndlessLoopError) as problem:
            call.hang_up()
            raise CommandError(f"The line answered what Twilio would not take: {problem}") from problem
        self.say("", "The call is over.")

    is_typing = False  # keys that follow each other stand on one line

    def say(self, who: str, what: str) -> None:
        """Prints who says what, wrapped; in colour on a terminal."""
        is_key = who == "You" and what[0] in "0123456789*#"
        if is_key and self.is_typing:
            self.stdout.write(self.style.WARNING(what), ending="")
            self.stdout.flush()
            return
        if self.is_typing:
            self.stdout.write()
        self.is_typing = is_key
        colour: Callable[[str], str] = {
            "Line": self.style.SUCCESS,
            "Twilio": self.style.ERROR,
            "You": self.style.WARNING,
        }.get(who, self.style.HTTP_INFO if who.startswith(("Text", "Mail", "Voice", "Whats", "App")) else str)
        head = f"{who}: " if who else ""
        text = textwrap.fill(what, WIDTH, initial_indent=head, subsequent_indent=" " * min(len(head), 8))
        self.stdout.write(colour(text), ending="" if is_key else "\n")
        self.stdout.flush()


@contextmanager
def ctrl_c_hangs_up(call: TerminalCall) -> Iterator[None]:
    """Ctrl-C is a note to the call, so that it never tears a request or a row apart."""

    def note(signum: int, frame: FrameType | None) -> None:
        call.interrupted = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def parse_acts(keys: str | None) -> list[Act] | None:
    try:
        return None if keys is None else read_script(keys)
    except BadScriptError as problem:
        raise CommandError(f"--keys: {problem}") from problem


def a_number(number: str) -> str:
    return "a withheld number" if number == WITHHELD else number


def make_phone(options: dict[str, Any]) -> Phone:
    number = e164(options["number"])
    phone = Phone(
        WITHHELD if options["withheld"] else number,
        line=e164(options["to"]) if options["to"] else "",
        texts=e164(options["texts"]) if options["texts"] else number,
        pace=Leg.Pace.INSTANT if options["quick"] else Leg.Pace.REAL,
    )
    phone.sends_status = not options["no_status"]
    phone.delivers_twice = options["twice"]
    return phone


def e164(written: str) -> str:
    """A number as somebody types it; a SIP address or a mailbox as it is."""
    if "@" in written:
        return written
    try:
        number = phonenumbers.parse(written, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException as problem:
        raise CommandError(f"{written!r} is no telephone number. Type it like +12025550101.") from problem
    if not phonenumbers.is_possible_number(number):
        raise CommandError(f"{written!r} is too short or too long for a telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def require_server() -> None:
    try:
        HttpTransport().send("GET", f"{settings.PUBLIC_URL}/healthz", None, {}, Waits(2, 5))
    except (UnreachableError, NoAnswerError) as problem:
        raise CommandError(
            f"Nobody answers at {settings.PUBLIC_URL}. Start the line with ./run in another terminal."
        ) from problem


def find_fault(words: str) -> str:
    """The name of what goes wrong; "" for nothing."""
    found = [mishap.name for mishap in mishaps.called(words)]
    if words and not found:
        raise CommandError(f"--fault: Twilio is not known to answer {words}. The phone page lists them all.")
    if len(found) > 1:
        raise CommandError(f"--fault: several requests are answered {words}. Say which: {', '.join(found)}.")
    return next(iter(found), "")


@contextmanager
def meeting(fault: str) -> Iterator[None]:
    """The next request of its kind meets it, while this call lasts."""
    if not fault:
        yield
        return
    mishaps.choose(fault)
    try:
        yield
    finally:
        mishaps.choose("")


@contextmanager
def slow_answers(phone: Phone, *, on: bool) -> Iterator[None]:
    """While this call lasts."""
    if not on:
        yield
        return
    faults = [
        Fault.objects.inject(operation, kind=Fault.Kind.SLOW, times=None, slow=SLOW_ANSWER, in_real_time=True)
        for operation in ("verify.send", "verify.check")
    ]
    try:
        yield
    finally:
        Fault.objects.filter(pk__in=[fault.pk for fault in faults]).delete()


def check_expectation(call: TerminalCall, expected: str | None) -> None:
    happened = {
        None: True,
        "room": call.was_in_room,
        "refused": not call.was_in_room and not call.we_hung_up,
        "text": call.got_message,
    }
    if not happened[expected]:
        raise CommandError(f"Expected {expected}, and it did not happen.")
