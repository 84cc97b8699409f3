"""What an organizer sees first: what is on now, today and this week, and what needs attention."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.admin.plans import spelled_out
from participants.admin.states import Presence
from participants.admin.warnings import MODERATES, REACHED, TOO_WEAK, invited_to, lacks, told
from participants.clashes import Clash, among
from participants.models import Conference, Delivery, Occurrence, Participant, Team
from verification.alarms import Alarm, alarms_for

DAY, WEEK = timedelta(days=1), timedelta(days=7)
MOST = 100  # dates that are looked at; the list of conferences has them all
SHOWN = 10  # under each heading; how many more there are is said
LOST = (Delivery.State.FAILED, Delivery.State.UNSURE)


def number_of(rows: QuerySet, by: str) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values(by).annotate(n=Count("pk")).values("n")), 0)


def coming_dates(teams: QuerySet[Team], now: datetime) -> QuerySet[Occurrence]:
    """The dates of these teams that are on or begin within a week, each with what it lacks counted.

    Of drafts, those that would begin within a day.
    """
    invited = invited_to(OuterRef("conference"))
    return (
        Occurrence.objects.filter(
            Q(conference__status=Conference.Status.SCHEDULED)
            | Q(conference__status=Conference.Status.DRAFT, starts_at__lt=now + DAY),
            conference__team__in=teams,
            cancelled=False,
            closes_at__gt=now,
            opens_at__lt=now + WEEK,
        )
        .select_related("conference__team")
        .annotate(
            invited=number_of(invited, "conference"),
            moderators=number_of(invited.filter(MODERATES), "conference"),
            unreached=number_of(invited.filter(~REACHED), "conference"),
            too_weak=number_of(invited.filter(TOO_WEAK), "conference"),
            present=number_of(Presence.in_rooms_of(now, occurrence=OuterRef("pk")), "occurrence")
            if Presence.seats
            else F("pk") * 0,
        )
        .order_by("starts_at", "pk")
    )


@dataclass
class Date:
    """A date as the page shows it. `troubles` are sentences, for the organizer to act on."""

    row: Any
    clashes: list[Clash] = field(default_factory=list)

    @property
    def conference(self) -> Conference:
        conference: Conference = self.row.conference
        return conference

    @property
    def when(self) -> str:
        return spelled_out(self.conference, self.row.starts_at, self.row.closes_at)

    @property
    def who(self) -> str:
        if self.row.present:
            return _("%(present)s of %(invited)s in the room") % vars(self.row)
        return ngettext("%(n)s person", "%(n)s people", self.row.invited) % {"n": self.row.invited}

    def is_open(self, now: datetime) -> bool:
        return bool(self.row.opens_at <= now or self.row.present)

    def is_today(self, now: datetime) -> bool:
        """By the clocks of the conference's own zone."""
        return self.conference.local(self.row.starts_at).date() == self.conference.local(now).date()

    @property
    def troubles(self) -> list[str]:
        row, conference = self.row, self.conference
        if conference.status == Conference.Status.DRAFT:
            return [_("It is a draft: nobody is let in until its status is “scheduled”.")]
        counted = {each: getattr(row, each) for each in ("invited", "moderators", "unreached", "too_weak")}
        return [*lacks(conference, **counted), *told(self.clashes)]


@dataclass
class Part:
    """Dates under one heading, and the filter of the list of conferences that has all of them."""

    title: str
    dates: list[Date]
    when: str

    @property
    def shown(self) -> list[Date]:
        return self.dates[:SHOWN]

    @property
    def left(self) -> int:
        return len(self.dates) - len(self.shown)


@dataclass
class Overview:
    """What the page shows. `first_step` names what is to be done before anything else makes sense."""

    now: list[Date] = field(default_factory=list)
    today: list[Date] = field(default_factory=list)
    week: list[Date] = field(default_factory=list)
    drafts: list[Date] = field(default_factory=list)
    cut: bool = False  # there are more dates than were looked at
    undelivered: int = 0
    alarms: list[Alarm] = field(default_factory=list)
    first_step: str = ""

    @property
    def troubled(self) -> list[Date]:
        return [date for date in (*self.now, *self.today, *self.week, *self.drafts) if date.troubles]

    @property
    def attention(self) -> Part:
        return Part(_("Needs attention"), self.troubled, "week")

    @property
    def parts(self) -> list[Part]:
        parts = (
            Part(_("On now"), self.now, "open"),
            Part(_("Later today"), self.today, "day"),
            Part(_("In the next seven days"), self.week, "week"),
        )
        return [part for part in parts if part.dates]

    @property
    def is_quiet(self) -> bool:
        return not (self.now or self.today or self.week)

    @property
    def undelivered_page(self) -> str:
        return f"{reverse('admin:participants_delivery_changelist')}?state__in={','.join(LOST)}"

    @property
    def needs_attention(self) -> bool:
        return bool(self.alarms or self.troubled or self.undelivered)

    def put(self, date: Date, now: datetime) -> None:
        if date.conference.status == Conference.Status.DRAFT:
            self.drafts.append(date)
        elif date.is_open(now):
            self.now.append(date)
        elif date.is_today(now):
            self.today.append(date)
        else:
            self.week.append(date)

    @classmethod
    def seen_by(cls, user: Any) -> Overview | None:
        """What this user may see: None for those who may see no conferences at all."""
        if not user.has_perm("participants.view_conference"):
            return None
        now, teams = timezone.now(), Team.objects.visible_to(user)
        overview = cls(alarms=alarms_for(user))
        rows = list(coming_dates(teams, now)[: MOST + 1])
        overview.cut = len(rows) > MOST
        rows = rows[:MOST]
        clashes = among(row for row in rows if row.conference.status == Conference.Status.SCHEDULED)
        for row in rows:
            overview.put(Date(row, [clash for clash in clashes if clash.date is row]), now)
        if user.has_perm("participants.view_delivery"):
            overview.undelivered = undelivered(teams, now)
        if overview.is_quiet:
            overview.first_step = first_step(teams)
        return overview


def undelivered(teams: QuerySet[Team], now: datetime) -> int:
    """The mails and texts of the last week that did not arrive, or may not have; a hundred at most."""
    lost = Delivery.objects.filter(team__in=teams, state__in=LOST, created_at__gt=now - WEEK)
    # What became of a test code is said to whoever sent it, beside the contact.
    return lost.exclude(kind=Delivery.Kind.TEST_CODE)[:MOST].count()


def first_step(teams: QuerySet[Team]) -> str:
    if not teams.exists():
        return "team"
    if not Conference.objects.filter(team__in=teams).exists():
        return "conference" if Participant.objects.filter(team__in=teams).exists() else "people"
    return ""
