from typing import Any

from django.core.management.base import BaseCommand

from verification import unusual


class Command(BaseCommand):
    help = "Writes unusual calls to the log, each once an hour. The worker does so by itself; meant for cron."

    def handle(self, *args: Any, **options: Any) -> None:
        count = unusual.report()
        if options["verbosity"]:
            self.stdout.write(f"New unusual calls: {count}.")
