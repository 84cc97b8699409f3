"""A command of manage.py, as somebody runs it who reads what it says and looks at its exit code."""

from dataclasses import dataclass
from io import StringIO

from django.core.management import CommandError, call_command

from conferenceline.telephony.client import client


@dataclass(frozen=True)
class Ran:
    code: int
    said: str
    trouble: str  # what went to standard error


def run(command: str, *arguments: str) -> Ran:
    """Runs it with credentials of now: each command is a process of its own."""
    client.cache_clear()
    said = StringIO()
    try:
        call_command(command, *arguments, stdout=said)
    except CommandError as error:
        return Ran(error.returncode, said.getvalue(), str(error))
    finally:
        client.cache_clear()
    return Ran(0, said.getvalue(), "")
