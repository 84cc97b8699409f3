from typing import Any

from django.core.management.base import BaseCommand

from participants.schedule import lay_out_all


class Command(BaseCommand):
    help = "Stores the next dates of conferences that repeat. The worker does so every night; twice does no harm."

    def handle(self, *args: Any, **options: Any) -> None:
        count = lay_out_all()
        if options["verbosity"]:
            self.stdout.write(f"New dates: {count}.")
