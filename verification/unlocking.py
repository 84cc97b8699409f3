"""What of a person's tries is used up, and giving them back: by an organizer's wish, carried out by the worker."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conferenceline.telephony.errors import TwilioFaultError
from conferenceline.telephony.verify import VerifyCodes
from participants.models import Participant
from verification import throttle
from verification.models import Challenge, Tally, Unlock

logger = logging.getLogger(__name__)

BATCH = 20
APART = ("", " attested", " itself")  # Call.counted, Call.counted_at: whose tries are counted apart

WORDS = {
    "sends_per_contact": gettext_lazy("codes sent to %(where)s"),
    "wrong_codes_per_contact": gettext_lazy("wrong codes for %(where)s"),
    "app_codes_per_contact": gettext_lazy("codes of the %(where)s"),
    "sends_per_line": gettext_lazy("codes asked for from %(where)s"),
    "roster_numbers_per_line": gettext_lazy("roster numbers tried from %(where)s"),
}


@dataclass(frozen=True)
class UsedUp:
    """A limit of a person that is reached. `free_at` is when its window ends (UTC)."""

    words: str
    hits: int
    most: int
    free_at: datetime

    def __str__(self) -> str:
        values = {"hits": min(self.hits, self.most), "most": self.most, "what": self.words}
        values["at"] = time_format(timezone.localtime(self.free_at), "H:i")
        return _("%(hits)s of %(most)s %(what)s, free again at %(at)s UTC") % values


def keys_of(person: Participant) -> dict[str, tuple[str, str]]:
    """Every tally that can keep this person out: the limit's name, and where it counts, by the tally's key."""
    found = {}

    def add(name: str, subject: str, where: str) -> None:
        for apart in APART:
            found[throttle.key(name, f"{subject}{apart}")] = (name, where)

    for contact in person.contacts.all():
        add("sends_per_contact", f"{contact.channel} {contact.address}", str(contact))
        add("wrong_codes_per_contact", contact.address, str(contact))
        add("app_codes_per_contact", contact.address, str(contact))
    for line in person.lines.all():
        add("sends_per_line", str(line.number), str(line.number))
        add("roster_numbers_per_line", str(line.number), str(line.number))
    return found


def used_up(person: Participant) -> list[UsedUp]:
    """The limits that this person's calls would run into now. Three queries."""
    keys = keys_of(person)
    tallies = Tally.objects.filter(pk__in=keys, resets_at__gt=timezone.now()).order_by("resets_at")
    reached = []
    for tally in tallies:
        name, where = keys[tally.key]
        most = throttle.limit(name).most
        if tally.hits >= most:
            reached.append(UsedUp(str(WORDS[name]) % {"where": where}, tally.hits, most, tally.resets_at))
    return reached


def unlock(person: Participant, by: Any) -> Unlock:
    """Owes this person their tries back. Raises OverLimitError: unlocking is no way round the limits."""
    with transaction.atomic():
        for subject in sorted(_counted(person)):
            throttle.take(unlocks_per_person=subject)
    with translation.override("en"):
        return Unlock.objects.owe(person, by, "; ".join(map(str, used_up(person))))


def _counted(person: Participant) -> set[str]:
    """By what unlocks are counted: by the person, and by what is unlocked, in each team by itself.

    Whoever enters a number for many people may not unlock it more often, and uses up no other team's unlocks.
    """
    places = [each.address for each in person.contacts.all()] + [str(each.number) for each in person.lines.all()]
    return {str(person.uuid), *(f"{person.team_id} {place}" for place in places)}


def unlock_due() -> int:
    """Carries out what is owed; how many. Several may do so at once."""
    now = timezone.now()
    return sum(_carry_out(each, now) for each in Unlock.objects.due(now).order_by("pk")[:BATCH])


def _carry_out(owed: Unlock, now: datetime) -> bool:
    """Withdraws the codes first, so that the next call gets a fresh one; then nothing is used up any more.

    Not those of another team's people, who may be typing one. A code that Twilio does not withdraw is void within ten
    minutes by itself.
    """
    person = owed.participant
    if person is None or not owed.claim(now):
        return False
    sent_to = [each.address for each in person.contacts.all() if not each.is_app]
    of_the_team = Q(contact__participant__team=person.team_id) | Q(contact=None)
    codes = list(Challenge.objects.typeable().filter(of_the_team, address__in=sent_to))
    for sid in sorted({code.verification_sid for code in codes} - {""}):
        try:
            VerifyCodes().cancel(sid)
        except TwilioFaultError as fault:
            logger.warning("a code could not be withdrawn: %s", type(fault).__name__)
    Challenge.objects.cancel(codes)
    Tally.objects.filter(pk__in=keys_of(person)).delete()
    return owed.finish()
