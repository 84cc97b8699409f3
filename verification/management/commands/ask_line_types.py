"""Asks Twilio what kind of line new contacts have."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from verification.line_types import ask_due


class Command(BaseCommand):
    help = "Asks Twilio Lookup for the line type of contacts that have none yet, so that no text goes to a landline."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOOKUP_LINE_TYPES:
            raise CommandError("Set LOOKUP_LINE_TYPES=on first: each question costs money.")
        count = ask_due()
        if options["verbosity"]:
            self.stdout.write(f"Asked for {count} numbers.")
