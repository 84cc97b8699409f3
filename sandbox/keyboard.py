"""Keys from standard input."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

END_OF_INPUT = "\x04"  # Ctrl-D


class Keyboard:
    """At a terminal each key goes as it is pressed; from a pipe a line goes each time the call asks for keys."""

    def __init__(self) -> None:
        self.file = sys.stdin.fileno()
        self.is_terminal = os.isatty(self.file)
        self.waiting = ""
        self.ended = False

    @contextmanager
    def unbuffered(self) -> Iterator[None]:
        """Keys come one by one, and are not echoed; afterwards the terminal is as it was."""
        if not self.is_terminal:
            yield
            return
        import termios
        import tty

        before = termios.tcgetattr(self.file)
        try:
            tty.setcbreak(self.file)
            yield
        finally:
            termios.tcsetattr(self.file, termios.TCSADRAIN, before)

    def read(self, seconds: float) -> None:
        """Takes in what was typed, waiting this long for it."""
        ready, _, _ = select.select([] if self.ended else [self.file], [], [], seconds)
        if not ready:
            return
        typed = os.read(self.file, 1024).decode(errors="replace")
        if not typed or (self.is_terminal and END_OF_INPUT in typed):
            self.ended = True
        self.waiting += typed.partition(END_OF_INPUT)[0]

    def take(self) -> str:
        """The keys to press now, without whatever is no key."""
        if self.is_terminal:
            typed, self.waiting = self.waiting, ""
        else:
            typed, _, self.waiting = self.waiting.lstrip().partition("\n")
        return "".join(key for key in typed if key in "0123456789*#")

    @property
    def is_at_end(self) -> bool:
        return self.ended and not self.waiting.strip()
