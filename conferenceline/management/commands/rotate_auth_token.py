import hmac
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from conferenceline.management.twilio_command import DIFFERENT, WRONG, TwilioCommand
from conferenceline.telephony import accounts, reach
from conferenceline.telephony.errors import MisconfiguredError, NotThereError

RESTART = "restart every host of the line"


class Command(TwilioCommand):
    help = (
        "Changes the account's auth token without losing a call: for a while the line takes what is signed with "
        "either. Run it without an option: it looks where the rotation stands, does or says the next step, and never "
        "prints a token."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file",
            type=Path,
            default=Path("twilio-auth-token-next"),
            help="where a new token goes (default: %(default)s)",
        )
        steps = parser.add_mutually_exclusive_group()
        steps.add_argument("--promote", action="store_true", help="make the next token the only one; cannot be undone")
        steps.add_argument("--abandon", action="store_true", help="delete the next token, and keep the one of now")
        steps.add_argument("--dry-run", action="store_true", help="only say where the rotation stands")

    def work(self, **options: Any) -> None:
        if options["abandon"]:
            self.abandon()
        elif not settings.TWILIO_AUTH_TOKEN_NEXT:
            self.begin(options)
        elif not opens(settings.TWILIO_AUTH_TOKEN):
            self.say_how_to_finish()
        else:
            self.promote(options)

    def begin(self, options: dict[str, Any]) -> None:
        if options["promote"]:
            raise CommandError(
                "TWILIO_AUTH_TOKEN_NEXT is not set, so there is nothing to promote. Run this without --promote: it "
                "makes the next token.",
                returncode=WRONG,
            )
        if options["dry_run"]:
            accounts.opened_by(settings.TWILIO_AUTH_TOKEN)
            self.stdout.write("No rotation is under way. Step 1 makes the next token: manage.py rotate_auth_token")
            return
        path = options["file"]
        with create_private(path) as file:
            try:
                file.write(f"TWILIO_AUTH_TOKEN_NEXT={accounts.make_secondary_token()}\n")
            except Exception:
                path.unlink()
                raise
        self.stdout.write(
            f"Step 1 of 3 is done: Twilio has made the next token. It is in {path}, which only you can read; it is "
            "shown nowhere else. Twilio still signs with the old one.\n"
            f"Next: put the line in {path} into the environment, delete the file, {RESTART}, and run this again."
        )

    def promote(self, options: dict[str, Any]) -> None:
        token = settings.TWILIO_AUTH_TOKEN_NEXT
        if hmac.compare_digest(token, settings.TWILIO_AUTH_TOKEN):
            raise CommandError(
                "TWILIO_AUTH_TOKEN_NEXT is the same as TWILIO_AUTH_TOKEN. Unset it: the rotation is over, or never "
                "began.",
                returncode=WRONG,
            )
        if not opens(token):
            raise CommandError(
                "TWILIO_AUTH_TOKEN_NEXT is not the account's next token. Unset it and run this again: it makes a new "
                "one.",
                returncode=WRONG,
            )
        require_line_accepts(token)
        if not options["promote"]:
            self.stdout.write(
                f"Step 2 of 3: the line at {settings.PUBLIC_URL} takes what is signed with the next token. If several "
                "hosts answer there, be sure that each was restarted.\n"
                "Next: make the next token the only one, which cannot be undone: manage.py rotate_auth_token --promote"
            )
            return
        promoted = accounts.promote_secondary_token()
        if not hmac.compare_digest(promoted, token):
            raise CommandError(
                "Twilio has promoted another token than TWILIO_AUTH_TOKEN_NEXT: somebody made one meanwhile. The line "
                "now refuses every call. Copy the auth token from the Twilio console into TWILIO_AUTH_TOKEN and "
                f"{RESTART}.",
                returncode=DIFFERENT,
            )
        self.stdout.write(
            "Step 2 of 3 is done: the next token is promoted, Twilio signs with it, and the line takes it."
        )
        self.say_how_to_finish()

    def say_how_to_finish(self) -> None:
        if not opens(settings.TWILIO_AUTH_TOKEN_NEXT):
            raise MisconfiguredError(20003)
        self.stdout.write(
            "Step 3 of 3: the line goes on as it is, and the old token opens nothing any more.\n"
            "Next: in the environment, set TWILIO_AUTH_TOKEN to the value of TWILIO_AUTH_TOKEN_NEXT, take "
            f"TWILIO_AUTH_TOKEN_NEXT out, {RESTART}, and see that all is well: manage.py check_line"
        )

    def abandon(self) -> None:
        try:
            accounts.drop_secondary_token()
        except NotThereError:
            self.stdout.write("Twilio has no next token, so there is nothing to delete.")
        else:
            self.stdout.write("The next token is deleted. The one of now stays.")
        if settings.TWILIO_AUTH_TOKEN_NEXT:
            self.stdout.write("Next: take TWILIO_AUTH_TOKEN_NEXT out of the environment, and " + RESTART + ".")


def opens(token: str) -> bool:
    """Whether this token opens the account."""
    try:
        accounts.opened_by(token)
    except MisconfiguredError:
        return False
    return True


def require_line_accepts(token: str) -> None:
    try:
        accepted = reach.accepts(token)
    except reach.UnreachableError as problem:
        raise CommandError(
            f"{settings.PUBLIC_URL} cannot be reached: {problem}. Nothing was changed. The line must be seen to take "
            "the next token before it is promoted: start it, and run this again.",
            returncode=DIFFERENT,
        ) from None
    if not accepted:
        raise CommandError(
            f"The line at {settings.PUBLIC_URL} refuses what is signed with the next token. Nothing was changed. Put "
            f"TWILIO_AUTH_TOKEN_NEXT into its environment, {RESTART}, and run this again.",
            returncode=DIFFERENT,
        )


def create_private(path: Path) -> Any:
    """A new file that only its owner can read. Raises CommandError; never over a file."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
    except FileExistsError:
        raise CommandError(
            f"{path} is there already: it may hold the next token of a rotation that was begun. Use it, or delete it "
            "and run this again.",
            returncode=DIFFERENT,
        ) from None
    except OSError as problem:
        raise CommandError(
            f"{path} cannot be written: {problem.strerror}. Name another: --file", returncode=WRONG
        ) from None
