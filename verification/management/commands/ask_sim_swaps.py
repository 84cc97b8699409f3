"""Asks Twilio whether the SIM of somebody's number was changed, before a conference that wants to know."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from verification.sim_swaps import ask_due


class Command(BaseCommand):
    help = "Asks Twilio Lookup, before conferences that want it, whose SIM was changed, so that no code goes there."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOOKUP_SIM_SWAPS:
            raise CommandError("Set LOOKUP_SIM_SWAPS=on first: each question costs money.")
        count = ask_due()
        if options["verbosity"]:
            self.stdout.write(f"Asked for {count} numbers.")
