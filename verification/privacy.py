"""All that is stored of one person, in words that they understand themselves.

Only what is of their team: a call that had to do with another team's rooms is told as far as this team knows of it. A
number or address that is not the person's own is masked, as it is in the log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from participants.history import came_to_its_team
from participants.models import Invitation, Participant
from participants.models.contacts import masked
from verification.erasing import Traces
from verification.models import Admission, Attempt, Call, Challenge

LEFT_OUT = {"id", "history_id", "history_date", "history_type", "history_change_reason", "uuid"}
HAPPENED = {"+": "entered", "~": "changed", "-": "deleted"}


def everything_about(person: Participant) -> dict[str, Any]:
    """All that is stored of them, as data that JSON can hold. Times are UTC. No code is in it: none is stored."""
    own = {*map(str, person.lines.values_list("number", flat=True)), *person.contacts.values_list("address", flat=True)}
    since = came_to_its_team(person)
    return {
        "written at": said(timezone.now()),
        "person": {
            "name": person.name,
            "team": person.team.name,
            "language": person.get_language_display() or "that of the conference",
            "time zone": str(person.time_zone or "that of the conference"),
            "slow pace": person.slow_pace,
            "in the address book since": said(person.created_at),
        },
        "calling lines": [str(line.number) for line in person.lines.order_by("pk")],
        "contacts": [contact_of(each) for each in person.contacts.all()],
        "rosters": [
            {"conference": each.conference.title, "role": each.get_role_display(), "roster number": each.roster_number}
            for each in person.invitations.filter(conference__team=person.team_id).select_related("conference")
        ],
        "groups": [str(each.group) for each in person.places_in_groups.filter(group__team=person.team_id)],
        "privacy notices heard": [
            {"at": said(each.at), "conference": each.conference.title, "words": each.words}
            for each in person.heard_notices.filter(conference__team=person.team_id).select_related("conference")
        ],
        "rows of files of people": [
            {
                "line": each.line,
                "name": each.name,
                "numbers and addresses": [known(address, own) for address in (*each.numbers, *each.mails)],
                "what becomes of it": each.get_fate_display(),
            }
            for each in Traces(person).imported()
        ],
        "authenticator apps": [
            {
                "link sent at": said(each.sent_at),
                "by": each.sent_by,
                "set up at": said(each.confirmed_at),
                "withdrawn at": said(each.withdrawn_at),
            }
            for each in person.authenticators.all()
        ],
        "mails and texts": [
            {
                "what": each.get_kind_display(),
                "how": each.get_channel_display(),
                "to": each.address,
                "state": each.get_state_display(),
                "why": each.last_error,
                "owed since": said(each.created_at),
                "sent at": said(each.sent_at),
                "subject": each.subject,
                "text": each.body,
            }
            for each in Traces(person).mails().filter(Q(team=person.team_id) | Q(team=None))
        ],
        "changes of contacts": [
            {
                "at": said(each.at),
                "what": each.get_what_display(),
                "before": f"{each.get_old_channel_display()} {each.old_address}".strip(),
                "after": f"{each.get_channel_display()} {each.address}".strip(),
                "by": each.by,
            }
            for each in person.contact_changes.filter(**({"at__gte": since} if since else {}))
        ],
        "calls": calls_of(person, own),
        "let in by hand": [
            {
                "at": said(each.made_at),
                "by": str(each.made_by or ""),
                "room": str(each.occurrence or ""),
                "reason": each.reason,
                "used at": said(each.used_at),
            }
            for each in of_team(person.vouches.all(), person).select_related("made_by", "occurrence__conference")
        ],
        "unlocked": [
            {"at": said(each.made_at), "by": str(each.made_by or ""), "what was used up": each.used_up}
            for each in person.unlocks.select_related("made_by")
        ],
        "history": history_of(person, since),
        "log of these pages": [
            {
                "at": said(each.action_time),
                "by": str(each.user),
                "what": f"{each.object_repr}: {each.get_change_message() or each.get_action_flag_display()}",
            }
            for each in Traces(person).entries().select_related("user", "content_type")
            if since is None or each.action_time >= since
        ],
    }


def how_much(everything: dict[str, Any]) -> dict[str, int]:
    """How many of each kind there are in everything_about()."""
    return {kind: len(rows) for kind, rows in everything.items() if isinstance(rows, list)}


def said(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S UTC") if moment else ""


def contact_of(contact: Any) -> dict[str, Any]:
    return {
        "how": contact.get_channel_display(),
        "address": "" if contact.is_app else contact.address,
        "last proved": said(contact.succeeded_at),
        "last failure": said(contact.failed_at),
        "reason": contact.get_failure_display(),
        "line type": contact.line_type,
        "SIM changed": said(contact.sim_swapped_at),
        "given to somebody else": said(contact.reassigned_at),
        "said to be theirs still": said(contact.confirmed_at),
        "calls forwarded": said(contact.forwarded_at),
        "agreed to texts at": said(contact.texts_agreed_at),
        "agreed how": contact.get_texts_agreed_how_display(),
        "noted by": contact.texts_agreed_noted_by,
        "wants no texts since": said(contact.texts_withdrawn_at),
    }


def of_team(rows: QuerySet, person: Participant) -> QuerySet:
    """Those that concern their team's rooms, or no room."""
    return rows.filter(Q(occurrence=None) | Q(occurrence__conference__team=person.team_id))


