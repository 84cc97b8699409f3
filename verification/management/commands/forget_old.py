from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from verification import retention

SHORTEST = 2  # days: longer than any call, and than any limit's window


class Command(BaseCommand):
    help = (
        "Deletes the calls that rang more than RETENTION_DAYS ago, with the attempts, codes and seats that hang on "
        "them, and what else is as old: mails and texts, changes, what was done by hand, blocks and invitations to log "
        "in that are over, wrong sign-ins. With them go numbers, addresses and names. Meant for every night; running "
        "it twice is harmless."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and delete nothing")
        parser.add_argument("--days", type=int, default=settings.RETENTION_DAYS, help="in place of RETENTION_DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        days = options["days"]
        if days < SHORTEST:
            raise CommandError(f"Calls are kept for {SHORTEST} days at least: some may be going on still.")
        before = timezone.now() - timedelta(days=days)
        count = retention.would_go if options["dry_run"] else retention.forget
        counted = ", ".join(f"{number} {kind}" for kind, number in count(before).items())
        if options["verbosity"]:
            verb = "Would delete" if options["dry_run"] else "Deleted"
            self.stdout.write(f"{verb} what is older than {days} days ({before:%Y-%m-%d %H:%M} UTC): {counted}.")
