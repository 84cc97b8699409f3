"""Where organizers schedule rooms, keep their address book and edit rosters."""

from participants.admin import accounts, conferences, people, rosters, teams

__all__ = ["accounts", "conferences", "people", "rosters", "teams"]
