from typing import Any

from django.core.management.base import BaseCommand

from verification import ladder


class Command(BaseCommand):
    help = "Notes on contacts how codes fared in calls that go on. The worker does so by itself; meant for cron."

    def handle(self, *args: Any, **options: Any) -> None:
        count = ladder.remember_lately()
        if options["verbosity"]:
            self.stdout.write(f"Contacts noted: {count}.")
