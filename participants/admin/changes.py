"""A contact that was changed lately is pointed out wherever somebody looks at the person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from participants.models import ContactChange, Participant
from participants.models.changes import FLAGGED

SHOWN_MOST = 10


def with_recent_changes(path: str = "") -> Prefetch:
    """For prefetch_related(): the changes to be pointed out now, of the person at the end of this path."""
    recent = ContactChange.objects.recent(timezone.now())
    return Prefetch(f"{path}contact_changes", queryset=recent, to_attr="recent_changes")


def flag_of(person: Participant) -> SafeString:
    """Such as "changed 3 hours ago by Mia"; "" where nothing was. Takes with_recent_changes()."""
    changes: list[ContactChange] = person.recent_changes  # type: ignore[attr-defined]
    return format_html(' <span class="flag">{}</span>', changes[0].flag(timezone.now())) if changes else SafeString()


def flagged(words: str, person: Participant) -> SafeString:
    return format_html("{}{}", words, flag_of(person))


def history_of(person: Participant) -> SafeString:
    """The last changes, newest first, those of the last 48 hours as flags."""
    now = timezone.now()
    changes = person.contact_changes.all()[:SHOWN_MOST]
    told = format_html_join("", "<div>{} {}</div>", ((str(each), _when(each, now)) for each in changes))
    return told or SafeString(gettext("no change"))


def _when(change: ContactChange, now: datetime) -> Any:
    if now - change.at < FLAGGED:
        return format_html('<span class="flag">{}</span>', change.flag(now))
    at = date_format(timezone.localtime(change.at), "DATETIME_FORMAT")
    return gettext("(%(at)s, by %(by)s)") % {"at": at, "by": change.by} if change.by else f"({at})"
