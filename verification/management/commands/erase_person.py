from typing import Any

from django.core.management.base import CommandError, CommandParser

from verification.erasing import REMAINS, InCallError, erase, goes
from verification.management.one_person import REFUSED, OnePersonCommand


class Command(OnePersonCommand):
    help = (
        "Erases one person: from the address book, the rosters, the mails and texts, the history of changes and, where "
        "it is theirs alone, the log. Says what went, what remains and why. Stopped, it can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        person, dry = self.person_meant(options["person"], options["team"]), options["dry_run"]
        pk = person.pk
        try:
            gone = goes(person) if dry else erase(person)
        except InCallError as refusal:
            raise CommandError(str(refusal), returncode=REFUSED) from None
        self.stdout.write(f"{'Would erase' if dry else 'Erased'} the person with the id {pk}:")
        for what, number in gone.items():
            self.stdout.write(f"  {what}: {number}")
        self.stdout.write("What remains, and why:")
        for sentence in REMAINS:
            self.stdout.write(f"  {sentence}")
