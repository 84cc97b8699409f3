"""A thousand invitations, a worker that is killed with -9 while it sends, and a mail server that refuses every seventh.

    .venv/bin/python -m benchmarks.invitations

The button is pressed twice at the same moment. Ends with 1 where an invitation arrived twice, or is in the end neither
sent and there nor marked with the reason why not.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from threading import Barrier, Thread

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.hosts.postgres import free_port

ROOT = Path(__file__).resolve().parent.parent
REFUSED_OF = 7  # every seventh address
SLOW = 0.01  # seconds that the server thinks over a mail
KILLED_AFTER = (2.0, 6.0)  # seconds from the start of a worker, of which it needs one or two to begin


class MailServer:
    """What aiosmtpd asks about each mail, and what it was given."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()  # by Message-ID

    async def handle_RCPT(  # noqa: N802 (the name is aiosmtpd's)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if int(address.partition("@")[0].rpartition(".")[2]) % REFUSED_OF == 0:
            return "550 No such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken[message_from_bytes(envelope.content or b"")["Message-ID"].strip("<>").partition("@")[0]] += 1
        await asyncio.sleep(SLOW)
        return "250 OK"


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=8)
    options = asked.parse_args()
    logging.disable(logging.INFO)  # aiosmtpd tells of every line
    server = MailServer()
    door = Controller(server, hostname="127.0.0.1", port=free_port())
    with tempfile.TemporaryDirectory() as directory:
        door.start()
        try:
            configure(Path(directory, "line.sqlite3"), door.port)
            return trial(server, options.people, options.kills)
        finally:
            door.stop()


def configure(database: Path, port: int) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
        "DJANGO_READ_DOT_ENV": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SANDBOX": "on",
        "DATABASE_URL": f"sqlite:///{database}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def trial(server: MailServer, people: int, kills: int) -> int:
    from participants.models import Delivery
    from participants.models.deliveries import LEASE

    began = time.monotonic()
    press_twice(lay_out(people))
    print(f"{people} people, pressed twice: {Delivery.objects.count()} owed, after {time.monotonic() - began:.1f} s")
    died = sum(worker(killed_after=random.uniform(*KILLED_AFTER)) != 0 for _ in range(kills))  # noqa: S311
    worker()
    lost = Delivery.objects.filter(state=Delivery.State.SENDING)
    print(f"{died} workers killed over it; {lost.count()} invitations were in their hands")
    for each in lost:  # as if the time had passed after which a worker is taken for dead
        Delivery.objects.filter(pk=each.pk).update(claimed_at=each.claimed_at - LEASE)
    worker()
    return tell(server, people, time.monotonic() - began)


def lay_out(people: int):
    from django.utils import timezone

    from participants.models import Conference, Contact, DialInNumber, Invitation, Participant, Team

    DialInNumber.objects.create(number="+12025550100")
    team = Team.objects.create(name="Harbour")
    starts = timezone.now().replace(second=0, microsecond=0) + timedelta(days=3)
    conference = Conference.objects.create(team=team, title="Harbour board", starts_at=starts, seats=people)
    for n in range(1, people + 1):
        person = Participant.objects.create(team=team, name=f"Member {n}")
        Contact.objects.create(participant=person, channel=Contact.Channel.EMAIL, address=f"member.{n}@example.com")
        Invitation.objects.create(conference=conference, participant=person)
    return conference


def press_twice(conference) -> None:
    """At the same moment, on the same page."""
    from django.db import connections
    from django.utils import timezone

    from participants.invitations import Whom, invite

    seen, both = timezone.now(), Barrier(2)

    def press() -> None:
        both.wait()
        invite(conference, Whom.ALL, seen=seen)
        connections.close_all()

    fingers = [Thread(target=press) for _ in range(2)]
    for finger in fingers:
        finger.start()
    for finger in fingers:
        finger.join()


def worker(killed_after: float | None = None) -> int:
    """Sends what is due; its exit code."""
    process = subprocess.Popen([sys.executable, "manage.py", "send_due", "-v0"], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        return process.wait(timeout=killed_after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        return process.wait()


def tell(server: MailServer, people: int, seconds: float) -> int:
    from participants.models import Delivery

    rows = list(Delivery.objects.all())
    for (state, words), count in sorted(Counter((row.state, row.last_error) for row in rows).items()):
        print(f"  {state:<8} {count:>5}  {words}")
    print(f"  the mail server has {server.taken.total()} mails, {len(server.taken)} of them different; {seconds:.0f} s")
    wrong = [f"{row.address}: {why}" for row in rows if (why := fault(row, server.taken[str(row.uuid)]))]
    wrong += [] if len(rows) == people else [f"{len(rows)} invitations for {people} people"]
    for line in wrong:
        print(f"WRONG  {line}")
    print(f"{len(wrong)} things are wrong." if wrong else "Each went out once, or is marked with its reason.")
    return bool(wrong)


def fault(row, arrived: int) -> str:
    """What is wrong with this one; "" where nothing is."""
    state = row.State
    if arrived > 1:
        return f"arrived {arrived} times"
    if row.state == state.SENT:
        return "" if arrived else "is called sent, and is not there"
    if row.state not in (state.FAILED, state.UNSURE):
        return f"is still {row.state}"
    if row.state == state.FAILED and arrived:
        return "is called failed, and is there"
    return "" if row.last_error else f"is {row.state} without a reason"


if __name__ == "__main__":
    sys.exit(main())
