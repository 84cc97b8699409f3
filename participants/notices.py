"""What people are told by mail or text: facts, never a code or passcode, no more than an invitation says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import to_python

SUBJECT_MOST = 150  # characters
LINK = "[link]"  # where a mail has the link that only its reader gets: it is in no row


@dataclass(frozen=True)
class Detail:
    """Something to look up in a message: what it is, and where a link can do it, as that of a number that dials."""

    label: str
    value: str
    link: str = ""


@dataclass(frozen=True)
class Notice:
    """A message in the language that is active when it is made. A text has the facts alone, or `brief` in their place;
    a mail all the rest.
    """

    headline: str
    facts: tuple[str, ...]
    closing: tuple[str, ...]
    language: str
    details: tuple[Detail, ...] = ()
    brief: str = ""

    @classmethod
    def of(cls, headline: str, *facts: str, closing: tuple[str, ...] = (), **more: Any) -> Notice:
        """More: details, brief."""
        return cls(headline, tuple(filter(None, facts)), closing, get_language() or "en", **more)

    @property
    def subject(self) -> str:
        """One line, whatever somebody typed as a title."""
        return " ".join(self.headline.split())[:SUBJECT_MOST]

    @property
    def body(self) -> str:
        details = "\n".join(f"{each.label}: {each.value}" for each in self.details)
        return "\n\n".join(filter(None, (*self.facts, details, *self.closing))) + "\n"

    @property
    def html(self) -> str:
        return render_to_string("participants/notice.html", {"notice": self})

    @property
    def text(self) -> str:
        with translation.override(self.language):
            stop = _("Answer STOP to get no more texts.")
        return " ".join((*([self.brief] if self.brief else self.facts), stop))


def contact_changed(team: str, change: str, at: datetime) -> Notice:
    """What a person is told, at the addresses that were on file, of a change of where their codes go."""
    values = {"team": team, "change": change, "at": spelled_out(at, ZoneInfo("UTC"))}
    return Notice.of(
        _("Where your codes for conference calls go has changed"),
        _("In the address book of %(team)s, where your codes go has changed: %(change)s. %(at)s.") % values,
        _("If you do not know why, tell whoever invites you to conferences."),
        closing=(_("This mail was sent by itself: an answer to it reaches nobody."),),
    )


def set_up_authenticator(team: str, until: datetime) -> Notice:
    """What brings somebody the link to set up an authenticator app. The link itself is put in when it is sent."""
    values = {"team": team, "at": spelled_out(until, ZoneInfo("UTC"))}
    return Notice.of(
        _("Set up your authenticator app for conference calls"),
        _("%(team)s sends you this link. With it you set up an authenticator app on your phone.") % values,
        _("From then on, when you call, the app shows you the code, and you need wait for no message."),
        LINK,
        _("The link works once, until %(at)s. Whoever has it can set up an app in your name: pass it on to nobody.")
        % values,
        closing=(
            _("If you do not know what this is about, do nothing, and tell whoever invites you to conferences."),
            _("This mail was sent by itself: an answer to it reaches nobody."),
        ),
    )


def change_in_words(old: str, new: str) -> str:
    """From one contact to another, or from or to none."""
    if not old:
        return _("%(new)s was added") % {"new": new}
    if not new:
        return _("%(old)s was removed") % {"old": old}
    return _("%(old)s became %(new)s") % {"old": old, "new": new}


def contact_in_words(channel: str, masked: str) -> str:
    """A contact, as one who has it recognizes it; "" for none."""
    ways = {
        "sms": _("text message"),
        "whatsapp": _("WhatsApp"),
        "call": _("call to another phone"),
        "email": _("e-mail"),
        "totp": _("authenticator app"),
    }
    if channel in ("", "totp"):
        return ways.get(channel, "")
    return f"{ways[channel]} {masked}"


def spelled_out(moment: datetime, zone: ZoneInfo) -> str:
    """A moment (aware) as clocks in this zone show it, with the day, and the zone by name and distance from UTC."""
    distance = f"{moment.astimezone(zone):%z}"
    values = {
        **_parts(moment, zone),
        "zone": zone.key.replace("_", " "),
        "distance": f"UTC{distance[:3]}:{distance[3:]}" if zone.key != "UTC" else "UTC",
    }
    if zone.key == "UTC":
        return _("%(day)s, %(date)s, %(time)s UTC") % values
    return _("%(day)s, %(date)s, %(time)s (time zone %(zone)s, %(distance)s)") % values


def day_and_time(moment: datetime, zone: ZoneInfo) -> str:
    """As spelled_out(), for a message that names the zone elsewhere."""
    return _("%(day)s, %(date)s, %(time)s") % _parts(moment, zone)


def _parts(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    local = moment.astimezone(zone)
    return {
        "day": date_format(local, "l"),
        "date": date_format(local, "DATE_FORMAT"),
        "time": f"{local:%H:%M}",
    }


def as_dialled(number: str) -> str:
    """A number (E.164) as people write it."""
    parsed = to_python(number)
    return parsed.as_international if parsed and parsed.is_valid() else number
