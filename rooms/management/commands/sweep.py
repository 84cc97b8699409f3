from typing import Any

from django.core.management.base import BaseCommand

from rooms.sweep import sweep


class Command(BaseCommand):
    help = "Tidies up after callbacks that never came. Meant for cron, every few minutes; running it twice is harmless."

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep()
        if options["verbosity"]:
            self.stdout.write(
                f"Ended {swept.calls} calls, freed {swept.seats} seats, "
                f"ended {swept.legs} replaced legs, forgot {swept.tallies} tallies."
            )
