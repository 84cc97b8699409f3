"""What the history of an object tells, and in which words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from participants.models import (
    CallingLine,
    Conference,
    Contact,
    GroupMember,
    Invitation,
    Membership,
    Occurrence,
    Participant,
    PeopleGroup,
    Team,
)


@dataclass(frozen=True)
class Kind:
    """One kind of rows that an object's history tells of.

    path: from a row to the object; made, gone: what to say, where it is said at all.
    called: what a changed row is called; nothing where it is the object itself.
    """

    model: type[Model]
    path: str
    made: Any = ""
    gone: Any = ""
    called: Any = ""
    fields: tuple[str, ...] = ()  # whose changes are told


ROSTER: dict[str, Any] = {
    "made": _("put %(participant)s on the roster as %(role)s"),
    "gone": _("took %(participant)s off the roster"),
    "called": _("%(participant)s on the roster"),
    "fields": ("role",),
}
KINDS: dict[type[Model], tuple[Kind, ...]] = {
    Conference: (
        Kind(
            Conference,
            "id",
            made=_("made this conference"),
            fields=tuple(field.name for field in Conference._meta.fields if field.name not in ("id", "uuid", "team")),
        ),
        Kind(Invitation, "conference_id", **ROSTER),
        Kind(
            Occurrence,
            "conference_id",
            called=_("the date %(starts_at)s"),
            fields=("starts_at", "closes_at", "locked", "cancelled"),
        ),
    ),
    Participant: (
        Kind(Participant, "id", made=_("entered this person"), fields=("name",)),
        Kind(
            CallingLine,
            "participant_id",
            made=_("added the calling line %(number)s"),
            gone=_("removed the calling line %(number)s"),
            called=_("the calling line %(number)s"),
            fields=("number",),
        ),
        Kind(
            Contact,
            "participant_id",
            made=_("added the contact %(channel)s %(address)s"),
            gone=_("removed the contact %(channel)s %(address)s"),
            called=_("the contact %(channel)s %(address)s"),
            fields=("channel", "address", "position"),
        ),
        Kind(
            Invitation,
            "participant_id",
            made=_("put them on the roster of %(conference)s as %(role)s"),
            gone=_("took them off the roster of %(conference)s"),
            called=_("their place on the roster of %(conference)s"),
            fields=("role",),
        ),
    ),
    Invitation: (Kind(Invitation, "id", **ROSTER),),
    PeopleGroup: (
        Kind(PeopleGroup, "id", made=_("made this group"), fields=("name",)),
        Kind(
            GroupMember,
            "group_id",
            made=_("put %(participant)s into the group"),
            gone=_("took %(participant)s out of the group"),
        ),
    ),
    Team: (
        Kind(Team, "id", made=_("made this team"), fields=("name", "region")),
        Kind(
            Membership,
            "team_id",
            made=_("gave %(user)s the role of %(role)s"),
            gone=_("took the role of %(role)s from %(user)s"),
            called=_("%(user)s in this team"),
            fields=("role",),
        ),
        Kind(
            Conference, "team_id", made=_("made the conference %(title)s"), gone=_("deleted the conference %(title)s")
        ),
        Kind(Participant, "team_id", made=_("entered %(name)s"), gone=_("deleted %(name)s from the address book")),
    ),
}
