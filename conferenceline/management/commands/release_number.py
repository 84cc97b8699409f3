from typing import Any

from django.core.management.base import CommandError, CommandParser

from conferenceline.management.twilio_command import DIFFERENT, TwilioCommand, find
from conferenceline.telephony import numbers
from participants.models import DialInNumber


class Command(TwilioCommand):
    help = (
        "Takes this line's addresses off NUMBER, and the number off the list of dial-in numbers. Addresses that are "
        "not this line's stay. The account keeps the number, and pays for it. Whoever calls it hears that it is not in "
        "service."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", metavar="NUMBER", help="a number of the account")
        parser.add_argument(
            "--dry-run", action="store_true", help="only show what would change; exit code 1 if anything"
        )

    def work(self, **options: Any) -> None:
        number = find(options["number"])
        listed = DialInNumber.objects.filter(number=number.number)
        different = bool(number.differences_without_us or listed)
        if number.differences_without_us:
            self.show(f"The number {number}", number.differences_without_us)
        if listed:
            self.stdout.write(f"The list of dial-in numbers\n  - {number}")
        if options["dry_run"]:
            if different:
                raise CommandError(
                    "Nothing was changed. To change it, run this without --dry-run.", returncode=DIFFERENT
                )
        elif different:
            if number.differences_without_us:
                numbers.change(number, number.differences_without_us)
            listed.delete()
        if number.used_by:
            self.stdout.write(f"Its calls go to {number.used_by}, which is left as it is.")
        if number.texts_used_by:
            self.stdout.write(f"Its texts go to {number.texts_used_by}, which is left as it is.")
        self.stdout.write(
            "Done. The account keeps the number." if different else f"Nothing of this line is on {number}."
        )
