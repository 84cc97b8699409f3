from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from conferenceline.management.twilio_command import DIFFERENT, WRONG, TwilioCommand, find, owned_numbers
from conferenceline.telephony import numbers, verify_service
from conferenceline.telephony.errors import NotThereError
from conferenceline.telephony.numbers import Number
from conferenceline.telephony.verify_service import Service
from participants.models import DialInNumber


class Command(TwilioCommand):
    help = (
        "Makes Twilio send the calls and texts of NUMBER to this line, and gives the Verify service the settings and "
        "rate limits that the line needs; makes the service where there is none. Changes only what is different, so "
        "that it can be run again and again. Buys nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "number",
            metavar="NUMBER",
            nargs="?",
            help="a number of the account; needed only where several could be meant",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="only show what would change; exit code 1 if anything"
        )
        parser.add_argument(
            "--take-over", action="store_true", help="even if something else takes the number's calls or texts now"
        )
        parser.add_argument("--label", help="what the invitations call the number, such as a country")
        parser.add_argument(
            "--language", choices=[code for code, _ in settings.LANGUAGES], help="what its callers hear"
        )
        parser.add_argument(
            "--service-name",
            default="Conferenceline",
            help="of the Verify service to find or make; it begins each text message (default: %(default)s)",
        )

    def work(self, **options: Any) -> None:
        number = find(options["number"]) if options["number"] else meant()
        if not number.takes_calls:
            raise CommandError(f"{number} cannot take voice calls. Choose another number.", returncode=WRONG)
        taken = [("calls", number.used_by), ("texts", number.texts_used_by)]
        in_use = " and ".join(f"its {what} go to {other}" for what, other in taken if other)
        if in_use and not options["take_over"]:
            raise CommandError(
                f"{number} is in use: {in_use}. Nothing was changed. If this line shall have "
                f"them: manage.py provision_number {number} --take-over",
                returncode=DIFFERENT,
            )
        service = service_called(options["service_name"])
        listing = {name: options[name] for name in ("label", "language") if options[name] is not None}
        lists = not DialInNumber.objects.filter(number=number.number, **listing).exists()
        different = bool(number.differences or service.differences or lists)
        self.show(f"The number {number}", number.differences)
        self.show(f"The Verify service {service}", service.differences)
        if lists:
            self.stdout.write(
                f"The list of dial-in numbers\n  + {number}{''.join(f', {word}' for word in listing.values())}"
            )
        if options["dry_run"]:
            if different:
                raise CommandError(
                    "Nothing was changed. To change it, run this without --dry-run.", returncode=DIFFERENT
                )
        elif different:
            service = verify_service.provide(service)
            if number.differences:
                numbers.change(number, number.differences)
            DialInNumber.objects.update_or_create(number=number.number, defaults=listing)
        self.stdout.write("Done." if different else "Nothing to change.")
        self.tell_environment(service)

    def tell_environment(self, service: Service) -> None:
        """What the line has to be told, where it has not been."""
        wanted = {}
        if service.sid != settings.TWILIO_VERIFY_SERVICE_SID:
            wanted["TWILIO_VERIFY_SERVICE_SID"] = service.sid
        if not settings.VERIFY_RATE_LIMITS:
            wanted["VERIFY_RATE_LIMITS"] = "on"
        if wanted:
            self.stdout.write("Now put this into the environment of the line, and restart it:")
            for name, value in wanted.items():
                self.stdout.write(f"  {name}={value}")


def meant() -> Number:
    number = numbers.meant(listed={str(each.number) for each in DialInNumber.objects.all()})
    if number is None:
        raise CommandError(
            f"Which number of the account {settings.TWILIO_ACCOUNT_SID} shall it be? {owned_numbers()}",
            returncode=WRONG,
        )
    return number


def service_called(name: str) -> Service:
    """The service of this line, or the only one of this name, or one that is yet to be made."""
    sid = settings.TWILIO_VERIFY_SERVICE_SID
    if sid:
        try:
            return verify_service.fetch(sid)
        except NotThereError:
            raise CommandError(
                f"The account has no Verify service {sid}. Correct TWILIO_VERIFY_SERVICE_SID; or unset it and run this "
                "again: then the service is found by its name, or made.",
                returncode=WRONG,
            ) from None
    found = verify_service.named(name)
    if len(found) > 1:
        listed = "".join(f"\n  TWILIO_VERIFY_SERVICE_SID={each.sid}" for each in found)
        raise CommandError(
            f"The account has {len(found)} Verify services named {name}. Put the right one into the environment, and "
            f"run this again:{listed}",
            returncode=WRONG,
        )
    return found[0] if found else Service(name)
