"""Starts the hosts, lets everybody call, hurts what is to be hurt, and says what became of the callers."""

from __future__ import annotations

import argparse
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.hosts import postgres, redis
from benchmarks.hosts.host import ROOT, Alternately, Host

FALLEN = 4.0  # seconds for which PostgreSQL stays down
BETWEEN = (1.0, 4.0)  # seconds between two blows
SETTLES = 150.0  # seconds after the harm: who types slowly, as often as they may, is still in the call for so long


def main() -> int:
    asked = argparse.ArgumentParser(prog="benchmarks.hosts", description=sys.modules["benchmarks.hosts"].__doc__)
    asked.add_argument("harm", choices=["kill", "rolling", "database", "none"])
    asked.add_argument("--calls", type=int, default=200, help="all at the same time; 220 at most")
    asked.add_argument("--seconds", type=int, default=150, help="for which the callers come, and the harm goes on")
    asked.add_argument("--slow", type=float, default=0.4, help="seconds that each answer of Verify takes")
    asked.add_argument("--verbose", action="store_true", help="what each lost caller heard")
    asked.add_argument("--logs", type=Path, help="where to keep what the hosts logged; else it is thrown away")
    options = asked.parse_args()
    with (
        postgres.running() as ours,
        postgres.running() as twilios,
        redis.running() as queue,
        tempfile.TemporaryDirectory() as scratch,
    ):
        configure(ours.url, queue, twilios.url)
        logs = options.logs or Path(scratch)
        logs.mkdir(parents=True, exist_ok=True)
        hosts = [Host(name, logs / f"{name}.log") for name in ("A", "B")]
        try:
            return run(options, hosts, ours)
        finally:
            for host in hosts:
                host.kill()


def configure(database: str, queue: str, sandbox: str) -> None:
    """The environment of the hosts, and of this process, which plays Twilio's calling half."""
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY_SID", "TWILIO_API_KEY_SECRET"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.hosts.settings",
        "DJANGO_READ_DOT_ENV": "off",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SANDBOX": "on",
        "PUBLIC_URL": f"http://127.0.0.1:{postgres.free_port()}",  # nobody listens there: see Alternately
        "DATABASE_URL": database,
        "QUEUE_URL": queue,
        "EMBEDDED_WORKER": "on",  # each host works in the background too, and is killed over it
        "SANDBOX_DATABASE_URL": sandbox,
        "LIMIT_SENDS_PER_HOUR": "5000/3600",
        "LIMIT_SENDS_PER_DAY": "5000/86400",
    }
    make_tables("default", "sandbox")
    import django

    django.setup()


def make_tables(*aliases: str) -> None:
    """At the same time: that takes longer than all the calls."""
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--database"]
    making = [subprocess.Popen([*migrate, alias], cwd=ROOT) for alias in aliases]  # noqa: S603 (our own words)
    ended = [each.wait() for each in making]
    if any(ended):
        raise RuntimeError("The tables could not be made.")


def run(options: argparse.Namespace, hosts: list[Host], ours: postgres.Postgres) -> int:
    from benchmarks.hosts.callers import Caller, Impostor, Stranger, lay_out, numbers
    from benchmarks.hosts.verdict import tell
    from sandbox.models import Fault

    outsiders = options.calls // 20
    everybody = numbers(options.calls)
    listed, strange = everybody[:-outsiders], everybody[-outsiders:]
    conference = lay_out(listed, moderator=listed[0])
    if options.slow:
        for operation in ("verify.send", "verify.check"):
            Fault.objects.inject(operation, kind="slow", slow=options.slow, in_real_time=True, times=None)
    for host in hosts:
        host.start()
    manner = {"comes_within": options.seconds / 2, "patience": options.seconds + SETTLES}
    callers = [Caller(number, Alternately(hosts), **manner) for number in listed[1 + outsiders :]]
    callers += [Impostor(number, Alternately(hosts), **manner) for number in listed[1 : 1 + outsiders]]
    callers += [Stranger(number, Alternately(hosts), **manner) for number in strange]
    callers.append(Caller(listed[0], Alternately(hosts), comes_within=1, patience=manner["patience"]))
    random.shuffle(callers)
    began = time.monotonic()
    for caller in callers:
        caller.start()
    blows = HARMS[options.harm](hosts, ours, began + options.seconds)
    settle(callers, began + options.seconds + SETTLES)
    print(f"{options.harm}: {len(callers)} calls, {blows} blows, {time.monotonic() - began:.0f} s")
    return tell(callers, conference, unharmed=options.harm != "kill", verbose=options.verbose)


def settle(callers: list, until: float) -> None:
    """Until everybody is in the room or has hung up, or long enough."""
    while time.monotonic() < until:
        if all(caller.is_in or not caller.is_alive() for caller in callers):
            return
        time.sleep(1)


def kill(hosts: list[Host], _ours: postgres.Postgres, until: float) -> int:
    blows = 0
    while time.monotonic() < until:
        time.sleep(random.uniform(*BETWEEN))  # noqa: S311 (nothing is guarded by it)
        host = random.choice(hosts)  # noqa: S311
        host.kill()
        time.sleep(random.uniform(0, 1))  # noqa: S311
        host.start()
        blows += 1
    return blows


def rolling(hosts: list[Host], _ours: postgres.Postgres, until: float) -> int:
    blows = 0
    while time.monotonic() < until:
        for host in hosts:
            time.sleep(BETWEEN[0])
            host.stop()
            host.start()
            blows += 1
    return blows


def database(_hosts: list[Host], ours: postgres.Postgres, until: float) -> int:
    """Once in the middle: what callers hear then is said once, and has to be enough."""
    time.sleep((until - time.monotonic()) / 2)
    ours.stop()
    time.sleep(FALLEN)
    ours.start()
    time.sleep(max(0, until - time.monotonic()))
    return 1


def none(_hosts: list[Host], _ours: postgres.Postgres, until: float) -> int:
    time.sleep(max(0, until - time.monotonic()))
    return 0


HARMS: dict[str, Callable[[list[Host], postgres.Postgres, float], int]] = {
    "kill": kill,
    "rolling": rolling,
    "database": database,
    "none": none,
}

if __name__ == "__main__":
    sys.exit(main())
