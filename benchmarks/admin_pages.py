"""How long the admin's lists and the conference page take, and how many queries, with very many rows.

    .venv/bin/python -m benchmarks.admin_pages                     a new SQLite file, thrown away afterwards
    DATABASE_URL=postgres://… .venv/bin/python -m benchmarks.admin_pages      a new database, which must be empty

Each page is asked for as an organizer of a large team, over the whole of Django's request cycle. Ends with 1 where a
page takes 300 ms or more (the median of five), or more queries than with a small database.
"""

from __future__ import annotations

import argparse
import logging
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from statistics import median

MOST_MS = 300
REPEATS = 5
SMALL, LARGE = (200, 20), (100_000, 10_000)  # participants, conferences
TEAMS = 4
ROSTER = 12  # people on each conference
ATTEMPTS = 100_000


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as directory:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "conferenceline.settings",
            "DJANGO_READ_DOT_ENV": "off",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SANDBOX": "on",
        }
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{Path(directory, 'line.sqlite3')}")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        return measure()


def measure() -> int:
    from django.db import connection
    from django.test import Client

    user = make_team_and_organizer()
    fill(*SMALL, attempts=200)
    browser = Client(headers={"Host": "127.0.0.1"})
    browser.force_login(user)
    few = {name: queries_of(browser, address) for name, address in pages().items() if "?p=" not in address}
    fill(*LARGE, attempts=ATTEMPTS)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}, {LARGE[0]:,} participants, {LARGE[1]:,} conferences, {ATTEMPTS:,} attempts\n")
    print(f"{'page':<44}{'ms':>6}{'queries':>9}")
    slow = []
    for name, address in pages().items():
        queries = queries_of(browser, address)
        milliseconds = median(timed(lambda address=address: browser.get(address)) for _ in range(REPEATS))
        print(f"{name:<44}{milliseconds:>6.0f}{queries:>9}")
        if milliseconds >= MOST_MS or queries > few.get(name, queries):
            before = few.get(name, queries)
            slow.append(f"{name}: {milliseconds:.0f} ms, {queries} queries ({before} with a small database)")
    print(
        "\n" + ("\n".join(slow) if slow else f"Each under {MOST_MS} ms, with as many queries as for a small database.")
    )
    return bool(slow)


def timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def queries_of(browser, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    return len(captured)


def pages() -> dict[str, str]:
    from participants.models import Conference, Participant
    from verification.models import Call

    busiest = Conference.objects.filter(title="Room 1").get()
    call = Call.objects.filter(attempts__participant__team=busiest.team).order_by("pk")[0]
    person = Participant.objects.filter(team=busiest.team).order_by("pk")[0]
    conferences, people, rosters = (
        f"/admin/participants/{name}/" for name in ("conference", "participant", "invitation")
    )
    return {
        "home": "/admin/",
        "conferences": conferences,
        "conferences, page 50": f"{conferences}?p=20",
        "conferences, search by title": f"{conferences}?q=Room+7",
        "conferences, search by person": f"{conferences}?q=Person+47",
        "conferences, search by number": f"{conferences}?q=%2B12025550101",
        "conferences, doors open now": f"{conferences}?when=open",
        "conference page, 12 people": f"{conferences}{busiest.pk}/change/",
        "conference, new": f"{conferences}add/",
        "conference, history": f"{conferences}{busiest.pk}/history/",
        "people": people,
        "people, page 50": f"{people}?p=50",
        "people, search by name": f"{people}?q=Person+47",
        "people, search by number": f"{people}?q=%2B12025550101",
        "person page": f"{people}{person.pk}/change/",
        "people to choose from": (
            "/admin/autocomplete/?app_label=participants&model_name=invitation&field_name=participant&term=Person+47"
        ),
        "rosters": rosters,
        "rosters, search by person": f"{rosters}?q=Person+47",
        "rosters, one conference": f"{rosters}?conference={busiest.pk}",
        "log of attempts": "/admin/verification/attempt/",
        "log of attempts, one outcome": "/admin/verification/attempt/?outcome__exact=admitted",
        "log of attempts, search": "/admin/verification/attempt/?q=Person+47",
        "log of calls": "/admin/verification/call/",
        "one call": f"/admin/verification/call/{call.pk}/change/",
    }


def make_team_and_organizer():
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    from participants.models import Membership, Team

    call_command("make_groups", stdout=StringIO())
    user = get_user_model().objects.create_user("organizer", password=secrets.token_urlsafe(), is_staff=True)
    for number in range(TEAMS):
        team = Team.objects.create(name=f"Team {number}")
        if number == 0:
            Membership.objects.create(team=team, user=user, role=Membership.Role.ORGANIZER)
    return user


def fill(people: int, conferences: int, *, attempts: int) -> None:
    """Up to so many rows. Half of them belong to the organizer's team."""
    from django.utils import timezone

    from participants.models import CallingLine, Conference, Contact, Invitation, Occurrence, Participant, Team
    from verification.models import Attempt, Call

    now, teams = timezone.now(), list(Team.objects.order_by("pk"))

    def team_of(number: int) -> Team:
        return teams[0] if number % 2 else teams[1 + number // 2 % (TEAMS - 1)]

    def a_number(number: int) -> str:
        return f"+1{202 + number // 100}55501{number % 100:02}"

    first = Participant.objects.count()
    persons = Participant.objects.bulk_create(
        [Participant(team=team_of(n), name=f"Person {n}") for n in range(first, people)], batch_size=5000
    )
    numbers = [a_number(n % 70_000) for n in range(first, people)]
    CallingLine.objects.bulk_create(
        [CallingLine(participant=each, number=number) for each, number in zip(persons, numbers, strict=True)],
        batch_size=5000,
    )
    Contact.objects.bulk_create(
        [Contact(participant=each, address=number) for each, number in zip(persons, numbers, strict=True)],
        batch_size=5000,
    )
    # Half of the conferences are over, some are on now, the others are to come.
    first = Conference.objects.count()
    made = Conference.objects.bulk_create(
        [
            Conference(
                team=team_of(n),
                title=f"Room {n}",
                starts_at=now + timedelta(hours=(n - conferences // 2) / 4),
                seats=50,
            )
            for n in range(first, conferences)
        ],
        batch_size=5000,
    )
    dates = Occurrence.objects.bulk_create(
        [
            Occurrence(
                conference=each,
                recurrence_id=f"{each.starts_at:%Y%m%dT%H%M%S}",
                moderators_open_at=each.starts_at - timedelta(minutes=15),
                opens_at=each.starts_at - timedelta(minutes=15),
                starts_at=each.starts_at,
                closes_at=each.starts_at + timedelta(hours=1),
                overtime_until=each.starts_at + timedelta(hours=1, minutes=30),
            )
            for each in made
        ],
        batch_size=5000,
    )
    by_team = {team.pk: [each.pk for each in persons if each.team_id == team.pk] for team in teams}
    Invitation.objects.bulk_create(
        [
            Invitation(
                conference=each,
                participant_id=by_team[each.team_id][(n * ROSTER + seat) % len(by_team[each.team_id])],
                role=Invitation.Role.PARTICIPANT if seat else Invitation.Role.MODERATOR,
                roster_number=f"{each.pk * 20 + seat + 10_000_000}",
            )
            for n, each in enumerate(made)
            for seat in range(min(ROSTER, len(by_team[each.team_id])))
        ],
        batch_size=5000,
    )
    first = Call.objects.count()
    calls = Call.objects.bulk_create(
        [
            Call(
                sid=f"CA{n:032x}",
                line=a_number(n % 70_000),
                language="en",
                rang_at=now - timedelta(minutes=n),
                ended_at=now,
            )
            for n in range(first, attempts)
        ],
        batch_size=5000,
    )
    Attempt.objects.bulk_create(
        [
            Attempt(
                call=call,
                outcome=Attempt.Outcome.ADMITTED if n % 3 else Attempt.Outcome.WRONG_CODE,
                occurrence=dates[n % len(dates)],
                participant_id=people[n % len(people)],
            )
            for n, call in enumerate(calls)
            for people in [by_team[dates[n % len(dates)].conference.team_id]]
        ],
        batch_size=5000,
    )


if __name__ == "__main__":
    sys.exit(main())
