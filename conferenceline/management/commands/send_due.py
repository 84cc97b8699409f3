from typing import Any

from django.core.management.base import BaseCommand

from conferenceline.outbox import send_due


class Command(BaseCommand):
    help = "Sends the mail and texts that are due. The worker does so by itself; meant for cron where none runs."

    def handle(self, *args: Any, **options: Any) -> None:
        count = send_due()
        if options["verbosity"]:
            self.stdout.write(f"Tried {count} deliveries.")
