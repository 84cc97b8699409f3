"""Asks Twilio whose number may be in other hands, before a conference that wants to know."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from participants.models import Doubt
from verification.number_checks import ask_due


class Command(BaseCommand):
    help = (
        "Asks Twilio Lookup, before conferences that want it, whose number may be in other hands: no code goes there."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not any(doubt.heeded for doubt in Doubt):
            raise CommandError(
                "Set LOOKUP_SIM_SWAPS=on first, LOOKUP_REASSIGNED_NUMBERS or LOOKUP_CALL_FORWARDING: each question "
                "costs money."
            )
        count = ask_due()
        if options["verbosity"]:
            self.stdout.write(f"Asked for {count} numbers.")
