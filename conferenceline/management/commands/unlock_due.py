from typing import Any

from django.core.management.base import BaseCommand

from verification.unlocking import unlock_due


class Command(BaseCommand):
    help = "Gives the people whom an organizer unlocked their tries back. The worker does so by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        count = unlock_due()
        if options["verbosity"]:
            self.stdout.write(f"Unlocked: {count}.")
