from typing import Any

from django.core.management.base import BaseCommand

from participants.reminders import remind
from verification.told_later import follow_up


class Command(BaseCommand):
    help = (
        "Owes the reminders that are due, each once, and what those wait for who called too early: that the doors are "
        "open, or that it is called off. The worker does so by itself; meant for cron."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = remind() + follow_up()
        if options["verbosity"]:
            self.stdout.write(f"New reminders: {count}.")
