"""The log of calls, as organizers read it, and letting somebody in by hand."""

from verification.admin import attempts, by_hand, calls, codes, seats

__all__ = ["attempts", "by_hand", "calls", "codes", "seats"]
