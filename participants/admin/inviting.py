"""Invitations on the page of a conference: whom, what each sort of recipient gets, and what became of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from participants.admin.uninviting import tell_those_who_leave
from participants.admin.work_pages import WorkPages
from participants.invitations import EPOCH, WITHDRAWN_FIRST, Owed, Whom, chosen, invite, roster_of
from participants.letters import Letter, Letters, next_date, told_at
from participants.models import CalendarEntry, Conference, Contact, Delivery, DialInNumber, Invitation
from participants.news import behind, is_ahead, tell_changes

CATCH_UP = "_catch_up"  # the button that tells what has changed
A_MICROSECOND = timedelta(microseconds=1)
State = Delivery.State
TOLD = {
    State.WAITING: _("waiting to be sent"),
    State.SENDING: _("being sent"),
    State.SENT: _("sent"),
    State.FAILED: _("failed"),
    State.UNSURE: _("perhaps sent"),
    State.WITHDRAWN: _("not sent"),
}


def in_words(state: str, why: str, sent_at: datetime | None) -> str:
    """What became of an invitation, and why or when; "" for none."""
    if not state:
        return ""
    if state == State.SENT and sent_at:
        return f"{TOLD[State.SENT]} {date_format(localtime(sent_at), 'j M, H:i')}"
    return f"{TOLD[State(state)]}: {why}" if why else str(TOLD[State(state)])


def with_invitation_state(rows: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Each with what in_words() wants of the invitation that was owed last."""
    last = Delivery.objects.filter(invitation=OuterRef("pk"), kind=Delivery.Kind.INVITATION)
    last = last.order_by(WITHDRAWN_FIRST.desc(), "-pk")
    fields = {f"last_{name}": Subquery(last.values(name)[:1]) for name in ("state", "last_error", "sent_at")}
    return rows.annotate(**fields)


