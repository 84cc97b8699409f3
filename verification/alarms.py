"""What administrators must know before it is too late: unusual calls, and limits of the installation that end soon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verification.costs import budgets
from verification.unusual import findings


@dataclass(frozen=True)
class Alarm:
    """A sentence, and the address of the page that says more."""

    words: str
    address: str


def alarms_for(user: Any) -> list[Alarm]:
    """What this user can do something about: nothing for those who are no administrators. Five queries."""
    if not user.is_superuser:
        return []
    now = timezone.now()
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
    return said
