"""How many callers a second the line lets in, and how long they wait. Loopback only, and never more than MOST calls.

    .venv/bin/python -m benchmarks.load --rate 25 --calls 500
    .venv/bin/python -m benchmarks.load --rate 20 --calls 400 --reload     # renewed (HUP) again and again

It makes a database of its own: a SQLite file in a temporary directory, or an empty one that DATABASE_URL names.
Each call rings, types its code, comes into the room and hangs up, at the offered rate whatever the answers (open loop).
"""

# ruff: noqa: S603 (our own words)

from __future__ import annotations

import argparse
import contextlib
import os
import random
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from twilio.request_validator import RequestValidator

ROOT = Path(__file__).resolve().parent.parent
MOST = 2000
TOKEN = secrets.token_hex(16)
SIGN = RequestValidator(TOKEN).compute_signature

# A room for all, and each with a line of their own: kept for fiction, 100 in each area code.
FILL = """
from participants.models import CallingLine, Conference, Contact, Invitation, Participant, Team
from django.utils import timezone
from datetime import timedelta
team = Team.objects.create(name="Benchmark")
room = Conference.objects.create(
    team=team, title="Load", starts_at=timezone.now() - timedelta(minutes=5), seats=5000
)
people = Participant.objects.bulk_create([Participant(team=team, name="P") for _ in range({calls})])
lines = ["+1%d55501%02d" % (201 + n // 100, n % 100) for n in range({calls})]
CallingLine.objects.bulk_create([CallingLine(participant=p, number=n) for p, n in zip(people, lines)])
Contact.objects.bulk_create([Contact(participant=p, address=n) for p, n in zip(people, lines)])
Invitation.objects.bulk_create(
    [Invitation(conference=room, participant=p, roster_number=str(10_000_000 + k)) for k, p in enumerate(people)]
)
"""


@dataclass
class Tally:
    turns: list[float] = field(default_factory=list)
    admitted: int = 0
    retried: int = 0
    lost: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def post(url: str, fields: dict[str, str], tally: Tally) -> str:
    """One webhook, with the two more tries that Twilio makes (rc=2, rp=ct,rt,5xx)."""
    address, _, _ = url.partition("#")
    body = urllib.parse.urlencode(fields).encode()
    for attempt in range(3):
        request = urllib.request.Request(address, body, {"X-Twilio-Signature": SIGN(address, fields)})  # noqa: S310
        began = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
                words = answer.read().decode()
        except (OSError, urllib.error.HTTPError) as error:
            if attempt == 2:
                raise
            with tally.lock:
                tally.retried += 1
            del error
            continue
        with tally.lock:
            tally.turns.append(time.monotonic() - began)
        return words
    raise AssertionError


def call(number: int, base: str, tally: Tally) -> None:
    line = f"+1{201 + number // 100}55501{number % 100:02}"
    fields = {"CallSid": "CA" + secrets.token_hex(16), "From": line, "To": "+12025550100", "CallStatus": "in-progress"}
    try:
        words = post(f"{base}/voice/", fields, tally)
        for _ in range(6):
            if "<Conference" in words:
                break
            turn = words.partition("/voice/turn/")[2].partition("/")[0]
            if not turn:
                raise RuntimeError(words)
            keys = {"Digits": "123456"} if "<Gather" in words else {}
            words = post(f"{base}/voice/turn/{turn}/", {**fields, **keys}, tally)
        if "<Conference" not in words:
            raise RuntimeError(words)
        post(f"{base}/voice/status/", {**fields, "CallStatus": "completed"}, tally)
    except Exception as error:  # whatever it was, the call is lost
        with tally.lock:
            tally.lost.append(f"{type(error).__name__}: {str(error)[:200]}")
        return
    with tally.lock:
        tally.admitted += 1


def serve(directory: Path, calls: int) -> tuple[subprocess.Popen[bytes], str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DJANGO_READ_DOT_ENV": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SANDBOX": "on",  # no account is needed, and none is asked
        "TWILIO_AUTH_TOKEN": TOKEN,
        "PORT": str(port),
        "PUBLIC_URL": base,
        "EMBEDDED_WORKER": "off",
        "DATABASE_URL": os.environ.get("DATABASE_URL", f"sqlite:///{directory / 'load.sqlite3'}"),
        **{f"LIMIT_SENDS_PER_{window}": "100000/3600" for window in ("HOUR", "DAY")},
        "LIVE_CALLS_MOST": "100000",
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    subprocess.run([*manage, "shell", "-v0", "-c", FILL.format(calls=calls)], cwd=ROOT, env=environment, check=True)
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "conferenceline.wsgi"],
        cwd=ROOT,
        env=environment,
        stderr=(directory / "log").open("wb"),
    )
    for _ in range(150):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{base}/readyz", timeout=5):  # noqa: S310
            return server, base
        time.sleep(0.2)
    raise SystemExit((directory / "log").read_text())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=20, help="callers a second")
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--reload", action="store_true", help="renew the server (HUP) every five seconds meanwhile")
    options = parser.parse_args()
    if options.calls > MOST:
        parser.error(f"at most {MOST} calls")

    tally = Tally()
    with tempfile.TemporaryDirectory() as directory:
        server, base = serve(Path(directory), options.calls)
        try:
            began, renewed = time.monotonic(), 0
            with ThreadPoolExecutor(min(options.calls, 300)) as pool:
                for number in range(options.calls):
                    time.sleep(max(0.0, began + number / options.rate - time.monotonic()))
                    pool.submit(call, number, base, tally)
                    if options.reload and time.monotonic() - began > 5 * (renewed + 1):
                        server.send_signal(signal.SIGHUP)
                        renewed += 1
            seconds = time.monotonic() - began
        finally:
            server.terminate()
            server.wait(30)
    cut = statistics.quantiles(tally.turns, n=100)
    print(
        f"offered {options.rate:g}/s, admitted {tally.admitted} of {options.calls} in {seconds:.1f} s "
        f"({tally.admitted / seconds:.1f}/s), lost {len(tally.lost)}, retried {tally.retried}, renewed {renewed}; "
        f"a turn: p50 {cut[49]:.2f} s, p95 {cut[94]:.2f} s, p99 {cut[98]:.2f} s, most {max(tally.turns):.2f} s"
    )
    for reason in sorted(set(tally.lost))[:5]:
        print("lost:", reason)
    sys.exit(bool(tally.lost))


if __name__ == "__main__":
    random.seed(0)
    main()
