"""What the commands that ask Twilio share: their exit codes, and an answer of Twilio's as a sentence with a way on."""

from typing import Any

import phonenumbers
from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand, CommandError

from conferenceline.telephony import numbers
from conferenceline.telephony.differences import Difference
from conferenceline.telephony.errors import (
    MisconfiguredError,
    NotThereError,
    OutcomeUnknownError,
    TooBusyError,
    TwilioFaultError,
)
from conferenceline.telephony.numbers import Number

DIFFERENT, WRONG, UNREACHABLE = 1, 2, 3
EXIT_CODES = (
    "Exit codes: 0 all is as it should be (perhaps because it was made so); 1 something is not, or was refused; "
    "2 the arguments or the configuration are wrong; 3 Twilio could not be asked."
)


class TwilioCommand(BaseCommand):
    """Parses, calls, prints. What goes wrong is a sentence on standard error, which ends in the next thing to do."""

    requires_system_checks: list[str] = []  # done below, for an exit code of their own

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EXIT_CODES, **kwargs)

    def handle(self, *args: Any, **options: Any) -> None:
        self.require_configuration()
        try:
            self.work(**options)
        except TwilioFaultError as fault:
            raise sentence_for(fault) from None

    def work(self, **options: Any) -> None:
        raise NotImplementedError

    def require_configuration(self) -> None:
        wrong = [each for each in checks.run_checks() if each.is_serious()]
        if wrong:
            said = "\n".join(f"{each.msg}\n  {each.hint}" for each in wrong)
            raise CommandError(f"The configuration is wrong.\n{said}", returncode=WRONG)

    def show(self, of_what: object, differences: list[Difference]) -> None:
        """A diff."""
        self.stdout.write(f"{of_what}{'' if differences else ': as it should be'}")
        for difference in differences:
            for line in difference.lines:
                self.stdout.write(f"  {line}")


def e164(text: str) -> str:
    """The number that was typed, as E.164. Raises CommandError."""
    try:
        number = phonenumbers.parse(text, settings.PHONENUMBER_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise CommandError(f"{text} is not a telephone number. Give it as +12025550100.", returncode=WRONG)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def find(text: str) -> Number:
    number = e164(text)
    try:
        return numbers.find(number)
    except NotThereError:
        raise CommandError(
            f"The account {settings.TWILIO_ACCOUNT_SID} has no number {number}. {owned_numbers()}", returncode=WRONG
        ) from None


def owned_numbers() -> str:
    """What could have been meant."""
    owned = [each for each in numbers.owned() if each.takes_calls]
    if not owned:
        return (
            "It has none that takes voice calls, and this command buys none: buy one in the Twilio console "
            "(Phone Numbers, Buy a number, with Voice), then run this again."
        )
    listed = "".join(f"\n  {each}  {state(each)}" for each in owned)
    return f"It has these:{listed}\nRun this again with one of them: manage.py provision_number {owned[0]}"


def state(number: Number) -> str:
    if number.used_by:
        return f"in use: its calls go to {number.used_by}"
    return "its calls come here" if number.is_ours else "not in use"


def credentials() -> str:
    """The variables whose values open the account."""
    if settings.TWILIO_API_KEY_SID:
        return "TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET"
    following = ", TWILIO_AUTH_TOKEN_NEXT" if settings.TWILIO_AUTH_TOKEN_NEXT else ""
    return f"TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN{following}"


def sentence_for(fault: TwilioFaultError) -> CommandError:
    """What Twilio answered, what it means, and what to do."""
    said = f"error {fault.code}" if fault.code else "no error code"
    match fault:
        case MisconfiguredError():
            return CommandError(
                f"Twilio does not accept the credentials ({said}). Compare {credentials()} with the Twilio console, "
                "correct them in the environment, and run this again.",
                returncode=WRONG,
            )
        case TooBusyError():
            return CommandError(
                f"Twilio is being asked too much at once ({said}), and did not do this. Run it again in a minute.",
                returncode=UNREACHABLE,
            )
        case OutcomeUnknownError():
            return CommandError(
                "Twilio gave no answer, so the last step may have been done or not. Look at https://status.twilio.com "
                "and at this host's way to the internet, then run this again: it only changes what is still different.",
                returncode=UNREACHABLE,
            )
        case NotThereError():
            return CommandError(
                f"Twilio no longer has what this was about ({said}). Run this again.", returncode=DIFFERENT
            )
    return CommandError(
        f"Twilio refused this ({said}). https://www.twilio.com/docs/api/errors/{fault.code} says why.",
        returncode=DIFFERENT,
    )
