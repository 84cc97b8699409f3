from typing import Any

from django.core.management.base import BaseCommand

from verification.forgetting import forget_due


class Command(BaseCommand):
    help = "Has Twilio forget the authenticator apps that were removed. The worker does so by itself, every minute."

    def handle(self, *args: Any, **options: Any) -> None:
        count = forget_due()
        if options["verbosity"]:
            self.stdout.write(f"Forgotten: {count}.")
