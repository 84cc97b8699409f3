"""A conference once more: the same settings and people, on another date."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.db.utils import IntegrityError

from participants import schedule
from participants.intake import put_on_roster
from participants.models import Conference, Invitation, Participant

A_WEEK = timedelta(days=7)
OF_ITS_OWN = {"id", "uuid", "number", "title", "status", "starts_at", "recurrence", "always_open"}
"""What is not taken over. Passcode and roster numbers are rows of their own, and made anew."""


def proposed(conference: Conference, now: datetime) -> datetime:
    """The same weekday and time on the wall (naive) in the first week that comes after its last date and this moment.

    What has no end is taken up where it is now.
    """
    dates = conference.occurrences.filter(cancelled=False).order_by("-starts_at")
    endless = conference.always_open or (conference.rule and not conference.rule.until and not conference.rule.count)
    last = dates.filter(starts_at__lte=now).first() if endless else dates.first()
    day = conference.local(last.starts_at if last else conference.starts_at).date()
    wall_time = datetime.combine(day, schedule.wall_start(conference).time().replace(second=0, microsecond=0)) + A_WEEK
    while schedule.on_the_wall(wall_time, conference.time_zone) <= now:
        wall_time += A_WEEK
    return wall_time


def schedule_again(conference: Conference, title: str, starts_at: datetime, token: str) -> tuple[Conference, bool]:
    """A conference with these settings and this roster, held once at this moment (aware), and whether it is new.

    A draft stays one. Roster numbers are other ones, there is no passcode yet, and nobody is sent anything.

    Args: token: of the form: with the same one the same conference comes back, however often it is asked for.
    """
    key = uuid.uuid5(conference.uuid, token)
    is_draft = conference.status == Conference.Status.DRAFT
    again = Conference(
        uuid=key,
        title=title,
        starts_at=starts_at,
        status=Conference.Status.DRAFT if is_draft else Conference.Status.SCHEDULED,
        **{
            field.name: getattr(conference, field.name)
            for field in Conference._meta.concrete_fields
            if field.name not in OF_ITS_OWN
        },
    )
    try:
        with transaction.atomic():
            again.save(force_insert=True)
            for role in Invitation.Role.values:
                people = Participant.objects.filter(
                    team=conference.team_id, invitations__conference=conference, invitations__role=role
                )
                put_on_roster(again, people.order_by("invitations__pk"), role)
    except IntegrityError:
        made = Conference.objects.filter(uuid=key).first()
        if made is None:
            raise
        return made, False
    return again, True
