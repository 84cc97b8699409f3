"""What the commands about one person share: whom is meant, and their exit codes."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from participants.models import CallingLine, Contact, Participant, Team
from participants.models.contacts import normalised

REFUSED, WRONG = 1, 2
EXIT_CODES = "Exit codes: 0 done; 1 nobody, or not one person alone, or they are in a call; 2 the arguments are wrong."


class OnePersonCommand(BaseCommand):
    """Its first argument is a person: by the number in the address of their page, or by number or mail and team."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        return super().create_parser(prog_name, subcommand, epilog=EXIT_CODES, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "person",
            metavar="PERSON",
            help="the id in the address of their page in the admin; or, with --team, a number or mail address",
        )
        parser.add_argument("--team", help="the name of the team in whose address book they are")

    def person_meant(self, who: str, team: str | None) -> Participant:
        """Raises CommandError."""
        if team is None:
            if not who.isascii() or not who.isdecimal() or len(who) > 18:
                raise CommandError(
                    f"Say in which team: {who} may be in several. Such as --team Harbour.", returncode=WRONG
                )
            person = Participant.objects.filter(pk=int(who)).select_related("team").first()
            if person is None:
                raise CommandError(f"There is nobody with the id {who}. Nothing was changed.", returncode=REFUSED)
            return person
        book = Team.objects.filter(name=team).first()
        if book is None:
            raise CommandError(f"There is no team {team}. The page of teams lists them.", returncode=WRONG)
        return self._in_book(who, book)

    def _in_book(self, who: str, team: Team) -> Participant:
        try:
            channel = Contact.Channel.EMAIL if "@" in who else Contact.Channel.SMS
            address = normalised(channel, who, team.number_region)
        except ValidationError as problem:
            raise CommandError(
                f"{who} is neither a telephone number nor a mail address: {problem.messages[0]}", returncode=WRONG
            ) from None
        lines = CallingLine.objects.filter(number=address, participant__team=team).values_list("participant", flat=True)
        contacts = Contact.objects.filter(address=address, participant__team=team)
        found = {*lines, *contacts.values_list("participant", flat=True)}
        if not found:
            raise CommandError(f"Nobody in {team} has {address}. Nothing was changed.", returncode=REFUSED)
        if len(found) > 1:
            ids = ", ".join(map(str, sorted(found)))
            raise CommandError(
                f"Several people in {team} have {address}. Give the id of one of them: {ids}.", returncode=REFUSED
            )
        return Participant.objects.select_related("team").get(pk=found.pop())
