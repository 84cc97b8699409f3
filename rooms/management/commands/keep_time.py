from typing import Any

from django.core.management.base import BaseCommand

from rooms.ending import end_rooms, warn_rooms


class Command(BaseCommand):
    help = (
        "Has rooms that end soon told so, and ends those whose end was put earlier. Meant for cron, every minute; "
        "running it twice is harmless."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        warned, ended = warn_rooms(), end_rooms()
        if options["verbosity"]:
            self.stdout.write(f"Told {warned} rooms that they end soon, ended {ended}.")
