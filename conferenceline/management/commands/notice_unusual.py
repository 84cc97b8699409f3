from typing import Any

from django.core.management.base import BaseCommand

from participants.models import Team
from verification import conversion, unusual


class Command(BaseCommand):
    help = (
        "Writes unusual calls to the log, and where codes arrive no more, each once an hour or two. The worker does so "
        "by itself; meant for cron."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        calls, codes = unusual.report(), conversion.report(Team.objects.all())
        if options["verbosity"]:
            self.stdout.write(f"New unusual calls: {calls}. New channels or conferences whose codes are lost: {codes}.")