def calls_of(person: Participant, own: set[str]) -> list[dict[str, Any]]:
    """Every call in which something is on record of them, oldest first, with that and nothing of others."""
    tries = of_team(Attempt.objects.filter(participant=person), person)
    seats = of_team(Admission.objects.filter(participant=person), person)
    codes = Challenge.objects.filter(
        Q(contact__participant=person) | Q(pk__in=seats.values("challenge")) | Q(call__in=tries.values("call"))
    )
    codes = codes.filter(Q(contact__participant=person) | Q(address__in=own))
    found: dict[int, dict[str, Any]] = {}
    pks = {*tries.values_list("call", flat=True), *seats.values_list("call", flat=True)}
    pks |= set(codes.values_list("call", flat=True))
    for call in Call.objects.filter(pk__in=pks).order_by("rang_at", "pk"):
        found[call.pk] = {
            "rang at": said(call.rang_at),
            "ended at": said(call.ended_at),
            "calling line": known(call.line, own),
            "number dialled": call.dialled,
            "what the carriers say of the line": call.get_attestation_display(),
            "Twilio's SID": call.sid,
            "tries": [],
            "codes": [],
            "seats": [],
        }
    for attempt in tries.order_by("at", "pk").select_related("occurrence__conference"):
        found[attempt.call_id]["tries"].append(
            {"at": said(attempt.at), "what": attempt.get_outcome_display(), "room": str(attempt.occurrence or "")}
        )
    for code in codes.order_by("sent_at", "pk"):
        found[code.call_id]["codes"].append(
            {
                "sent at": said(code.sent_at),
                "how": code.channel,
                "to": "" if code.is_of_app else known(code.address, own),
                "state": code.get_state_display(),
                "approved at": said(code.approved_at),
            }
        )
    for seat in seats.order_by("taken_at", "pk").select_related("call", "occurrence__conference"):
        found[seat.call_id]["seats"].append(
            {
                "taken at": said(seat.taken_at),
                "released at": said(seat.released_at),
                "room": str(seat.occurrence or ""),
                "role": str(Invitation.Role(seat.role).label),
                "proved by": seat.assurance.words,
            }
        )
    return list(found.values())


def known(number: str, own: set[str]) -> str:
    return number if number in own or not number else masked(number)


def history_of(person: Participant, since: datetime | None) -> list[dict[str, Any]]:
    """Who changed what of them, oldest first; nothing from before they came to their team."""
    rows = [row for each in Traces(person).history() for row in each.select_related("history_user")]
    rows = [row for row in rows if since is None or row.history_date >= since]
    return [
        {
            "at": said(row.history_date),
            "by": str(row.history_user or ""),
            "what": f"{row.instance_type._meta.verbose_name} {HAPPENED[row.history_type]}",
            "as it was then": {
                str(field.verbose_name): plain(row, field)
                for field in row._meta.fields
                if field.name not in LEFT_OUT and not field.is_relation
            },
        }
        for row in sorted(rows, key=lambda row: (row.history_date, row.history_id))
    ]


def plain(row: Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    if isinstance(value, datetime):
        return said(value)
    return value if isinstance(value, bool | int | None) else str(dict(field.flatchoices).get(value, value))
