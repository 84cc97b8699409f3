"""Which call, into which room, and why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from participants.models import Conference, Invitation, Occurrence, Participant
from verification.admin import words
from verification.admin.walls import masked
from verification.models import Call, Vouch

WAITS = (
    "Recognize",
    "EnterRosterNumber",
    "SendCode",
    "EnterCode",
    "ChooseWay",
    "WaitToSend",
    "StayOnLine",
    "OfferNewCode",
    "ChooseRoom",
)
HEARD_OF = timedelta(minutes=2)  # a call whose last turn is longer ago has ended, and nobody told us
CALLS_MOST = 500  # that wait at the same time
NEXT = "next"


def people_calling() -> dict[int, list[Call]]:
    """The calls that wait to be let in right now, by the participants who may be calling."""
    now = timezone.now()
    waiting = Call.objects.filter(
        ended_at=None, rang_at__gt=now - timedelta(hours=1), claimed_at__gt=now - HEARD_OF, step__in=WAITS
    )
    calls: dict[int, list[Call]] = {}
    for call in waiting.order_by("-rang_at")[:CALLS_MOST]:
        for person in call.people:
            calls.setdefault(person, []).append(call)
    return calls


class Room(forms.ModelChoiceField):
    def label_from_instance(self, date: Any) -> str:
        starts = date.conference.local(date.starts_at)
        return f"{date.conference.title}, {starts:%a %Y-%m-%d %H:%M} ({date.conference.time_zone.key})"


class LetInForm(forms.Form):
    """The rooms that the person is invited to and whose doors are open, or will be before it is too late."""

    room = Room(Occurrence.objects.none(), label=_("Into which room"), widget=forms.RadioSelect, empty_label=None)
    which = forms.ChoiceField(label=_("Which call"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        max_length=Vouch._meta.get_field("reason").max_length,
        help_text=_("How you know that it is them. It stays in the log, with your name."),
    )

    def __init__(self, *args: Any, person: Participant, conference: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person, now = person, timezone.now()
        self.rooms = Occurrence.objects.filter(
            conference__invitations__participant=person,
            conference__team=person.team_id,
            conference__status=Conference.Status.SCHEDULED,
            cancelled=False,
            closes_at__gt=now,
            moderators_open_at__lt=now + settings.BY_HAND_LASTS,
        ).select_related("conference")
        calls = people_calling().get(person.pk, [])
        self.fields["room"].queryset = self.rooms  # type: ignore[attr-defined]
        self.fields["which"].choices = [  # type: ignore[attr-defined]
            *((str(call.pk), self.described(call)) for call in calls),
            (NEXT, gettext("Their next call, within %(minutes)s minutes") % {"minutes": self.minutes}),
        ]
        rooms = list(self.rooms)
        preferred = [date for date in rooms if str(date.conference_id) == conference] or rooms
        self.initial = {
            "room": preferred[0].pk if preferred else None,
            "which": str(calls[0].pk) if calls else NEXT,
        }

    @property
    def minutes(self) -> int:
        return int(settings.BY_HAND_LASTS.total_seconds()) // 60

    def described(self, call: Call) -> str:
        on_file = bool(call.line) and self.person.lines.filter(number=call.line).exists()
        return gettext("The call that waits since %(since)s UTC, from %(line)s, %(file)s: it %(step)s") % {
            "since": f"{call.rang_at:%H:%M:%S}",
            "line": masked(call.line),
            "file": gettext("a line on file") if on_file else gettext("no line on file, by the roster number"),
            "step": words.where(call),
        }

    def vouch_of(self, user: Any) -> Vouch | None:
        """The vouch that was asked for; None, with an error on the form, where it cannot be made any more."""
        date, which = self.cleaned_data["room"], self.cleaned_data["which"]
        call = None if which == NEXT else Call.objects.get(pk=which)
        invitation = Invitation.objects.get(conference=date.conference_id, participant=self.person)
        try:
            return Vouch.objects.make(invitation, date, by=user, reason=self.cleaned_data["reason"], call=call)
        except ValidationError as error:
            self.add_error("which", error)
            return None
