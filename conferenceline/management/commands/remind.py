from typing import Any

from django.core.management.base import BaseCommand

from participants.reminders import remind


class Command(BaseCommand):
    help = "Owes the reminders that are due, each once. The worker does so by itself; meant for cron."

    def handle(self, *args: Any, **options: Any) -> None:
        count = remind()
        if options["verbosity"]:
            self.stdout.write(f"New reminders: {count}.")