class InviteForm(forms.Form):
    """Whom; and of which moment the page is that says so, for a button that is pressed twice."""

    whom = forms.ChoiceField(label=_("Whom"), choices=Whom, initial=Whom.NEW, widget=forms.RadioSelect)
    people = forms.TypedMultipleChoiceField(label=_("People"), coerce=int, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, roster: list[Invitation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roster = roster
        self.fields["people"].choices = [(each.pk, each.participant.name) for each in roster]  # type: ignore[attr-defined]
        self.initial["seen"] = (timezone.now() - EPOCH) // A_MICROSECOND

    def clean_seen(self) -> datetime:
        return EPOCH + min(self.cleaned_data["seen"], (timezone.now() - EPOCH) // A_MICROSECOND) * A_MICROSECOND

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not chosen(self.roster, cleaned["whom"], cleaned["people"]):
            self.add_error("whom", NOBODY[cleaned["whom"]])
        return cleaned


NOBODY = {
    Whom.NEW: _("Everybody is invited already."),
    Whom.FAILED: _("No invitation has failed."),
    Whom.ALL: _("Nobody is on the roster."),
    Whom.CHOSEN: _("Tick somebody in the list first."),
}


@dataclass(frozen=True)
class Row:
    """Somebody on the roster, where an invitation reaches them, and what became of it."""

    invitation: Invitation
    ticked: bool

    @property
    def contact(self) -> Contact | None:
        return told_at(self.invitation.participant)

    @property
    def has_stopped(self) -> bool:
        """Whether they answered STOP to a text: nobody else can take that back."""
        return any(contact.texts_stopped for contact in self.invitation.participant.contacts.all())

    @property
    def state(self) -> str:
        last = self.invitation.last
        if last is None:
            return gettext("not invited yet")
        said = in_words(last.state, last.last_error, last.sent_at)
        if last.state == State.WITHDRAWN or self.contact is None or last.address == self.contact.address:
            return said
        return gettext("%(said)s (to %(address)s: not the address of now)") % {
            "said": said,
            "address": last.masked_address,
        }

    @property
    def is_under_way(self) -> bool:
        return bool(self.invitation.last and self.invitation.last.state in (State.WAITING, State.SENDING))

    @property
    def is_troubled(self) -> bool:
        return bool(self.invitation.last and self.invitation.last.state in Delivery.OVER_WITHOUT_PROOF)


def samples(conference: Conference, roster: list[Invitation]) -> list[tuple[str, int, Letter]]:
    """What each sort of recipient would get: how, how many of them, and what the first of them gets."""
    letters = Letters(
        CalendarEntry.objects.filter(conference=conference).first() or CalendarEntry(conference=conference)
    )
    sorts: dict[str, list[Invitation]] = {}
    for invitation in roster:
        contact = told_at(invitation.participant)
        if contact:
            sort = Delivery.Channel.MAIL if contact.channel == Contact.Channel.EMAIL else Delivery.Channel.TEXT
            sorts.setdefault(sort, []).append(invitation)
    kind = Delivery.Kind.INVITATION
    return [(sort, len(sorts[sort]), letters.to(sorts[sort][0], kind)) for sort in Delivery.Channel if sort in sorts]


def why_nobody_can_be_invited(conference: Conference, roster: list[Invitation]) -> str:
    """In words, with what to do about it; "" where they can."""
    if not roster:
        return gettext("Nobody is on the roster yet.")
    if conference.status == Conference.Status.DRAFT:
        return gettext("This is a draft. Set its status to “scheduled”, and then invite.")
    if conference.status == Conference.Status.CANCELLED:
        return gettext("It is cancelled.")
    if next_date(conference) is None:
        return gettext("No date of it is to come.")
    if not DialInNumber.objects.exists():
        return gettext("No number to dial is known. An administrator enters it under “Dial-in numbers”.")
    return ""


class Invites(WorkPages):
    """The page of a conference, with another that invites whoever is on its roster."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        tell = form.cleaned_data.get("tell", False)
        if tell:
            tell_those_who_leave(request, formsets)
        super().save_related(request, form, formsets, change)
        tell_of_changes(request, form.instance.pk, tell=tell)

    def get_urls(self) -> list[Any]:
        return [self.path_of_conference("invite", self.invite_view), *super().get_urls()]

    def invite_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        conference = self.conference_to_change(request, object_id)
        if CATCH_UP in request.POST:
            catch_up(request, conference)
            return HttpResponseRedirect(reverse("admin:participants_conference_invite", args=[conference.pk]))
        roster = roster_of(conference)
        hindrance = why_nobody_can_be_invited(conference, roster)
        form = InviteForm(request.POST or None, roster=roster)
        if form.is_bound and not hindrance and form.is_valid():
            said = form.cleaned_data
            owed = invite(conference, said["whom"], said["people"], seen=said["seen"])
            self.tell_of(request, conference, owed)
            return HttpResponseRedirect(reverse("admin:participants_conference_invite", args=[conference.pk]))
        ticked = set(request.POST.getlist("people"))
        rows = [Row(each, str(each.pk) in ticked) for each in roster]
        return self.work_page(
            request,
            "invite",
            gettext("Invite to %(title)s") % {"title": conference.title},
            conference=conference,
            form=form,
            hindrance=hindrance,
            rows=rows,
            behind=behind(conference),
            catch_up=CATCH_UP,
            counts=counted(rows),
            is_under_way=any(row.is_under_way for row in rows),
            any_went=any(row.invitation.last for row in rows),
            samples=[] if hindrance else samples(conference, roster),
            unreachable=[row for row in rows if row.contact is None],
        )

    def tell_of(self, request: HttpRequest, conference: Conference, owed: Owed) -> None:
        """What came of it, on the next page and in the history."""
        words = ngettext("%(n)s invitation is on its way.", "%(n)s invitations are on their way.", owed.new)
        if owed.new:
            self.log_change(request, conference, words % {"n": owed.new})
            messages.success(request, words % {"n": owed.new} + " " + gettext("This page shows what becomes of them."))
        elif not owed.unreachable:
            messages.info(request, gettext("They were on their way already: nothing was sent twice."))
        if owed.unreachable:
            names = ", ".join(each.participant.name for each in owed.unreachable)
            words = gettext(
                "Nothing can be sent to %(names)s: they have no mail address, and have not agreed to texts."
            )
            messages.warning(request, words % {"names": names})


def counted(rows: list[Row]) -> list[tuple[str, int]]:
    """How many invitations are in which state, in words."""
    states = Counter(row.invitation.last.state if row.invitation.last else "" for row in rows)
    named = [("", gettext("not invited yet")), *TOLD.items()]
    return [(str(words), states[state]) for state, words in named if states[state]]


def tell_of_changes(request: HttpRequest, pk: int, *, tell: bool) -> None:
    """Notes what has changed of this conference for calendars, and owes it to those who are invited if they are to be
    told. Of what is over there is nothing to tell.
    """
    before = CalendarEntry.objects.filter(conference=pk).first()
    if before is None:
        return
    with transaction.atomic():
        conference = Conference.objects.select_related("team").get(pk=pk)
        entry = CalendarEntry.objects.note(conference)
        if entry.changed_in == before.changed_in or not is_ahead(conference):
            return
        owed = tell_changes(entry) if tell else Owed()
    say_who_is_told(request, owed)
    if left := len(behind(conference)):
        page = reverse("admin:participants_conference_invite", args=[pk])
        words = ngettext(
            "%(n)s person who is invited does not know of the change.",
            "%(n)s people who are invited do not know of the change.",
            left,
        )
        link = format_html('<a href="{}">{}</a>', page, gettext("Tell them later"))
        messages.warning(request, format_html("{} {}", words % {"n": left}, link))


def catch_up(request: HttpRequest, conference: Conference) -> None:
    """Tells those who do not know how it stands now."""
    with transaction.atomic():
        owed = tell_changes(CalendarEntry.objects.note(conference)) if behind(conference) else Owed()
    say_who_is_told(request, owed)
    if not owed.new and not owed.unreachable:
        messages.info(request, gettext("Everybody has been told already: nothing was sent twice."))
    if owed.unreachable:
        names = ", ".join(each.participant.name for each in owed.unreachable)
        messages.warning(request, gettext("Nothing can be sent to %(names)s: tell them yourself.") % {"names": names})


def say_who_is_told(request: HttpRequest, owed: Owed) -> None:
    if owed.new:
        words = ngettext("%(n)s person is told of the change.", "%(n)s people are told of the change.", owed.new)
        messages.success(request, words % {"n": owed.new})
