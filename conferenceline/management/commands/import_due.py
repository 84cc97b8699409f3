from typing import Any

from django.core.management.base import BaseCommand

from participants.importing import import_due


class Command(BaseCommand):
    help = (
        "Reads and saves the files of people that wait. The worker does so by itself; meant for cron where none runs."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count = import_due()
        if options["verbosity"]:
            self.stdout.write(f"Worked on {count} files.")
