"""Where organizers schedule rooms, keep their address book and edit rosters."""

from participants.admin import accounts, conferences, numbers, people, rosters, teams

__all__ = ["accounts", "conferences", "numbers", "people", "rosters", "teams"]
