from typing import Any

from django.core.management.base import BaseCommand

from conferenceline.outbox import send_due
from verification.told import tell_callers


class Command(BaseCommand):
    help = (
        "Sends the mail and texts that are due, and tells callers who were too early or too late, called for what is "
        "called off, or found the room full. The worker does so by itself; meant for cron where none runs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        tell_callers()
        count = send_due()
        if options["verbosity"]:
            self.stdout.write(f"Tried {count} deliveries.")
