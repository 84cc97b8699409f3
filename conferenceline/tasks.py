"""What the worker does. Each task is a command, so that cron can do the same where no worker runs.

A task is named here and does its work there: whoever wakes the worker need not know what it imports.
"""

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from huey import crontab
from huey.contrib.djhuey import db_periodic_task, db_task


@db_task()
def send_due() -> None:
    """Sends what is owed now."""
    call_command("send_due", verbosity=0)


@db_task()
def unlock_due() -> None:
    """Gives people their tries back."""
    call_command("unlock_due", verbosity=0)


@db_task()
def import_due() -> None:
    """Reads and saves files of people."""
    call_command("import_due", verbosity=0)


def wake_importing() -> None:
    """Has a file of people worked on as soon as it is committed."""

    def wake() -> None:
        import_due()

    transaction.on_commit(wake, robust=True)


def wake_unlocking() -> None:
    """Has what is to be unlocked unlocked as soon as it is committed."""

    def wake() -> None:
        unlock_due()

    transaction.on_commit(wake, robust=True)


def wake_worker() -> None:
    """Has what is owed sent as soon as it is committed.

    Where the queue cannot be reached that is logged, and what is owed waits for the worker's next look at the rows.
    """

    def wake() -> None:
        send_due()

    transaction.on_commit(wake, robust=True)


@db_periodic_task(crontab(minute="*/5"))
def every_five_minutes() -> None:
    """Tidies up after callbacks that never came."""
    call_command("sweep", verbosity=0)


@db_periodic_task(crontab(hour="3", minute="30"))
def every_night() -> None:
    """Forgets calls that are old enough, and stores the next dates of what repeats (UTC)."""
    call_command("forget_old", verbosity=0)
    call_command("lay_out_dates", verbosity=0)


@db_periodic_task(crontab())
def rooms_every_minute() -> None:
    """Says in rooms that they end soon. By itself: it would come too late behind mail that is slow."""
    call_command("keep_time", verbosity=0)


@db_periodic_task(crontab())
def every_minute() -> None:
    """Sends what was put off, what a dead worker left behind, and what nobody was told of; then what is less urgent."""
    call_command("send_due", verbosity=0)
    call_command("remind", verbosity=0)
    call_command("unlock_due", verbosity=0)
    call_command("forget_authenticators", verbosity=0)
    call_command("notice_unusual", verbosity=0)
    call_command("remember_contacts", verbosity=0)
    call_command("import_due", verbosity=0)
    if settings.LOOKUP_LINE_TYPES:
        call_command("ask_line_types", verbosity=0)
    if settings.LOOKUP_SIM_SWAPS or settings.LOOKUP_REASSIGNED_NUMBERS or settings.LOOKUP_CALL_FORWARDING:
        call_command("check_numbers", verbosity=0)
