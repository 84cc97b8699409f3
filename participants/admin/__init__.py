"""Where organizers schedule rooms, keep their address book and edit rosters."""

from participants.admin import accounts, conferences, dates, deliveries, groups, numbers, people, rosters, teams

__all__ = ["accounts", "conferences", "dates", "deliveries", "groups", "numbers", "people", "rosters", "teams"]
