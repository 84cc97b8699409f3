"""The log of calls, as organizers read it, and letting somebody in by hand."""

from verification.admin import attempts, blocks, by_hand, calls, codes, seats, unlocks

__all__ = ["attempts", "blocks", "by_hand", "calls", "codes", "seats", "unlocks"]
