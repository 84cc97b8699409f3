"""What administrators and organizers must know before it is too late.

Unusual calls, limits that end soon, codes that do not arrive, and what Twilio will not do until somebody mends it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conferenceline.telephony.remedies import REMEDIES
from participants.models import Contact, Team
from verification import ceilings, conversion
from verification.costs import budgets
from verification.models import Attempt
from verification.unusual import findings

REFUSALS_SHOWN = timedelta(days=1)


@dataclass(frozen=True)
class Alarm:
    """A sentence, and the address of the page that says more."""

    words: str
    address: str


def alarms_for(user: Any) -> list[Alarm]:
    """What this user can do something about: of the installation for administrators, else of their teams."""
    now, teams = timezone.now(), Team.objects.visible_to(user)
    of_teams = [*_ceilings(teams, now), *_lost_for(teams, now)]
    return [*_of_installation(now), *of_teams] if user.is_superuser else of_teams


def _of_installation(now: datetime) -> list[Alarm]:
    said = [
        Alarm(
            _("%(used)s of %(most)s codes that may be sent are used up. After the last, nobody gets one.")
            % {"used": budget.used, "most": budget.most},
            reverse("admin:verification_challenge_cost"),
        )
        for budget in budgets(now)
        if budget.is_nearly_used
    ]
    found = findings(now)
    if found:
        words = ngettext(
            "Unusual calls: somebody may be guessing.",
            "Unusual calls, of %(n)s kinds or lines: somebody may be guessing.",
            len(found),
        )
        said.append(Alarm(words % {"n": len(found)}, reverse("admin:verification_call_unusual")))
    return [*said, *_to_be_mended(now), *_lost_by(now)]


def _ceilings(teams: Any, now: datetime) -> list[Alarm]:
    words = _("%(owner)s: %(used)s of %(most)s codes of a day are used up. After the last, nobody gets one.")
    return [
        Alarm(
            words % {"owner": each.owner, "used": each.used, "most": each.most},
            reverse("admin:verification_challenge_cost"),
        )
        for each in ceilings.of_teams(teams, now)
        if each.is_nearly_used
    ]


def _lost_by(now: datetime) -> list[Alarm]:
    return [_lost(each, Contact.Channel(each.channel).label) for each in conversion.low_by_channel(now)]


def _lost_for(teams: Any, now: datetime) -> list[Alarm]:
    return [_lost(each, each.title) for each in conversion.low_by_conference(teams, now)]


def _lost(found: conversion.Conversion, of_what: Any) -> Alarm:
    words = _(
        "%(what)s: of %(codes)s codes only %(entered)s were typed. They may not arrive, or nobody waits for them."
    )
    values = {"what": capfirst(of_what), "codes": found.codes, "entered": found.entered}
    return Alarm(words % values, reverse("admin:verification_challenge_cost"))


def _to_be_mended(now: datetime) -> list[Alarm]:
    """Of the codes that Twilio refused to send in the last day, those that it refuses until somebody mends it."""
    refused = Attempt.objects.filter(at__gt=now - REFUSALS_SHOWN, outcome=Attempt.Outcome.CODE_NOT_SENT)
    by_error = refused.filter(detail__in=[str(code) for code in REMEDIES]).values("detail").order_by("detail")
    log = f"{reverse('admin:verification_attempt_changelist')}?"
    log += urlencode({"outcome__exact": Attempt.Outcome.CODE_NOT_SENT})
    return [
        Alarm(_not_sent(each["n"]) % {**each, "remedy": REMEDIES[int(each["detail"])]}, log)
        for each in by_error.annotate(n=Count("pk"))
    ]


def _not_sent(n: int) -> str:
    return ngettext(
        "%(n)s code was not sent (Twilio's error %(detail)s): %(remedy)s",
        "%(n)s codes were not sent (Twilio's error %(detail)s): %(remedy)s",
        n,
    )
