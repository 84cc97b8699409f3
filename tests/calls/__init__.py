"""Calls, from ring to hang-up, as the people at both ends of them see them."""
